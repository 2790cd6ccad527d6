import { readFileSync } from 'node:fs';
import { loadSecret } from '../../node/seal/key-files.ts';
import { SecretPrompt } from '../secret-prompt.ts';
import { UsageError } from '../usage-error.ts';
import type { KeyArguments } from './seal-arguments.ts';

export type PassphraseArguments = Pick<KeyArguments, 'passphrase' | 'passphraseFile' | 'passphraseFd'>;

/** True when the command line names a passphrase. */
export function wantsPassphrase(options: PassphraseArguments): boolean {
  return options.passphrase === true || options.passphraseFile !== undefined || options.passphraseFd !== undefined;
}

/**
 * The passphrase from where the command line says, or else from the terminal.
 * @throws UsageError when there is none to be had, ReadError.
 */
export async function askPassphrase(options: PassphraseArguments, what: string, isNew: boolean): Promise<Buffer> {
  const { passphraseFile, passphraseFd } = options;
  if (passphraseFile !== undefined) return nonEmpty(loadSecret(passphraseFile));
  if (passphraseFd !== undefined) return nonEmpty(readDescriptor(passphraseFd));
  const terminal = new SecretPrompt('--passphrase-file or --passphrase-fd');
  try {
    const passphrase = nonEmpty(await terminal.ask(`Passphrase for ${what}: `));
    if (isNew) await confirm(terminal, passphrase);
    return passphrase;
  } finally {
    terminal.close();
  }
}

async function confirm(terminal: SecretPrompt, passphrase: Buffer): Promise<void> {
  const again = await terminal.ask('The same again: ');
  const isSame = again.equals(passphrase);
  again.fill(0);
  if (!isSame) throw UsageError.of('the two passphrases differ');
}

function nonEmpty(passphrase: Buffer): Buffer {
  if (passphrase.length === 0) throw UsageError.of('the passphrase is empty');
  return passphrase;
}

function readDescriptor(fd: number): Buffer {
  try {
    const bytes = readFileSync(fd);
    const end = bytes.indexOf(0x0a);
    return end === -1 ? bytes : bytes.subarray(0, end);
  } catch {
    throw UsageError.of(`--passphrase-fd ${fd}: that descriptor cannot be read`);
  }
}
