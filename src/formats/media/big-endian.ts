import type { Cursor } from '../../bytes/cursor.ts';

/** The next two bytes, most significant first. */
export function beU16(cursor: Cursor): number {
  const high = cursor.u8();
  return high * 256 + cursor.u8();
}

/** The next four bytes, most significant first. */
export function beU32(cursor: Cursor): number {
  const high = beU16(cursor);
  return high * 65_536 + beU16(cursor);
}
