import type { ArtifactReport, Finding } from '../../src/scan/report.ts';
import { ScanTally, SCHEMA_VERSION, type ScanReport } from '../../src/scan/scan-report.ts';

/** Names as an attacker chooses them: escape sequences, direction overrides, markup of every kind, surrogates. */
export const HOSTILE_NAME = 'a\u001b[31m\u202e`|<script>alert(1)</script>]]>&"\'\n# x\u0000\ud800 [l](http://x) @me.pt';

function coverageOf(bytes: number, unaccounted = 0): ArtifactReport['coverage'] {
  const structure = bytes - unaccounted;
  const members = { members: 2, membersExamined: 2 };
  return { bytes, structure, payload: 0, member: 0, padding: 0, unaccounted, ...members, complete: unaccounted === 0 };
}

export function findingOf(change: Partial<Finding> = {}): Finding {
  return {
    ruleId: 'malformed',
    severity: 'medium',
    title: 'Damaged or deliberately broken file',
    message: 'expected 8 bytes at offset 24, file ends at 20',
    location: { path: 'model.pt', offset: 24, length: 8 },
    references: [{ kind: 'CWE', id: 'CWE-754' }],
    data: { wanted: 8 },
    occurrences: 1,
    ...change,
  };
}

export function artifactOf(change: Partial<ArtifactReport> = {}): ArtifactReport {
  return {
    path: 'model.pt',
    format: 'pickle',
    size: 1234,
    verdict: 'clean',
    coverage: coverageOf(1234),
    findings: [],
    details: {},
    milliseconds: 1.5,
    ...change,
  };
}

export function reportOf(artifacts: readonly ArtifactReport[], change: Partial<ScanReport> = {}): ScanReport {
  const tally = new ScanTally();
  for (const artifact of artifacts) tally.add(artifact);
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'vouchsafe', version: '1.2.3' },
    startedAt: '2026-01-02T03:04:05.000Z',
    verdict: tally.verdict,
    summary: tally.summary({ unreadableTargets: 0, skippedFiles: 0, milliseconds: 1234 }),
    artifacts,
    skipped: [],
    notes: [],
    ...change,
  };
}

/** One of everything a report can hold. */
export function sampleReport(): ScanReport {
  const critical = findingOf({
    ruleId: 'config-target-exec',
    severity: 'critical',
    title: 'Runs a command when loaded',
    message: `calls os.system(${HOSTILE_NAME})`,
    location: {
      path: `sub dir/${HOSTILE_NAME}`,
      member: `archive/${HOSTILE_NAME}`,
      offset: 7,
      length: 2,
      pointer: '/a/b',
    },
    data: { target: 'os.system', arguments: [HOSTILE_NAME] },
    occurrences: 3,
  });
  const accepted = findingOf({
    suppressed: { by: 'policy', reason: 'known `and` <b>harmless</b>', expires: '2030-01-01' },
  });
  const artifacts = [
    artifactOf({
      path: `sub dir/${HOSTILE_NAME}`,
      verdict: 'malicious',
      sha256: 'ab'.repeat(32),
      findings: [critical, findingOf({ severity: 'low' })],
      details: { weightsOnly: { loads: false, missing: ['os.system'] } },
    }),
    artifactOf({
      path: '/abs/broken.pt',
      verdict: 'inconclusive',
      findings: [findingOf()],
      coverage: coverageOf(1234, 34),
    }),
    artifactOf({ path: 'accepted.pt', findings: [accepted] }),
    artifactOf({ path: 'clean.pt' }),
  ];
  return reportOf(artifacts, {
    skipped: [{ path: '.git', reason: 'git-directory', detail: '12 files of a git repository', files: 12 }],
    notes: ['the suppression of malformed for *.pt expired on 2020-01-01: old <i>news</i>'],
  });
}
