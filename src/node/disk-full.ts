const full: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Whether there was no room for what was written: on the disk, within a quota, or within what one file may have. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && full.has(error.code);
}
