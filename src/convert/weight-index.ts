import { CodedError } from '../bytes/errors.ts';
import { defaultLimits } from '../bytes/limits.ts';
import { get, type MapNode, stringOf } from '../formats/document.ts';
import { parseJson } from '../formats/json/parse-json.ts';
import { isEscapingPath } from '../rules/config/paths.ts';
import { ConvertError } from './errors.ts';

/**
 * Reads `weight_map` of an index: the file of each tensor. Its values are whatever somebody wrote: loaders joined
 * them to the folder unchecked (transformers issues 46097 and 47176), so anything but a plain file name beside the
 * index is refused, and so is a name that stands there twice.
 * @throws ConvertError `index-invalid`.
 */
export function readWeightIndex(bytes: Uint8Array, path: string): ReadonlyMap<string, string> {
  const map = get(rootOf(bytes, path), 'weight_map');
  if (map?.kind !== 'map') throw ConvertError.of('index-invalid', { path, detail: 'it has no weight_map' });
  const files = new Map<string, string>();
  for (const { key, value } of map.entries) {
    const file = stringOf(value);
    if (file === undefined || file === '' || isEscapingPath(file) || /[/\\]/.test(file)) {
      throw ConvertError.of('index-invalid', { path, detail: `${key.slice(0, 200)} is not in a file beside it` });
    }
    if (files.has(key))
      throw ConvertError.of('index-invalid', { path, detail: `two entries for ${key.slice(0, 200)}` });
    files.set(key, file);
  }
  return files;
}

function rootOf(bytes: Uint8Array, path: string): MapNode {
  try {
    const { root } = parseJson(bytes, { limits: defaultLimits, elideAfter: Number.POSITIVE_INFINITY });
    if (root.kind === 'map' && root.entries.filter(({ key }) => key === 'weight_map').length < 2) return root;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw ConvertError.of('index-invalid', { path, detail: error.message }, error);
  }
  throw ConvertError.of('index-invalid', { path, detail: 'expected one JSON object with one weight_map' });
}
