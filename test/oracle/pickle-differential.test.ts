import { describe, expect, test } from 'vitest';
import { Budget, defaultLimits } from '../../src/bytes/limits.ts';
import { BufferSource } from '../../src/bytes/source.ts';
import type { PickleEvent } from '../../src/formats/pickle/events.ts';
import { PickleMachine } from '../../src/formats/pickle/machine.ts';
import { mutate, randomPickle } from '../build/mutate.ts';
import { Prng } from '../build/prng.ts';
import { hostileCases } from '../corpus/index.ts';
import { askPickleOracle, findPython, type PickleAnswer } from './ask-oracle.ts';

/** A few seconds here; `VOUCHSAFE_DIFFERENTIAL_RUNS` makes it millions. */
const RUNS = Number(process.env['VOUCHSAFE_DIFFERENTIAL_RUNS'] ?? 6000);
const BATCH = 5000;
const MAX_SEED_BYTES = 4096;
const MAX_TOLD = 25;

const python = findPython();

interface Ours {
  readonly accepted: boolean;
  /** True when what happens depends on what a call returns; then the oracle's stand-ins decide, not CPython. */
  readonly uncertain: boolean;
  readonly imports: readonly string[];
  /** True when frames and opcodes do not fit together: CPython's versions differ there, and we report it as such. */
  readonly framesBroken: boolean;
}

/** What our machine makes of a stream, as far as CPython would get. */
function ours(stream: Uint8Array): Ours {
  const events: PickleEvent[] = [];
  let framesBroken = false;
  const budget = new Budget(defaultLimits);
  const outcome = new PickleMachine(new BufferSource(stream), {
    budget,
    onEvent: (event) => {
      if (event.kind !== 'anomaly') events.push(event);
      else if (event.code.startsWith('frame-')) framesBroken = true;
    },
    stopAtFailure: true,
  }).run();
  return {
    accepted: outcome.stopped && outcome.failure === undefined,
    uncertain: outcome.uncertain,
    imports: events.slice(0, outcome.eventsBeforeFailure).flatMap(nameOf),
    framesBroken,
  };
}

function nameOf(event: PickleEvent): string[] {
  if (event.kind !== 'import' || event.global.module === null || event.global.name === null) return [];
  return [event.written ?? `${event.global.module}.${event.global.name}`];
}

/** Null when both agree. Extension codes are the oracle's own registry, so such streams only must not be missed. */
function difference(stream: Uint8Array, answer: PickleAnswer): string | null {
  const mine = ours(stream);
  // A memo index can be so large that the table does not fit the oracle's memory.
  if (mine.framesBroken || answer.error?.class === 'MemoryError') return null;
  const theirs = answer.imports.map(([module, name]) => `${module}.${name}`).filter((name) => !name.startsWith('ext_'));
  const missed = theirs.findIndex((name, index) => mine.imports[index] !== name);
  if (missed >= 0) return `import ${missed} is ${theirs[missed]}, not ${mine.imports[missed]}`;
  if (mine.uncertain || usesLoader(answer)) return null;
  if (answer.ok !== mine.accepted)
    return `${answer.ok ? 'accepted' : `refused (${answer.error?.message})`} by CPython, not by us`;
  if (mine.imports.length !== theirs.length) return `${mine.imports.length} imports, CPython makes ${theirs.length}`;
  return null;
}

/**
 * Refusals that say nothing about the stream: no loader, an unknown code, a stand-in used in a way it does not support.
 */
function usesLoader(answer: PickleAnswer): boolean {
  const message = answer.error?.message ?? '';
  return /extension|StandIn|unhashable|not hashable|keywords|buffers|memoryview|bytearray|Too many open|maximum/.test(
    message,
  );
}

/** Loaders choose how strings of Python 2 are decoded, so agreement with either choice will do. */
function leastDifference(stream: Uint8Array, answers: readonly Partial<PickleAnswer>[]): string | null {
  // An oracle that ran out of time or memory says nothing about the stream.
  const found = answers.map((answer) =>
    answer.imports === undefined ? null : difference(stream, answer as PickleAnswer),
  );
  return found.includes(null) ? null : (found[0] ?? 'no answer');
}

function told(streams: readonly Uint8Array[]): string[] {
  const differences: string[] = [];
  for (let at = 0; at < streams.length; at += BATCH) {
    const batch = streams.slice(at, at + BATCH);
    const answers = askPickleOracle(python ?? '', batch, ['c', 'cLatin1']);
    for (const [index, stream] of batch.entries()) {
      const what = leastDifference(stream, Object.values(answers[index] ?? {}));
      if (what !== null) differences.push(`${what}: ${Buffer.from(stream.subarray(0, 400)).toString('base64')}`);
    }
  }
  return differences.slice(0, MAX_TOLD);
}

describe.skipIf(python === null)('the pickle machine against CPython', () => {
  test('generated streams', () => {
    const random = new Prng(7);
    expect(told(Array.from({ length: RUNS }, () => randomPickle(random)))).toEqual([]);
  }, 600_000);

  test('mutated streams', () => {
    const random = new Prng(11);
    const seeds = hostileCases
      .filter((hostile) => hostile.stream === true && !hostile.id.startsWith('import.'))
      .map((hostile) => hostile.build())
      .filter((bytes) => bytes.length <= MAX_SEED_BYTES);
    expect(told(Array.from({ length: RUNS }, () => mutate(random.pick(seeds), random)))).toEqual([]);
  }, 600_000);

  test('the streams of the corpus', () => {
    const streams = hostileCases.filter((hostile) => hostile.stream === true).map((hostile) => hostile.build());
    expect(told(streams.filter((bytes) => bytes.length <= MAX_SEED_BYTES))).toEqual([]);
  }, 600_000);
});
