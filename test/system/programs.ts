import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const START_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** `vouchsafe` as an operator runs it: a process of its own, which can be killed. */
export interface Program {
  readonly child: ChildProcess;
  readonly printed: () => string;
  readonly logged: () => string;
  /** The exit code, or null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Resolves when it has logged an event. @returns the line of the log */
  said(event: string): Promise<Readonly<Record<string, unknown>>>;
  /** As a power cut would: no handler runs. */
  kill(): Promise<void>;
  stop(): Promise<number | null>;
}

export interface RunOptions {
  /** Whatever it writes beyond so many KiB fails with EFBIG: a disk that is full. */
  readonly maxFileKiB?: number;
}

const running = new Set<Program>();

export function runProgram(args: readonly string[], { maxFileKiB }: RunOptions = {}): Program {
  const [file, all] =
    maxFileKiB === undefined
      ? [process.execPath, [main, ...args]]
      : ['bash', ['-c', `ulimit -f ${maxFileKiB}; exec "$0" "$@"`, process.execPath, main, ...args]];
  const child = spawn(file, all, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let logged = '';
  child.stdout.on('data', (chunk: Buffer) => void (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (logged += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const program: Program = {
    child,
    printed: () => printed,
    logged: () => logged,
    ended,
    said: (event) => saidBy(program, event),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
  running.add(program);
  void ended.then(() => running.delete(program));
  return program;
}

/** Ends what a test that failed left running. */
export async function killAll(): Promise<void> {
  await Promise.all([...running].map((program) => program.kill()));
}

/** Runs a command to its end. @returns its exit code and everything it wrote */
export async function runToEnd(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly text: string }> {
  const program = runProgram(args);
  const code = await program.ended;
  return { code, text: program.printed() + program.logged() };
}

async function saidBy({ child, logged }: Program, event: string): Promise<Readonly<Record<string, unknown>>> {
  const find = (): string | undefined =>
    logged()
      .split('\n')
      .find((line) => line.includes(`"event":"${event}"`) && line.endsWith('}'));
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    const line = find();
    if (line !== undefined) return JSON.parse(line) as Record<string, unknown>;
    const isOver = child.exitCode !== null || child.signalCode !== null || Date.now() > deadline;
    if (isOver) throw new Error(`expected the program to log ${event}, found:\n${logged()}`);
    await sleep(LOOK_EVERY_MS);
  }
}
