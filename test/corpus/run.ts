import { BufferSource } from '../../src/bytes/source.ts';
import type { Verdict } from '../../src/scan/report.ts';
import { scanSource } from '../../src/scan/scan-source.ts';
import type { Expected, HostileCase } from './case.ts';

/** `silent`: called clean, the one thing that must never happen. `weak`: not clean, but less than expected. */
export type Grade = 'caught' | 'weak' | 'silent';

export interface Outcome {
  readonly id: string;
  readonly family: string;
  readonly grade: Grade;
  readonly verdict: Verdict;
  readonly expected: Expected;
  readonly rules: readonly string[];
  readonly missingRules: readonly string[];
  readonly milliseconds: number;
}

const rank: Record<Verdict, number> = { clean: 0, inconclusive: 1, suspicious: 2, malicious: 3 };
const needed: Record<Expected, number> = { 'not-clean': 1, suspicious: 2, malicious: 3 };

/** Scans one case. A scan that throws counts as silent: whoever called it has no verdict at all. */
export function runCase(hostile: HostileCase): Outcome {
  const report = scanSource(new BufferSource(hostile.build()), hostile.file);
  const rules = [...new Set(report.findings.map((finding) => finding.ruleId))];
  const missingRules = (hostile.expect.rules ?? []).filter((rule) => !rules.includes(rule));
  return {
    id: hostile.id,
    family: hostile.family,
    grade: gradeOf(report.verdict, hostile.expect.verdict, missingRules.length === 0),
    verdict: report.verdict,
    expected: hostile.expect.verdict,
    rules,
    missingRules,
    milliseconds: report.milliseconds,
  };
}

function gradeOf(verdict: Verdict, expected: Expected, rulesFired: boolean): Grade {
  if (verdict === 'clean') return 'silent';
  return rank[verdict] >= needed[expected] && rulesFired ? 'caught' : 'weak';
}

export interface FamilyRow {
  readonly family: string;
  readonly cases: number;
  readonly caught: number;
  readonly weak: number;
  readonly silent: number;
}

/** Counts per family, in order of first appearance. */
export function byFamily(outcomes: readonly Outcome[]): FamilyRow[] {
  const groups = Map.groupBy(outcomes, (outcome) => outcome.family);
  return [...groups].map(([family, group]) => {
    const count = (grade: Grade): number => group.filter((outcome) => outcome.grade === grade).length;
    return { family, cases: group.length, caught: count('caught'), weak: count('weak'), silent: count('silent') };
  });
}

/** The recall table as Markdown, with a total. */
export function recallTable(outcomes: readonly Outcome[]): string {
  const rows = byFamily(outcomes);
  const sum = (key: 'cases' | 'caught' | 'weak' | 'silent'): number => rows.reduce((all, row) => all + row[key], 0);
  const total = {
    family: '**all**',
    cases: sum('cases'),
    caught: sum('caught'),
    weak: sum('weak'),
    silent: sum('silent'),
  };
  const line = (row: FamilyRow): string =>
    `| ${row.family} | ${row.cases} | ${row.caught} | ${row.weak} | ${row.silent} | ${percent(row)} |`;
  return [
    '| family | files | as expected | weaker than expected | silently clean | not clean |',
    '|---|---:|---:|---:|---:|---:|',
    ...[...rows, total].map(line),
  ].join('\n');
}

function percent(row: FamilyRow): string {
  return `${(Math.floor(((row.cases - row.silent) / row.cases) * 1000) / 10).toFixed(1)} %`;
}
