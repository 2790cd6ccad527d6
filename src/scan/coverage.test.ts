import { expect, test } from 'vitest';
import { defaultLimits } from '../bytes/limits.ts';
import { BufferSource } from '../bytes/source.ts';
import { defineFormat } from '../formats/format.ts';
import { examine } from './examine.ts';

test('a parser that claims bytes outside the file does not spoil the sum', () => {
  const greedy = defineFormat({
    id: 'greedy',
    title: '',
    extensions: [],
    detect: () => 'certain',
    parse(context) {
      context.cover(-1000, 4, 'structure');
      context.cover(6, 1000, 'payload');
    },
  });
  const policy = { allowedGlobals: new Set<string>(), allowedTargetRoots: new Set<string>() };
  const report = examine(new BufferSource(new Uint8Array(10)), 'x', {
    formats: [greedy],
    rules: [],
    limits: defaultLimits,
    policy,
  });
  expect(report.coverage).toMatchObject({ bytes: 10, structure: 4, payload: 4, unaccounted: 2, complete: false });
});
