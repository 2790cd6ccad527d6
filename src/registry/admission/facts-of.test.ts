import { expect, it } from 'vitest';
import type { ModelFacts } from '../../bom/facts.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { factsOf } from './facts-of.ts';

it('does not take what a file with the name of an owner says for what the owner says', () => {
  const stated = {
    value: { name: 'CC-BY-NC-4.0', kind: 'id' as const },
    origin: { file: 'owner', pointer: '/general.license' },
  };
  const facts = factsOf({
    model: { name: 'acme/m', classification: 'internal', tags: [], licence: 'MIT' },
    source: { kind: 'upload' },
    report: { artifacts: [], verdict: 'clean' } as Partial<ScanReport> as ScanReport,
    facts: {
      verdict: 'clean',
      files: [],
      findings: [],
      statements: { licences: [stated] } as Partial<ModelFacts['statements']> as ModelFacts['statements'],
    } as Partial<ModelFacts> as ModelFacts,
    signatures: null,
    conversion: null,
    examinedAtMs: 1,
  });
  expect(facts.licences?.items).toEqual([
    { name: 'MIT', kind: 'id', origin: 'owner' },
    { name: 'CC-BY-NC-4.0', kind: 'id', origin: './owner' },
  ]);
});
