import { formats } from '../../formats/index.ts';

/** Loading these runs what they say; conversion reads their tensors without that. */
const pickles = ['torch-zip', 'torch-legacy', 'torch-tar', 'pickle'];

/** Configurations, texts, tables, pictures: what lies beside weights. Nothing of it is unpacked or run when a model is loaded. */
const documents = [
  'json yaml toml ini pbtxt xml jinja text sentencepiece',
  'arrow arrow-stream parquet bmp gif ico jpeg png svg webp pdf font',
  'flac mp3 mp4 ogg wav',
].flatMap((names) => names.split(' '));

const archives = ['zip', 'tar', 'seven-zip', 'gzip', 'zstd', 'bzip2', 'xz', 'lz4', 'zlib', 'lzma', 'opaque-archive'];

/** Names for several formats at once. */
const formatGroups: Readonly<Record<string, readonly string[]>> = { pickles, documents, archives };

/** What a scan says of a file that is of no format. */
const noFormat = ['unknown', 'unreadable'];

/** Everything that may stand for a format in a policy. */
export const knownFormats: readonly string[] = [
  ...Object.keys(formatGroups),
  ...new Set(formats.map(({ id }) => id)),
  ...noFormat,
];

/** The formats that a list names, groups written out. */
export function namedFormats(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => formatGroups[name] ?? [name]));
}

/** A file that is several things at once has all their formats. */
export function formatsOf(id: string): readonly string[] {
  return id.split('+');
}

export function isPickle(id: string): boolean {
  return formatsOf(id).some((one) => pickles.includes(one));
}
