import { Budget, defaultLimits, type Limits } from '../bytes/limits.ts';
import { PagedSource } from '../bytes/paged-source.ts';
import type { Source } from '../bytes/source.ts';
import { Probe } from '../formats/format.ts';
import { formats } from '../formats/index.ts';
import { selectFormats } from '../scan/select-formats.ts';
import { TensorError } from './errors.ts';
import type { ReadContext, ReadOptions, TensorReader } from './reader.ts';
import { tensorReaders } from './readers/index.ts';
import type { TensorFile } from './tensor.ts';

export interface ReadTensorsOptions extends ReadOptions {
  readonly limits?: Partial<Limits> | undefined;
  readonly openBeside?: ReadContext['openBeside'];
}

/** Formats of whole objects, of which a part can be taken. */
const OBJECT_FORMATS: ReadonlySet<string> = new Set(['torch-zip', 'torch-legacy', 'torch-tar']);

/** Taking all of a file when only a part was asked for would be another result. @throws TensorError `no-tensors`. */
function checkPart(path: string, format: string, part: string | undefined): void {
  if (part === undefined || OBJECT_FORMATS.has(format)) return;
  throw TensorError.of('no-tensors', { path: `${path}, at ${part},` });
}

/**
 * Recognizes a file by its bytes and lists its tensors without reading them.
 * @throws TensorError `no-reader` for formats without tensors, `ambiguous` when the bytes are two formats at once;
 * FormatError, LimitError, ReadError as the parsers do.
 */
export function readTensors(source: Source, path: string, options: ReadTensorsOptions = {}): TensorFile {
  const limits = { ...defaultLimits, ...options.limits };
  const budget = new Budget(limits);
  const reader = readerFor(source, path, budget);
  const { limits: _, openBeside, ...choices } = options;
  checkPart(path, reader.format, options.select);
  return reader.read({ source, path, limits, budget, openBeside, options: choices });
}

function readerFor(source: Source, path: string, budget: Budget): TensorReader {
  const found = selectFormats(formats, new Probe(new PagedSource(source), path, budget));
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    const detail = `it is ${found.map((format) => format.title).join(' and ')} at once`;
    throw TensorError.of('ambiguous', { path, detail });
  }
  const reader = tensorReaders.find(({ format }) => format === first?.id);
  if (reader !== undefined) return reader;
  throw TensorError.of('no-reader', { path, format: first?.title ?? 'a file of unknown format' });
}
