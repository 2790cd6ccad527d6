import type { BigIntStats, Stats } from 'node:fs';

/** Plain words for the errors of the operating system that people meet. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ELOOP: 'too many symbolic links, or a loop of them',
  ENAMETOOLONG: 'the path is too long',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'is a directory',
  EIO: 'the disk or connection failed',
  ENXIO: 'is a device or socket without anything behind it',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  ENOSPC: 'no space is left on the device',
  EROFS: 'the file system is read-only',
  EFBIG: 'the file is too large for the file system',
  EOVERFLOW: 'its size is absurd',
  EINVAL: 'the file system refuses to read it',
  ESTALE: 'the network file system lost it',
};

/** Why an operation failed, in a few lower-case words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return REASONS[code] ?? (code === '' ? error.message : `${code.toLowerCase()} (${error.message})`);
}

/** What something is that is no regular file. */
export function specialKind(stats: Stats | BigIntStats): string {
  if (stats.isDirectory()) return 'is a directory';
  if (stats.isFIFO()) return 'is a named pipe, not a file';
  if (stats.isSocket()) return 'is a socket, not a file';
  if (stats.isCharacterDevice()) return 'is a character device, not a file';
  if (stats.isBlockDevice()) return 'is a block device, not a file';
  return 'is not a regular file';
}
