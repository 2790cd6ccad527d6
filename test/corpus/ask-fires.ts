import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { HostileCase } from './case.ts';

const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

interface Fired {
  readonly id: string;
  readonly fires: readonly string[];
}

/** Loads every stream in a Python whose dangerous functions are blocked, and tells which ones were reached. */
export function askFires(python: string, cases: readonly HostileCase[]): Map<string, readonly string[]> {
  const input = cases
    .filter((hostile) => hostile.stream === true)
    .map((hostile) => JSON.stringify({ id: hostile.id, base64: Buffer.from(hostile.build()).toString('base64') }))
    .join('\n');
  const script = join(import.meta.dirname, '..', 'oracle', 'fires.py');
  const { stdout, stderr } = spawnSync(python, [script], { input, maxBuffer: MAX_ANSWER_BYTES });
  const rows = stdout.toString('utf8').split('\n').filter(Boolean);
  if (rows.length === 0) throw new Error(`the oracle said nothing: ${stderr.toString('utf8').slice(-2000)}`);
  const answers = rows.map((row) => JSON.parse(row) as Fired);
  return new Map(answers.filter(({ fires }) => fires.length > 0).map(({ id, fires }) => [id, fires]));
}
