import { message, type Schema } from '../protobuf.ts';

/**
 * The messages of a SavedModel by field number (tensorflow/core/protobuf). What holds no operator, path or Keras
 * configuration is taken as data: TensorFlow interprets it, but it names no code.
 */
export const tensorflowSchema = {
  SavedModel: message({ 1: 'saved_model_schema_version number', 2: 'meta_graphs MetaGraphDef' }),
  MetaGraphDef: message({
    1: 'meta_info_def payload',
    2: 'graph_def GraphDef',
    3: 'saver_def payload',
    4: 'collection_def payload',
    5: 'signature_def payload',
    6: 'asset_file_def AssetFileDef',
    7: 'object_graph_def SavedObjectGraph',
  }),
  AssetFileDef: message({ 1: 'tensor_info payload', 2: 'filename text' }),
  GraphDef: message({
    1: 'node NodeDef',
    2: 'library FunctionDefLibrary',
    3: 'version number',
    4: 'versions payload',
    5: 'debug_info payload',
  }),
  FunctionDefLibrary: message({
    1: 'function FunctionDef',
    2: 'gradient payload',
    3: 'registered_gradients payload',
  }),
  FunctionDef: message({
    1: 'signature payload',
    3: 'node_def NodeDef',
    4: 'ret payload',
    5: 'attr payload',
    6: 'control_ret payload',
    7: 'arg_attr payload',
    8: 'resource_arg_unique_id payload',
  }),
  NodeDef: message({
    1: 'name text',
    2: 'op text',
    3: 'input payload',
    4: 'device text',
    5: 'attr payload',
    6: 'experimental_debug_info payload',
    7: 'experimental_type payload',
  }),
  SavedObjectGraph: message({ 1: 'nodes SavedObject', 2: 'concrete_functions payload' }),
  SavedObject: message({
    1: 'children payload',
    3: 'slot_variables payload',
    4: 'user_object SavedUserObject',
    5: 'asset payload',
    6: 'function payload',
    7: 'variable payload',
    8: 'bare_concrete_function payload',
    9: 'constant payload',
    10: 'resource payload',
    11: 'saveable_objects payload',
    12: 'captured_tensor payload',
    13: 'registered_name text',
    14: 'serialized_user_proto payload',
    15: 'dependencies payload',
    16: 'registered_saver text',
  }),
  SavedUserObject: message({ 1: 'identifier text', 2: 'version payload', 3: 'metadata text' }),
  // keras_metadata.pb, beside saved_model.pb (keras/protobuf/saved_metadata.proto).
  KerasMetadata: message({ 1: 'nodes KerasObject' }),
  KerasObject: message({
    2: 'node_id number',
    3: 'node_path text',
    4: 'identifier text',
    5: 'metadata text',
    6: 'version payload',
  }),
  // fingerprint.pb, beside saved_model.pb (fingerprint.proto).
  Fingerprint: message({
    1: 'saved_model_checksum number',
    2: 'graph_def_program_hash number',
    3: 'signature_def_hash number',
    4: 'saved_object_graph_hash number',
    5: 'checkpoint_hash number',
    6: 'version payload',
    7: 'uuid text',
  }),
} as const satisfies Schema;
