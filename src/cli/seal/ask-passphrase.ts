import { closeSync, openSync, readFileSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import { loadSecret } from '../../node/seal/key-files.ts';
import { visible } from '../../scan/visible-text.ts';
import { UsageError } from '../usage-error.ts';
import type { KeyArguments } from './seal-arguments.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const BACKSPACES = new Set(['\u007f', '\b']);
const ENDS = new Set(['\r', '\n', CTRL_D]);

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
  const passphrase = nonEmpty(await prompt(`Passphrase for ${what}: `));
  if (!isNew) return passphrase;
  const again = await prompt('The same again: ');
  const isSame = again.equals(passphrase);
  again.fill(0);
  if (!isSame) throw UsageError.of('the two passphrases differ');
  return passphrase;
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

/** Asks on the terminal of the process, whatever its standard input and output are; nothing typed is shown. */
async function prompt(question: string): Promise<Buffer> {
  let fd: number;
  try {
    fd = openSync('/dev/tty', 'r+');
  } catch {
    throw UsageError.of('there is no terminal to ask for a passphrase; give --passphrase-file or --passphrase-fd');
  }
  const input = new ReadStream(fd);
  const output = new WriteStream(fd);
  input.setRawMode(true);
  output.write(visible(question));
  try {
    return await readHidden(input);
  } finally {
    input.setRawMode(false);
    output.write('\n');
    input.destroy();
    output.destroy();
    close(fd);
  }
}

/** Both streams may have closed it. */
function close(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // It is closed, which is what is wanted.
  }
}

function readHidden(input: ReadStream): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  let typed: string[] = [];
  input.setEncoding('utf8');
  input.on('data', (text: string) => {
    for (const char of text) {
      if (ENDS.has(char)) resolve(Buffer.from(typed.join('')));
      else if (char === CTRL_C) reject(UsageError.of('no passphrase was given'));
      else if (BACKSPACES.has(char)) typed.pop();
      else if (char === CTRL_U) typed = [];
      else typed.push(char);
    }
  });
  input.on('error', reject);
  return promise;
}
