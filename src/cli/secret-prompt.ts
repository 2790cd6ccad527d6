import { openSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import { visible } from '../scan/visible-text.ts';
import { UsageError } from './usage-error.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const BACKSPACES = new Set(['\u007f', '\b']);
const ENDS = new Set(['\r', '\n', CTRL_D]);
/** Longer input is no passphrase anybody types. */
const MAX_CHARACTERS = 4096;

/** The terminal of the process, whatever its standard input and output are. Nothing typed is shown. */
export class SecretPrompt {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  /** What was typed ahead of its question. */
  readonly #typed: string[] = [];
  #wake: () => void = () => undefined;
  #failure: Error | undefined;

  /** `alternative` names the options that do without a terminal. @throws UsageError when there is none. */
  constructor(alternative: string) {
    const fd = openTerminal(alternative);
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
      else if (line.length < MAX_CHARACTERS) line.push(char);
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

function openTerminal(alternative: string): number {
  try {
    return openSync('/dev/tty', 'r+');
  } catch {
    throw UsageError.of(`there is no terminal to ask for a passphrase; give ${alternative}`);
  }
}
