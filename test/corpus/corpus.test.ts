import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { detectionDocument } from './document.ts';
import { hostileCases } from './index.ts';
import { type Outcome, recallTable, runCase } from './run.ts';

const families = [...Map.groupBy(hostileCases, (hostile) => hostile.family)];
const outcomes: Outcome[] = [];

describe('hostile corpus', () => {
  test('ids are unique', () => {
    const ids = hostileCases.map((hostile) => hostile.id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test.each(families)('%s: nothing is called clean, nothing judged less than it is', (_, cases) => {
    const done = cases.map(runCase);
    outcomes.push(...done);
    const describeOutcome = (outcome: Outcome): string =>
      `${outcome.id}: ${outcome.verdict} instead of ${outcome.expected} [${outcome.rules.join(', ')}]`;
    expect(done.filter((outcome) => outcome.grade === 'silent').map(describeOutcome)).toEqual([]);
    expect(done.filter((outcome) => outcome.grade === 'weak').map(describeOutcome)).toEqual([]);
  });

  test('docs/detection.md says what is measured', () => {
    console.log(recallTable(outcomes));
    expect(outcomes.length).toBe(hostileCases.length);
    expect(readFileSync('docs/detection.md', 'utf8')).toBe(detectionDocument(hostileCases, outcomes));
  });
});
