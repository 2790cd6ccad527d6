/** True for a path that can leave the folder it is joined to: absolute, a drive, an address, or with `..` in it. */
export function isEscapingPath(path: string): boolean {
  if (/^[/\\~]|^[A-Za-z]:|^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return true;
  return path.split(/[/\\]/).includes('..') || path.includes('\0');
}
