import { expect } from 'vitest';
import { CodedError } from '../../src/bytes/errors.ts';

/** Cuts the bytes at every length and flips a bit in every byte: only coded errors may come out. */
export function codedEverywhere(bytes: Uint8Array, work: (bytes: Buffer) => unknown): void {
  const attempt = (changed: Buffer): void => {
    try {
      work(changed);
    } catch (error) {
      expect(error).toBeInstanceOf(CodedError);
    }
  };
  for (let length = 0; length < bytes.length; length += 1) attempt(Buffer.from(bytes.subarray(0, length)));
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    attempt(changed);
  }
}
