/** What every registered format must keep, on every small file the rules' examples and the corpus have of it. */
import { describe, expect, test } from 'vitest';
import { Budget, defaultLimits, type Limits } from '../../src/bytes/limits.ts';
import { BufferSource, SliceSource, type Source } from '../../src/bytes/source.ts';
import { StreamSource } from '../../src/bytes/stream-source.ts';
import { formats } from '../../src/formats/index.ts';
import { rules } from '../../src/rules/index.ts';
import type { ArtifactReport } from '../../src/scan/report.ts';
import { scanSource } from '../../src/scan/scan-source.ts';
import type { HostileCase } from '../corpus/case.ts';
import { hostileCases } from '../corpus/index.ts';

/** Containers and formats; the thousands of single pickles would only repeat each other. */
const CORPUS_FAMILIES = /^(?:containers|formats)/;

interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const SAMPLES_PER_FORMAT = 4;
const MAX_SAMPLE_BYTES = 16 * 1024;
const OFFSETS_PER_SAMPLE = 120;

/**
 * Bounds on effort that is optional, on how much is kept, or on what is still read as text: beyond them less is looked for,
 * by design. All others bound what must be understood.
 */
const OPTIONAL_EFFORT = new Set([
  'maxSecondsPerFile',
  'maxFindingsPerRule',
  'maxStoredChecksumBytes',
  'maxVerifiedBytes',
  'maxYamlBytes',
]);

/** Small limits of every kind: reaching one must be a finding. */
const TIGHT: Partial<Limits> = Object.fromEntries(
  Object.keys(defaultLimits)
    .filter((name) => !OPTIONAL_EFFORT.has(name))
    .map((name) => [name, 1]),
);

function samplesByFormat(): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>();
  for (const rule of rules) {
    for (const { name, content } of [...rule.examples.good, ...rule.examples.bad]) {
      add(found, name, typeof content === 'string' ? new TextEncoder().encode(content) : content());
    }
  }
  for (const hostile of hostileCases.filter(({ family }) => CORPUS_FAMILIES.test(family))) {
    const bytes = buildIfPossible(hostile);
    if (bytes !== undefined) add(found, hostile.file, bytes);
  }
  for (const [format, all] of found) {
    found.set(format, all.toSorted((a, b) => a.bytes.length - b.bytes.length).slice(0, SAMPLES_PER_FORMAT));
  }
  return found;
}

function add(found: Map<string, Sample[]>, name: string, bytes: Uint8Array): void {
  if (bytes.length === 0 || bytes.length > MAX_SAMPLE_BYTES) return;
  const { format } = scanSource(new BufferSource(bytes), name);
  found.set(format, [...(found.get(format) ?? []), { name, bytes }]);
}

/** Some writers need a Python that may not be there. */
function buildIfPossible(hostile: HostileCase): Uint8Array | undefined {
  try {
    return hostile.build();
  } catch {
    return undefined;
  }
}

const samples = samplesByFormat();

/** What must hold of any report, whatever the bytes were. */
function expectSound(report: ArtifactReport, what: string): void {
  expect(
    report.findings.filter((finding) => finding.ruleId === 'internal-error').map((finding) => finding.message),
    what,
  ).toEqual([]);
  const { bytes, unaccounted } = report.coverage;
  expect(unaccounted, what).toBeGreaterThanOrEqual(0);
  expect(unaccounted, what).toBeLessThanOrEqual(bytes);
  const kept = report.findings.some((finding) => finding.severity === 'medium' || finding.severity === 'high');
  if (kept) expect(report.verdict, what).not.toBe('clean');
}

/** The findings without what differs by the way of reading. */
function gist(report: ArtifactReport): unknown {
  return report.findings.map(({ ruleId, severity, message, location }) => ({ ruleId, severity, message, location }));
}

/** The same bytes as a view that only decodes forward, a few bytes at a time. */
function dribbled(bytes: Uint8Array): Source {
  const open = () => {
    let at = 0;
    return {
      next: () => (at >= bytes.length ? null : bytes.subarray(at, (at = Math.min(bytes.length, at + 7)))),
      get consumedBytes() {
        return at;
      },
    };
  };
  return new StreamSource(open, new Budget(defaultLimits));
}

test('nearly every format has a sample to be tried on', () => {
  const tried = new Set([...samples.keys()].flatMap((format) => format.split('+')));
  const untried = formats.map((format) => format.id).filter((id) => !tried.has(id));
  // Their own tests build files with the tools of their trade.
  expect(untried.length, untried.join(', ')).toBeLessThan(formats.length / 2);
});

describe.each([...samples])('%s', (_, all) => {
  test.each(all)('truncated anywhere, $name ends in a sound report', ({ name, bytes }) => {
    const step = Math.max(1, Math.floor(bytes.length / OFFSETS_PER_SAMPLE));
    for (let length = 0; length < bytes.length; length += step) {
      expectSound(scanSource(new BufferSource(bytes.subarray(0, length)), name), `${name} cut at ${length}`);
    }
  });

  test.each(all)('$name reads the same as a part of something larger', ({ name, bytes }) => {
    const padded = new Uint8Array(bytes.length + 200).fill(0x41);
    padded.set(bytes, 100);
    const part = new SliceSource(new BufferSource(padded), 100, bytes.length);
    expect(gist(scanSource(part, name))).toEqual(gist(scanSource(new BufferSource(bytes), name)));
  });

  test.each(all)('$name reads the same a few bytes at a time', ({ name, bytes }) => {
    const whole = scanSource(new BufferSource(bytes), name);
    const slow = scanSource(dribbled(bytes), name);
    // A format found by its tail alone is not looked for where that means decoding everything: the tail is then unaccounted for.
    if (whole.format.includes('+')) expect(slow.verdict).not.toBe('clean');
    else expect(gist(slow)).toEqual(gist(whole));
  });

  test.each(all)('$name under tight limits is never better than without', ({ name, bytes }) => {
    const report = scanSource(new BufferSource(bytes), name, { limits: TIGHT });
    expectSound(report, name);
    const reached = report.findings.some((finding) => finding.ruleId === 'limit-exceeded');
    if (reached) expect(report.verdict).not.toBe('clean');
    const free = scanSource(new BufferSource(bytes), name);
    if (free.verdict !== 'clean') expect(report.verdict).not.toBe('clean');
  });
});
