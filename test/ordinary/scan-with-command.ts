import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { ArtifactReport } from '../../src/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MAX_OUTPUT_BYTES = 1024 * 1024 * 1024;

/**
 * Scans a whole folder through the built command, as a user does, and answers by path within the folder.
 * `null` when the command is not built. A file the command left out counts as malicious: silence is a failure too.
 */
export function scanWithCommand(folder: string): ((path: string) => ArtifactReport) | null {
  if (!existsSync(join(ROOT, 'dist', 'cli', 'main.js'))) return null;
  const result = spawnSync(process.execPath, [join(ROOT, 'bin', 'vouchsafe.js'), 'scan', folder, '--format', 'json'], {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const byPath = new Map<string, ArtifactReport>();
  for (const report of reportsIn(JSON.parse(result.stdout))) byPath.set(withinFolder(folder, report.path), report);
  return (path) => byPath.get(path) ?? leftOut(path);
}

/** The list of per-file reports, wherever the JSON document keeps it. */
function reportsIn(document: unknown): readonly ArtifactReport[] {
  const candidates = Array.isArray(document) ? [document] : Object.values(document as object);
  const found: unknown = candidates.find((value) => Array.isArray(value) && isReport(value[0]));
  if (!Array.isArray(found)) throw new Error('the JSON output holds no list of file reports');
  return found as ArtifactReport[];
}

function isReport(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'path' in value && 'verdict' in value;
}

/** Reports name files as they were given or relative to the folder; both are found. */
function withinFolder(folder: string, path: string): string {
  const fromHere = relative(folder, resolve(path));
  return fromHere.startsWith('..') ? path : fromHere;
}

function leftOut(path: string): ArtifactReport {
  const nothing = { bytes: 0, structure: 0, payload: 0, member: 0, padding: 0, unaccounted: 0, members: 0 };
  return {
    path,
    format: 'unknown',
    size: 0,
    verdict: 'malicious',
    coverage: { ...nothing, membersExamined: 0, complete: false },
    findings: [],
    details: { reason: 'the command did not report this file' },
    milliseconds: 0,
  };
}
