import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** GNU time reports the peak of the command and of what it waited for; the shell's built-in does not. */
const GNU_TIME = '/usr/bin/time';
export const MAX_SECONDS = 120;

export interface Run {
  readonly seconds: number;
  /** Peak resident set of the largest process; null where GNU time is not installed. */
  readonly peakMegabytes: number | null;
  /** Exit status; null when it was stopped after MAX_SECONDS. */
  readonly status: number | null;
}

/** Runs a command once, with its output thrown away. */
export function measureCommand(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  scratch: string,
): Run {
  const note = join(scratch, `time-${process.pid}`);
  const timed = existsSync(GNU_TIME) ? [GNU_TIME, '-f', '%M', '-o', note, ...command] : command;
  const started = performance.now();
  const result = spawnSync(timed[0] ?? '', timed.slice(1), {
    stdio: 'ignore',
    env: { ...process.env, ...environment },
    timeout: MAX_SECONDS * 1000,
    killSignal: 'SIGKILL',
  });
  const seconds = (performance.now() - started) / 1000;
  const peakMegabytes = existsSync(note) ? peakIn(readFileSync(note, 'utf8')) : null;
  rmSync(note, { force: true });
  return { seconds, peakMegabytes, status: result.status };
}

/** The last line; a note on the exit status may stand before it. */
function peakIn(note: string): number | null {
  const kilobytes = Number.parseInt(note.trim().split('\n').at(-1) ?? '', 10);
  return Number.isNaN(kilobytes) ? null : kilobytes / 1024;
}
