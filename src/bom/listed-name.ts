import { visible } from '../scan/visible-text.ts';

/**
 * A path as documents list it: every character shows, and no two paths look the same. Where a backslash of the name
 * itself could be read as one of an escape, those of the name are doubled.
 */
export function listedName(path: string): string {
  const isPlain = !path.includes('\\') || (visible(path) === path && !/\\(?:u\{|[nrt\\])/.test(path));
  return visible(isPlain ? path : path.replaceAll('\\', '\\\\'));
}
