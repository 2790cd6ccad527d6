import { assert, integer, array, property } from 'fast-check';
import { expect } from 'vitest';
import { BufferSource } from '../../src/bytes/source.ts';
import type { ArtifactReport } from '../../src/scan/report.ts';
import { scanSource } from '../../src/scan/scan-source.ts';

export function scanBytes(bytes: Uint8Array, name: string): ArtifactReport {
  return scanSource(new BufferSource(bytes), name);
}

/** Ids of the rules that fired, sorted, each once. */
export function firedRules(report: ArtifactReport): string[] {
  return [...new Set(report.findings.map((finding) => finding.ruleId))].sort();
}

/**
 * Cuts the file at each offset: never clean, never a defect of ours. `allowed` are lengths at which a file ends well;
 * a few bytes of a magic that are text may be read as text.
 */
export function expectTruncationsCaught(bytes: Uint8Array, name: string, allowed: readonly number[] = []): void {
  for (let length = 1; length < bytes.length; length += 1) {
    const report = scanBytes(bytes.subarray(0, length), name);
    expect(firedRules(report), `cut at ${length}`).not.toContain('internal-error');
    if (!allowed.includes(length)) expect(report.verdict, `cut at ${length}`).not.toBe('clean');
  }
}

/** Overwrites a few bytes at random: only typed errors leave a parser, so no defect of ours is reported. */
export function expectMutationsSurvived(bytes: Uint8Array, name: string, numRuns = 400): void {
  const edit = array(integer({ min: 0, max: bytes.length * 256 - 1 }), { minLength: 1, maxLength: 6 });
  assert(
    property(edit, (edits) => {
      const mutant = bytes.slice();
      for (const number of edits) mutant[Math.floor(number / 256)] = number % 256;
      const report = scanBytes(mutant, name);
      const defects = report.findings.filter((finding) => finding.ruleId === 'internal-error');
      expect(defects.map((finding) => finding.message)).toEqual([]);
    }),
    { numRuns },
  );
}
