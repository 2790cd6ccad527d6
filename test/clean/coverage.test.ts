import { expect, test } from 'vitest';
import { BufferSource } from '../../src/bytes/source.ts';
import { scanSource } from '../../src/scan/scan-source.ts';
import { bytesOf, cleanBytes, cleanCases, otherCases } from './run.ts';

/** Codes that a refusal of a hostile document may have; a new one is a decision, not an accident. */
const CODES = new Set(['ambiguous', 'code-cell', 'no-remedy', 'not-cleanable', 'not-understood']);

const statuses: string[] = [];

test.each(cleanCases.map((one) => [one.id, one] as const))('%s: clean or refused', (_, hostile) => {
  const { status, cleaned } = cleanBytes(hostile.build(), hostile.file);
  statuses.push(status);
  if (cleaned === undefined) {
    expect(CODES).toContain(status.replace('refused: ', ''));
    return;
  }
  if (status === 'left-out') return;
  // A scan of its own, which shares nothing with the one the cleaner made.
  const result = bytesOf(cleaned.content);
  expect(scanSource(new BufferSource(result), hostile.file)).toMatchObject({ verdict: 'clean' });
  expect(cleaned.changes.length).toBeGreaterThan(0);
  const again = cleanBytes(result, hostile.file);
  expect(again.status).toBe('unchanged');
  expect(again.cleaned?.content.size).toBe(result.length);
});

test('with every option at once the results are clean too, and cleaning again changes nothing', () => {
  const options = {
    template: 'chatml',
    keepMetadata: 'safe',
    dropCells: true,
    clearNotebooks: true,
    low: true,
  } as const;
  for (const { id, file, build } of cleanCases) {
    const { cleaned } = cleanBytes(build(), file, { options });
    if (cleaned === undefined) continue;
    const result = bytesOf(cleaned.content);
    const { verdict } = scanSource(new BufferSource(result), file);
    expect([id, verdict, cleanBytes(result, file, { options }).status]).toEqual([id, 'clean', 'unchanged']);
  }
});

test('most of what is cleanable is cleaned', () => {
  expect(statuses).toHaveLength(cleanCases.length);
  const done = statuses.filter((status) => status === 'cleaned' || status === 'left-out').length;
  expect(done / statuses.length).toBeGreaterThan(0.85);
});

test('weights and archives that are dangerous are refused, never passed', () => {
  for (const hostile of otherCases.filter((_, index) => index % 7 === 0)) {
    const { status } = cleanBytes(hostile.build(), hostile.file);
    expect([hostile.id, status]).toEqual([hostile.id, expect.stringMatching(/^refused: |^cleaned$/)]);
  }
});
