import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_WITHIN_MS = 30_000;

export interface ServedConsole {
  readonly origin: string;
  /** With its one-time token. */
  readonly setUpLink: string;
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** What the configuration file says, besides the data and the port. */
  readonly config?: object;
  /** Secrets that the file names. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the built program as a person would, on a data folder of its own, and reads what it prints. */
export async function serveConsole({ config, env = {} }: ServeOptions = {}): Promise<ServedConsole> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-console-'));
  const configFile = join(folder, 'server.json');
  if (config !== undefined) writeFileSync(configFile, JSON.stringify(config), { mode: 0o600 });
  const configured = config === undefined ? [] : ['--config', configFile];
  const program = spawn(
    process.execPath,
    ['dist/bundle/main.js', 'serve', ...configured, '--data', folder, '--port', '0', '--log-level', 'error'],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  const stop = async (): Promise<void> => {
    if (program.exitCode === null) {
      program.kill('SIGTERM');
      await once(program, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const link = await printedLink(program);
    return { origin: new URL(link).origin, setUpLink: link, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function printedLink(program: ChildProcess): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no set-up link within ${START_WITHIN_MS} ms:\n${printed}`)),
      START_WITHIN_MS,
    );
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      const link = /http:\/\/\S+\/set-up#token=[\w-]+/.exec(printed)?.[0];
      if (link === undefined) return;
      clearTimeout(timer);
      resolve(link);
    };
    program.stdout?.on('data', read);
    program.stderr?.on('data', read);
    program.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}:\n${printed}`));
    });
  });
}
