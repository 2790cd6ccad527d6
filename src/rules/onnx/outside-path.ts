/** Why a path in a model may lead outside the model's own folder; null when it cannot. */
export function outsidePath(path: string): string | null {
  if (path.includes('\u0000')) return 'holds a NUL character';
  // Windows loaders take both separators, so both count everywhere.
  const normal = path.replaceAll('\\', '/');
  if (normal.startsWith('//')) return 'is a network path';
  if (normal.startsWith('/')) return 'is absolute';
  if (/^[a-z]:/i.test(normal)) return 'starts with a drive letter';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(normal)) return 'is a URL';
  if (normal.startsWith('~')) return 'starts in a home folder';
  return normal.split('/').includes('..') ? 'climbs out of its folder' : null;
}
