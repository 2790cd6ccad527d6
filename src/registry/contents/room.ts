import type { Blobs } from '../../store/blobs/blobs.ts';
import { RegistryError } from '../errors.ts';

/** Left free for everything else that writes to the same disk, as the records do. */
export const MIN_FREE_BYTES = 256 * 1024 * 1024;

/**
 * Before something is written, and so before a disk is full.
 * @param free bytes, from `freeBytes`
 * @throws RegistryError `no-room`
 */
export function requireRoom(free: number | undefined, bytes: number): void {
  if (free !== undefined && bytes + MIN_FREE_BYTES > free) {
    throw RegistryError.of(
      'no-room',
      `${bytes} bytes are needed, ${Math.max(0, free - MIN_FREE_BYTES)} may be written`,
    );
  }
}

/** The same for contents to be stored. An object store says so itself when it is full. @throws RegistryError `no-room`, BlobError */
export async function requireRoomFor({ blobs }: { readonly blobs: Blobs }, bytes: number): Promise<void> {
  requireRoom(await blobs.freeBytes?.(), bytes);
}
