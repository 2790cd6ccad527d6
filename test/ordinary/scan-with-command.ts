import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { ArtifactReport } from '../../src/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MAX_OUTPUT_BYTES = 1024 * 1024 * 1024;

/** What is read of the command's JSON document. */
interface Document {
  readonly artifacts: readonly ArtifactReport[];
}

/**
 * Scans a whole folder through the command, as a user does, and answers by path within the folder. A file that the
 * command left out is told as inconclusive: silence is not clean.
 */
export function scanWithCommand(folder: string): (path: string) => ArtifactReport {
  const built = existsSync(join(ROOT, 'dist', 'cli', 'main.js'));
  const program = built ? join(ROOT, 'bin', 'vouchsafe.js') : join(ROOT, 'src', 'cli', 'main.ts');
  const result = spawnSync(process.execPath, [program, 'scan', folder, '--format', 'json'], {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { artifacts } = JSON.parse(result.stdout) as Document;
  const byPath = new Map(artifacts.map((report) => [relative(folder, resolve(report.path)), report]));
  return (path) => byPath.get(path) ?? leftOut(path);
}

function leftOut(path: string): ArtifactReport {
  const nothing = { bytes: 0, structure: 0, payload: 0, member: 0, padding: 0, unaccounted: 0, members: 0 };
  return {
    path,
    format: 'left out by the command',
    size: 0,
    verdict: 'inconclusive',
    coverage: { ...nothing, membersExamined: 0, complete: false },
    findings: [],
    details: {},
    milliseconds: 0,
  };
}
