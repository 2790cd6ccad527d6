import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const MAX_ANSWER_BYTES = 1024 * 1024 * 1024;
const MAX_MILLISECONDS = 300_000;

/** The scripts beside this file; each answers one JSON object per request (see their docstrings). */
export type OracleName = 'pickle' | 'numpy' | 'torch' | 'zip';

/** What a library error is told as. */
interface OracleError {
  readonly class: string;
  readonly message: string;
}

/** What one unpickling machine did with one stream. Events are `[kind, callee]` in order. */
export interface PickleAnswer {
  readonly ok: boolean;
  readonly error?: OracleError;
  /** Bytes read up to and including STOP; meaningless unless `ok`. */
  readonly consumed: number;
  /** `[module, name]` as in the stream, in order. */
  readonly imports: readonly (readonly [string, string])[];
  /** The same as protocols 0 to 2 resolve them. */
  readonly mapped: readonly (readonly [string, string])[];
  readonly events: readonly (readonly [string, string])[];
  readonly persistent: readonly string[];
}

export type PickleMachine = 'c' | 'cFile' | 'py' | 'cLatin1' | 'pyLatin1';

/**
 * The first Python that has all of `modules`, or null: `VOUCHSAFE_PYTHON`, the environment that `scripts/oracles.sh` makes,
 * the one on the path, the system's own.
 */
export function findPython(modules: readonly string[] = []): string | null {
  const home = process.env['VOUCHSAFE_ORACLE_HOME'] ?? join(homedir(), '.cache', 'vouchsafe-oracle');
  const candidates = [process.env['VOUCHSAFE_PYTHON'], join(home, 'bin', 'python'), 'python3', '/usr/bin/python3'];
  const found = candidates.find((python) => python !== undefined && has(python, modules));
  return found ?? null;
}

/** Looks modules up without importing them: torch takes seconds, and every file of tests asks for it. */
const HAS_MODULES = `
import sys
from importlib.util import find_spec
sys.exit(0 if all(find_spec(name) for name in sys.argv[1:]) else 1)
`;

function has(python: string, modules: readonly string[]): boolean {
  if (python.includes('/') && !existsSync(python)) return false;
  return spawnSync(python, ['-c', HAS_MODULES, ...modules], { stdio: 'ignore' }).status === 0;
}

/** Puts all requests to an oracle in one run and returns its answers in order. */
export function askOracle<Answer>(
  python: string,
  oracle: OracleName,
  requests: readonly Uint8Array[],
  options: readonly string[] = [],
): Answer[] {
  const script = join(import.meta.dirname, `${oracle}_oracle.py`);
  const result = spawnSync(python, [script, ...options], {
    input: frame(requests),
    maxBuffer: MAX_ANSWER_BYTES,
    timeout: MAX_MILLISECONDS,
  });
  const lines = result.stdout.toString('utf8').split('\n').filter(Boolean);
  if (lines.length !== requests.length) {
    const reason = result.error?.message ?? result.stderr.toString('utf8').slice(-2000);
    throw new Error(`the ${oracle} oracle gave ${lines.length} answers to ${requests.length} requests: ${reason}`);
  }
  return lines.map((line) => JSON.parse(line) as Answer);
}

/** What CPython's machines do with pickle streams. */
export function askPickleOracle<Machine extends PickleMachine>(
  python: string,
  streams: readonly Uint8Array[],
  machines: readonly Machine[],
): Record<Machine, PickleAnswer>[] {
  return askOracle(python, 'pickle', streams, ['--machines', machines.join(',')]);
}

function frame(requests: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    requests.flatMap((request) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(request.length);
      return [length, request];
    }),
  );
}
