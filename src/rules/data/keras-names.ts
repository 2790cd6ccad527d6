/** Roots whose classes Keras configurations name. */
export const KERAS_ROOTS: ReadonlySet<string> = new Set([
  'builtins',
  'keras',
  'keras_core',
  'keras_cv',
  'keras_hub',
  'keras_nlp',
  'keras_rs',
  'tensorflow',
  'tensorflow_addons',
  'tensorflow_probability',
  'tf_keras',
  'tensorflow_hub',
  'tensorflow_text',
  'bayesflow',
]);

/** Packages under which Keras and its companions register classes of their own (`keras_hub>BertBackbone`). */
export const KERAS_PACKAGES: ReadonlySet<string> = new Set([
  'Addons',
  'Hub',
  'TensorFlow',
  'Text',
  'Vision',
  'keras',
  'keras_cv',
  'keras_hub',
  'keras_nlp',
  'keras_rs',
  'tf_keras',
]);

/** Built-in names Keras writes with module `builtins`: types of values and functions it registers itself. */
export const KERAS_BUILTINS: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'complex',
  'dict',
  'float',
  'function',
  'int',
  'list',
  'set',
  'slice',
  'str',
  'tuple',
  'type',
]);

/**
 * Public functions of Keras that are no part of a model: they download, read or write files, or switch protection off.
 * After `NON_MODELING_APIS` of Keras 3's serialization_lib.
 */
export const KERAS_GADGETS: ReadonlySet<string> = new Set([
  'audio_dataset_from_directory',
  'clear_session',
  'clone_model',
  'deserialize_keras_object',
  'disable_unsafe_deserialization',
  'enable_unsafe_deserialization',
  'get_file',
  'image_dataset_from_directory',
  'load_dataset',
  'load_img',
  'load_model',
  'load_weights',
  'model_from_json',
  'model_to_dot',
  'pack_x_y_sample_weight',
  'plot_model',
  'print_msg',
  'save_img',
  'save_model',
  'save_weights',
  'set_backend',
  'text_dataset_from_directory',
  'timeseries_dataset_from_array',
  'ExportArchive',
  'FileEditor',
  'load_lora_weights',
  'custom_object_scope',
  'CSVLogger',
  'ModelCheckpoint',
  'RemoteMonitor',
  'TensorBoard',
  'BackupAndRestore',
]);

/** Layers that load a file, or a whole model of another framework, when they are built. */
export const KERAS_LOADING_LAYERS: ReadonlySet<string> = new Set([
  'TFSMLayer',
  'TorchModuleWrapper',
  'FlaxLayer',
  'JaxLayer',
  'KerasLayer',
]);

/** Layers with a `vocabulary` that may be a path. */
export const KERAS_LOOKUP_LAYERS: ReadonlySet<string> = new Set([
  'IndexLookup',
  'IntegerLookup',
  'StringLookup',
  'TextVectorization',
]);
