import type { Finding } from '../scan/report.ts';
import { visibleShort } from '../scan/visible-text.ts';
import { CleanError } from './errors.ts';

const MAX_FOUND = 3;
const MAX_MESSAGE = 120;

const CONVERT = 'vouchsafe convert takes the tensors out and leaves the rest';
const UNPACK = 'unpack it, clean the files, and pack them again';
const LEAVE_OUT = 'leave it out';

/** What to do about formats whose danger is their content. */
const INSTEAD: Readonly<Record<string, string>> = {
  pickle: CONVERT,
  'torch-zip': CONVERT,
  'torch-legacy': CONVERT,
  'torch-tar': CONVERT,
  npy: CONVERT,
  hdf5: CONVERT,
  tensorflow: CONVERT,
  onnx: 'export the model again from its source',
  tflite: 'export the model again from its source',
  coreml: 'export the model again from its source',
  zip: UNPACK,
  tar: UNPACK,
  'seven-zip': UNPACK,
  'opaque-archive': UNPACK,
  gzip: UNPACK,
  bzip2: UNPACK,
  xz: UNPACK,
  zstd: UNPACK,
  lz4: UNPACK,
  lzma: UNPACK,
  zlib: UNPACK,
  'native-executable': LEAVE_OUT,
  unknown: LEAVE_OUT,
};

/** Damage and limits: nothing is known that could be taken out. */
const DAMAGE: ReadonlySet<string> = new Set([
  'empty-file',
  'encrypted',
  'internal-error',
  'limit-exceeded',
  'malformed',
  'unaccounted-bytes',
  'unreadable',
  'unrecognized-format',
  'unsupported-feature',
]);

/** Why a file is refused with these findings left. */
export function refusalOf(path: string, format: string, bad: readonly Finding[], isEditable: boolean): CleanError {
  const found = describe(bad);
  if (bad.every(({ ruleId }) => DAMAGE.has(ruleId))) return CleanError.of('not-understood', { path, found });
  if (!isEditable) {
    const instead = INSTEAD[format] ?? 'remove what is named by hand, or leave the file out';
    return CleanError.of('not-cleanable', { path, format, found, instead });
  }
  if (bad.every(({ ruleId }) => ruleId === 'notebook-code')) return CleanError.of('code-cell', { path, found });
  return CleanError.of('no-remedy', { path, found });
}

/** What was found and where, shortened. */
export function describe(bad: readonly Finding[]): string {
  const places = bad.slice(0, MAX_FOUND).map(({ ruleId, message, location }) => {
    const place = location.member ?? location.pointer ?? '';
    return `${ruleId}${place === '' ? '' : ` at ${visibleShort(place, MAX_MESSAGE)}`} (${visibleShort(message, MAX_MESSAGE)})`;
  });
  const more = bad.length > MAX_FOUND ? `, and ${bad.length - MAX_FOUND} more` : '';
  return places.join(', ') + more;
}
