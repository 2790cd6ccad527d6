import { defaultLimits } from '../bytes/limits.ts';
import { FormatError } from '../bytes/errors.ts';
import { readBytes, type Source } from '../bytes/source.ts';
import { get, stringOf } from '../formats/document.ts';
import { parseJson } from '../formats/json/parse-json.ts';
import { TensorError } from './errors.ts';

/** Which file of a folder holds which tensor, as Hugging Face writes it beside sharded weights. */
export interface WeightIndex {
  /** Names of the files, each once, in the order they are first named. */
  readonly files: readonly string[];
  /** File by name of the tensor. */
  readonly weightMap: ReadonlyMap<string, string>;
}

const MAX_FILE_NAME_LENGTH = 255;

/**
 * Reads `*.index.json`. Its file names are an attacker's text and end up in paths (loaders joined them unchecked:
 * transformers issues 46097 and 47176): only plain names of files beside the index are taken.
 * @throws FormatError, LimitError for broken JSON, TensorError `ambiguous` for repeated names, `inconsistent` for names
 * that lead elsewhere.
 */
export function parseWeightIndex(source: Source, path: string): WeightIndex {
  const { root } = parseJson(readBytes(source, 0, source.size), { limits: defaultLimits });
  if (root.kind === 'map' && root.entries.filter(({ key }) => key === 'weight_map').length > 1) {
    throw TensorError.of('ambiguous', { path, detail: 'it has two weight_maps' });
  }
  const map = get(root, 'weight_map');
  if (map?.kind !== 'map' || map.entries.length === 0) {
    throw FormatError.of('malformed', { expected: 'a weight_map', found: 'none', offset: 0 });
  }
  const weightMap = new Map<string, string>();
  for (const { key, value } of map.entries) {
    const file = stringOf(value);
    if (weightMap.has(key)) throw TensorError.of('ambiguous', { path, detail: `two places are given for ${key}` });
    if (file === undefined || !isPlainName(file)) {
      const detail = `${key} is said to be in ${file === undefined ? 'no file' : JSON.stringify(file)}`;
      throw TensorError.of('inconsistent', { path, detail });
    }
    weightMap.set(key, file);
  }
  return { files: [...new Set(weightMap.values())], weightMap };
}

function isPlainName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || name.length > MAX_FILE_NAME_LENGTH) return false;
  // oxlint-disable-next-line no-control-regex -- a NUL would end the path early
  return !/[/\\\u0000-\u001f:]/.test(name) && name.isWellFormed();
}
