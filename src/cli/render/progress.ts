import type { ScanProgress } from '../../node/scan-files.ts';
import { formatBytes, formatDuration, grouped } from '../../scan/reporters/wording.ts';

/** Short runs are not worth a flicker. */
const DELAY_MILLISECONDS = 600;
const INTERVAL_MILLISECONDS = 120;
const CLEAR_LINE = '\r\u001b[K';

/** One line on standard error that says how far a long run is; nothing when that is no terminal. */
export class Progress {
  readonly #isOn: boolean;
  readonly #started = performance.now();
  #shownAt = 0;
  #isShown = false;

  constructor(isWanted: boolean) {
    this.#isOn = isWanted && process.stderr.isTTY;
  }

  /** Shows a line; it is only made when it is due, from the milliseconds since the start. */
  show(line: (milliseconds: number) => string): void {
    if (!this.#isOn) return;
    const now = performance.now();
    if (now - this.#started < DELAY_MILLISECONDS || now - this.#shownAt < INTERVAL_MILLISECONDS) return;
    this.#shownAt = now;
    this.#isShown = true;
    const room = Math.max(20, process.stderr.columns - 1);
    process.stderr.write(`${CLEAR_LINE}${line(now - this.#started).slice(0, room)}`);
  }

  /** Prints a line that stays, above the progress. */
  print(line: string): void {
    this.end();
    process.stderr.write(`${line}\n`);
  }

  end(): void {
    if (this.#isShown) process.stderr.write(CLEAR_LINE);
    this.#isShown = false;
  }
}

/** `1,204 of 5,000 files, 3.1 GB, 310 files/s, 12 s left`. */
export function progressLine(state: ScanProgress, milliseconds: number): string {
  const { doneFiles, doneBytes, totalFiles, totalIsFinal } = state;
  const rate = doneFiles / (milliseconds / 1000);
  const total = `${grouped(totalFiles)}${totalIsFinal ? '' : '+'} files`;
  const left = totalIsFinal && rate > 0 ? `, ${formatDuration(((totalFiles - doneFiles) / rate) * 1000)} left` : '';
  const speed = rate >= 10 ? grouped(rate) : rate.toFixed(1);
  return `${grouped(doneFiles)} of ${total}, ${formatBytes(doneBytes)}, ${speed} files/s${left}`;
}

/** How far work over a known number of bytes is. */
export interface ByteProgress {
  /** What is being done, as a present participle: `converting`. */
  readonly action: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** `converting 1.2 of 5.0 GB, 1.1 GB/s, 4 s left`. */
export function byteProgressLine(state: ByteProgress, milliseconds: number): string {
  const { action, doneBytes, totalBytes } = state;
  const rate = doneBytes / Math.max(1, milliseconds);
  const left = rate > 0 ? `, ${formatDuration((totalBytes - doneBytes) / rate)} left` : '';
  return `${action} ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}, ${formatBytes(rate * 1000)}/s${left}`;
}
