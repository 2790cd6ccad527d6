import { readFileSync, statSync } from 'node:fs';
import { reasonOf } from '../../node/reason.ts';
import { StartError } from './errors.ts';
import type { SecretReference } from './secret.ts';

const OTHERS = 0o077;
const MAX_BYTES = 8192;

/**
 * The secret behind a reference.
 * @throws StartError `secret-unreadable`; never with a part of the secret
 */
export function readSecret(reference: SecretReference): string {
  const secret = 'file' in reference ? inFile(reference.file) : process.env[reference.env];
  if (secret === undefined || secret === '') {
    throw StartError.of(
      'secret-unreadable',
      'file' in reference ? `${reference.file} is empty` : `${reference.env} is not set`,
    );
  }
  return secret;
}

function inFile(file: string): string {
  try {
    const { mode, size } = statSync(file);
    if (size > MAX_BYTES) throw StartError.of('secret-unreadable', `${file}: expected at most ${MAX_BYTES} bytes`);
    const isExposed = process.platform !== 'win32' && (mode & OTHERS) !== 0;
    if (isExposed) throw StartError.of('secret-unreadable', `${file}: others can read it; chmod 600 the file`);
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw StartError.of('secret-unreadable', `${file}: ${reasonOf(error)}`, error);
  }
}
