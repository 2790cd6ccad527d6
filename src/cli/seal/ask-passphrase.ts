import { openSync, readFileSync } from 'node:fs';
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
  const terminal = new Terminal();
  try {
    const passphrase = nonEmpty(await terminal.ask(`Passphrase for ${what}: `));
    if (isNew) await confirm(terminal, passphrase);
    return passphrase;
  } finally {
    terminal.close();
  }
}

async function confirm(terminal: Terminal, passphrase: Buffer): Promise<void> {
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

/** The terminal of the process, whatever its standard input and output are. Nothing typed is shown. */
class Terminal {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  /** What was typed ahead of its question. */
  readonly #typed: string[] = [];
  #wake: () => void = () => undefined;
  #failure: Error | undefined;

  /** @throws UsageError when there is none. */
  constructor() {
    const fd = openTerminal();
    this.#input = new ReadStream(fd);
    this.#output = new WriteStream(fd);
    this.#input.setRawMode(true);
    this.#input.setEncoding('utf8');
    this.#input.on('data', (text: string) => {
      for (const char of text) this.#typed.push(char);
      this.#wake();
    });
    this.#input.on('error', (error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  async ask(question: string): Promise<Buffer> {
    this.#output.write(visible(question));
    let line: string[] = [];
    for (;;) {
      const char = await this.#next();
      if (ENDS.has(char)) break;
      if (char === CTRL_C) throw UsageError.of('no passphrase was given');
      if (BACKSPACES.has(char)) line.pop();
      else if (char === CTRL_U) line = [];
      else line.push(char);
    }
    this.#output.write('\n');
    return Buffer.from(line.join(''));
  }

  close(): void {
    this.#input.setRawMode(false);
    this.#input.destroy();
    this.#output.destroy();
  }

  async #next(): Promise<string> {
    for (;;) {
      const char = this.#typed.shift();
      if (char !== undefined) return char;
      if (this.#failure !== undefined) throw UsageError.of('the terminal went away');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function openTerminal(): number {
  try {
    return openSync('/dev/tty', 'r+');
  } catch {
    throw UsageError.of('there is no terminal to ask for a passphrase; give --passphrase-file or --passphrase-fd');
  }
}
