import { defaultLimits } from '../../bytes/limits.ts';
import { readBytes } from '../../bytes/source.ts';
import { FileSource } from '../../node/file-source.ts';
import { rawPath } from '../../node/raw-path.ts';
import { readPublicKey } from '../../sign/keys.ts';
import { signLimits } from '../../sign/limits.ts';
import type { Trust } from '../../sign/verify-bundle.ts';

/** Whom to believe, by the keys that were named; null when none was. @throws ReadError, LimitError, SignError. */
export function loadKeys(files: readonly string[]): Trust | null {
  if (files.length === 0) return null;
  const publicKeys = files.map((file) => {
    const source = FileSource.open(rawPath(file), Math.min(signLimits.maxKeyFileBytes, defaultLimits.maxFileBytes));
    try {
      return readPublicKey(readBytes(source, 0, source.size));
    } finally {
      source.close();
    }
  });
  return { publicKeys, certificateRoots: [], identities: [], trustedRoot: null, now: new Date() };
}
