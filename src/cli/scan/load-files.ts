import { readFileSync } from 'node:fs';
import { ReadError } from '../../bytes/errors.ts';
import { sha256Text } from '../../node/digest.ts';
import { reasonOf } from '../../node/reason.ts';
import { jsonText } from '../../scan/json-safe.ts';
import type { BaselineFile } from '../../scan/fingerprint.ts';
import type { ScanPolicy } from '../../scan/policy.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { writeAtomically } from '../../node/write-file.ts';

/** @throws ReadError, ConfigError. */
export async function loadPolicy(file: string | undefined): Promise<ScanPolicy | undefined> {
  if (file === undefined) return undefined;
  const text = readText(file);
  const [{ parsePolicy }, { rules }] = await Promise.all([
    import('../../scan/policy.ts'),
    import('../../rules/index.ts'),
  ]);
  return parsePolicy(text, file, rules);
}

/** @throws ReadError, ConfigError. */
export async function loadBaseline(file: string | undefined): Promise<BaselineFile | undefined> {
  if (file === undefined) return undefined;
  const text = readText(file);
  return (await import('../../scan/baseline.ts')).parseBaseline(text, file);
}

/** Writes the findings of a run as a baseline. */
export async function saveBaseline(
  file: string,
  report: ScanReport,
  previous: BaselineFile | undefined,
): Promise<void> {
  const { baselineOf } = await import('../../scan/baseline.ts');
  const now = new Date(report.startedAt);
  const baseline = baselineOf(report.artifacts, { digest: sha256Text, now, previous });
  writeAtomically(file, [`${jsonText(baseline, 2)}\n`]);
  process.stderr.write(`vouchsafe: ${baseline.findings.length} findings written to ${file}\n`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw ReadError.of(file, reasonOf(error), error);
  }
}
