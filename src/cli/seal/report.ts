import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { byteProgressLine, Progress } from '../render/progress.ts';
import type { ReportArguments } from './seal-arguments.ts';

/** Tells the result: to standard output, or to standard error when the content itself goes there. */
export async function report(
  facts: object,
  text: string,
  { format }: Pick<ReportArguments, 'format'>,
  isStdoutTaken = false,
): Promise<void> {
  const line = format === 'json' ? `${jsonText(facts, 2)}\n` : `${text}\n`;
  await writeStream(isStdoutTaken ? process.stderr : process.stdout, [line]);
}

/** Progress over bytes whose number may only be known later. */
export class ByteCounter {
  readonly #progress: Progress;
  readonly #action: string;
  totalBytes = 0;
  #doneBytes = 0;

  constructor(action: string, options: ReportArguments) {
    this.#action = action;
    this.#progress = new Progress(options.progress && options.format === 'terminal');
  }

  readonly add = (bytes: number): void => {
    this.#doneBytes += bytes;
    const state = {
      action: this.#action,
      doneBytes: this.#doneBytes,
      totalBytes: Math.max(this.totalBytes, this.#doneBytes),
    };
    this.#progress.show((milliseconds) => byteProgressLine(state, milliseconds));
  };

  end(): void {
    this.#progress.end();
  }
}
