import { Cursor } from '../../bytes/cursor.ts';
import { FormatError } from '../../bytes/errors.ts';
import { readBytes, SliceSource, type Source } from '../../bytes/source.ts';
import { type Confidence, defineFormat, type ParseContext, type Probe } from '../format.ts';
import { readField, topLevelFields, WireWalker } from '../protobuf.ts';
import { GraphListener } from './graph-listener.ts';
import { tensorflowSchema } from './schema.ts';

/** Graphs are lists of nodes at the top of the file; deciding needs only the first of them. */
const MAX_PROBED_FIELDS = 2000;
const OPERATOR_NAME = /^[A-Z_][A-Za-z0-9_>]*$/;
const MAX_NAME_BYTES = 256;

/** TensorFlow SavedModels, frozen graphs, and the Keras metadata and fingerprint kept beside them. */
export const tensorflow = defineFormat({
  id: 'tensorflow',
  title: 'TensorFlow graph',
  extensions: ['.pb', '.meta'],
  detect,
  parse,
});

function detect(probe: Probe): Confidence | null {
  const tag = probe.head[0];
  if (tag !== 0x08 && tag !== 0x0a && tag !== 0x12 && tag !== 0x22) return null;
  const root = rootOf(probe.source);
  if (root !== null) return 'certain';
  if (sideRoot(probe.name) !== null) return 'likely';
  return probe.name === 'saved_model.pb' ? 'likely' : null;
}

function parse(context: ParseContext): void {
  const { source } = context;
  const name = context.path.split(/[/\\]/).at(-1)?.toLowerCase() ?? '';
  const root = rootOf(source) ?? sideRoot(name) ?? 'SavedModel';
  const listener = new GraphListener(context);
  try {
    new WireWalker(context, tensorflowSchema, listener).walk(root, { start: 0, end: source.size });
  } finally {
    context.detail('nodes', listener.nodes);
    context.emit('tensorflow', listener.graph());
  }
  if (root === 'SavedModel' && listener.nodes === 0) {
    throw FormatError.of('malformed', { expected: 'a graph with nodes', found: 'none', offset: source.size });
  }
}

/** Files that only their name tells from any other protobuf. */
function sideRoot(name: string): string | null {
  if (name === 'keras_metadata.pb') return 'KerasMetadata';
  return name === 'fingerprint.pb' ? 'Fingerprint' : null;
}

/** The message at the root of the file, when its structure leaves no doubt. */
function rootOf(source: Source): 'SavedModel' | 'MetaGraphDef' | 'GraphDef' | null {
  if (isGraph(source)) return 'GraphDef';
  if (holdsGraph(source)) return 'MetaGraphDef';
  const metaGraph = firstField(source, 2);
  return metaGraph !== null && knows('SavedModel', source) && holdsGraph(metaGraph) ? 'SavedModel' : null;
}

function holdsGraph(source: Source): boolean {
  const graph = firstField(source, 2);
  return graph !== null && knows('MetaGraphDef', source) && isGraph(graph);
}

/** A graph starts with a node, and a node names an operator. */
function isGraph(source: Source): boolean {
  const node = firstField(source, 1);
  if (node === null || !knows('GraphDef', source)) return false;
  const operator = firstField(node, 2);
  if (operator === null || operator.size > MAX_NAME_BYTES || !knows('NodeDef', node)) return false;
  return OPERATOR_NAME.test(new TextDecoder('latin1').decode(readBytes(operator, 0, MAX_NAME_BYTES)));
}

function knows(type: keyof typeof tensorflowSchema, source: Source): boolean {
  return topLevelFields(source, tensorflowSchema[type], MAX_PROBED_FIELDS).known;
}

/** The content of the first length-delimited field of this number, looked for among the first fields. */
function firstField(source: Source, number: number): Source | null {
  const cursor = new Cursor(source);
  try {
    for (let i = 0; i < MAX_PROBED_FIELDS && !cursor.atEnd(); i += 1) {
      const field = readField(cursor, source.size);
      const { start, end } = field.content;
      if (field.number === number) return field.wireType === 2 ? new SliceSource(source, start, end - start) : null;
      cursor.seek(end);
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return null;
}
