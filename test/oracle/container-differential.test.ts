/** Whatever torch or numpy would look up while loading a container, the scanner must have seen: it may see more, never less. */
import { expect, test } from 'vitest';
import { BufferSource } from '../../src/bytes/source.ts';
import type { PickleEvent } from '../../src/formats/pickle/events.ts';
import type { AnyRule } from '../../src/rules/rule.ts';
import { scanSource } from '../../src/scan/scan-source.ts';
import { hostileCases } from '../corpus/index.ts';
import { npy } from '../build/npy.ts';
import { torchLegacy, torchTar, torchZip } from '../build/torch.ts';
import { askOracle, findPython } from './ask-oracle.ts';

interface Recorded {
  readonly imports: readonly (readonly [string, string])[];
}

const torchPython = findPython(['torch']);
const numpyPython = findPython(['numpy']);

/** Names looked up by any pickle the scanner finds in a file, at any depth; as written, since loaders record them so. */
function seenImports(bytes: Uint8Array, name: string): Set<string> {
  const seen = new Set<string>();
  const listener: AnyRule = {
    id: 'listener',
    title: '',
    severity: 'info',
    facet: 'pickle-event',
    formats: [],
    references: [],
    why: '',
    fix: '',
    examples: { bad: [], good: [] },
    message: () => '',
    check(event: PickleEvent) {
      if (event.kind !== 'import') return;
      seen.add(`${event.global.module}.${event.global.name}`);
      if (event.written !== undefined) seen.add(event.written);
    },
  };
  scanSource(new BufferSource(bytes), name, { rules: [listener] });
  return seen;
}

function containers(families: RegExp): { id: string; file: string; bytes: Uint8Array }[] {
  return hostileCases
    .filter(({ family }) => families.test(family))
    .map((hostile) => ({ id: hostile.id, file: hostile.file, bytes: hostile.build() }));
}

function expectAllSeen(
  files: readonly { id: string; file: string; bytes: Uint8Array }[],
  answers: readonly (Recorded | null | undefined)[],
): void {
  let compared = 0;
  for (const [index, { id, file, bytes }] of files.entries()) {
    const imports = answers[index]?.imports ?? [];
    if (imports.length === 0) continue;
    compared += 1;
    const seen = seenImports(bytes, file);
    const missed = imports.map((pair) => pair.join('.')).filter((name) => !seen.has(name));
    expect(missed, id).toEqual([]);
  }
  expect(compared).toBeGreaterThan(3);
}

test.skipIf(torchPython === null)('torch looks up nothing in a checkpoint that the scanner does not see', () => {
  const ordinary = [torchZip(), torchLegacy(), torchTar()].map((bytes, i) => ({
    id: `ordinary ${i}`,
    file: 'model.pt',
    bytes,
  }));
  const files = [...ordinary, ...containers(/^containers: (?:torch|names|zip)/)];
  const answers = askOracle<{ recorded: Recorded | null }>(
    torchPython ?? '',
    'torch',
    files.map(({ bytes }) => bytes),
  );
  expectAllSeen(
    files,
    answers.map((answer) => answer.recorded),
  );
});

test.skipIf(numpyPython === null)('numpy looks up nothing in an array file that the scanner does not see', () => {
  const ordinary = [{ id: 'ordinary', file: 'a.npy', bytes: npy(new Uint8Array(8), { descr: '<f8' }) }];
  const files = [...ordinary, ...containers(/^containers: (?:numpy|names)/)];
  const answers = askOracle<{ pickled: Recorded | null }>(
    numpyPython ?? '',
    'numpy',
    files.map(({ bytes }) => bytes),
  );
  expectAllSeen(
    files,
    answers.map((answer) => answer.pickled),
  );
});
