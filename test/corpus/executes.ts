import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostileCase } from './case.ts';

export const executesFile = join(import.meta.dirname, 'executes.json');

/** Ids of the streams that CPython was seen to run, with the audit events they reached; written by `update-executes.ts`. */
export const executes = JSON.parse(readFileSync(executesFile, 'utf8')) as Readonly<Record<string, readonly string[]>>;

/** True when the oracle saw the payload fire. False also for what needs a library or a Python that was not there. */
export function isVerified(hostile: HostileCase): boolean {
  return hostile.id in executes;
}
