/** How a path leaves the folder it is unpacked into, in words; undefined when it stays inside. */
export function escapeOf(path: string): string | undefined {
  if (/^[a-z]:/i.test(path)) return 'names a drive';
  if (/^[/\\]/.test(path)) return 'is an absolute path';
  let depth = 0;
  for (const segment of path.split(/[/\\]/)) {
    if (segment === '..') depth -= 1;
    else if (segment !== '' && segment !== '.') depth += 1;
    if (depth < 0) return 'climbs out of the archive';
  }
  return undefined;
}

/** The folder part of a path, with its slash. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
