/** Changed torch files: what is read from one that torch loads too is what torch makes of it, or it is refused. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CodedError } from '../../src/bytes/errors.ts';
import { BufferSource } from '../../src/bytes/source.ts';
import { readTensors } from '../../src/tensors/read-tensors.ts';
import { f32le, patched } from '../build/bytes.ts';
import { gatherTensor } from '../build/gather-tensor.ts';
import { mutate } from '../build/mutate.ts';
import { Prng } from '../build/prng.ts';
import { torchLegacy, torchZip } from '../build/torch.ts';
import { call, dict, emptyOrderedDict, objectOf, tensor } from '../build/torch-object.ts';
import { askOracle, findPython } from './ask-oracle.ts';

interface Answer {
  readonly weightsOnly: {
    readonly ok: boolean;
    readonly tensors?: readonly { name: string; dtype: string; shape: number[]; sha256?: string | null }[];
  } | null;
}

const python = findPython(['torch']);
const MUTANTS = Number(process.env['VOUCHSAFE_MUTANTS'] ?? 120);

const object = (part?: null): Uint8Array => {
  const also = part === undefined ? {} : { part };
  const untyped = { version: '_v3', storage: 'torch.storage.UntypedStorage', key: '1', count: 16 } as const;
  return objectOf({
    w: (a) => tensor(a, { ...also, size: [2, 2], stride: [1, 2] }),
    p: (a) =>
      call(
        a,
        'torch._utils._rebuild_parameter',
        (b) => tensor(b, { ...also, offset: 1, size: [3] }),
        (b) => b.newtrue(),
        emptyOrderedDict,
      ),
    n: (a) => tensor(a, { ...also, metadata: (b) => dict(b, { neg: (c) => c.newtrue() }) }),
    ...(part === undefined ? { u: (a) => tensor(a, { ...untyped, dtype: 'uint16', size: [8] }) } : {}),
    list: (a) => tensor(a.emptyList(), also).append().binput(3),
    again: (a) => a.binget(3),
  });
};

const inZip = (pickle: Uint8Array): Uint8Array =>
  torchZip({ pickle, extra: [{ name: 'archive/data/1', data: f32le(5, 6, 7, 8) }] });

/** Names and contents, or undefined when the file is refused. */
function contents(bytes: Uint8Array): Map<string, string> | undefined {
  try {
    const { tensors } = readTensors(new BufferSource(bytes), 'model.pt', {
      wholeObject: true,
      limits: { minRatioBytes: 2 ** 16 },
    });
    return new Map(
      tensors.map((each) => {
        const sha256 = createHash('sha256').update(gatherTensor(each)).digest('hex');
        return [each.name, `${each.dtype} [${each.shape.join()}] ${each.placement.byteLength === 0 ? '' : sha256}`];
      }),
    );
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}

const DTYPES: Readonly<Record<string, string>> = {
  'torch.float32': 'F32',
  'torch.uint16': 'U16',
  'torch.uint32': 'U32',
  'torch.uint8': 'U8',
  'torch.int32': 'I32',
};

/** One byte changed, which loads far more often, or more; now and then none, so that something surely loads. */
function changed(bytes: Uint8Array, random: Prng): Uint8Array {
  if (random.below(20) === 0) return bytes;
  if (random.below(4) === 0) return mutate(bytes, random);
  return patched(bytes, random.below(bytes.length), [random.below(256)]);
}

const BASES: readonly (readonly [string, (random: Prng) => Uint8Array])[] = [
  ['the object of a zip', (random) => inZip(changed(object(), random))],
  ['a zip', (random) => changed(inZip(object()), random)],
  ['the object of a legacy file', (random) => torchLegacy({ object: changed(object(null), random) })],
  ['a legacy file', (random) => changed(torchLegacy({ object: object(null) }), random)],
];

const mutantsOf = (make: (random: Prng) => Uint8Array): Uint8Array[] =>
  Array.from({ length: MUTANTS }, (_, seed) => make(new Prng(seed)));

/** One run for all of them, as importing torch takes longer than loading hundreds of small files. */
let asked: readonly Answer[] | undefined;

function answersTo(base: number): readonly Answer[] {
  const all = BASES.flatMap(([, make]) => mutantsOf(make));
  asked ??= askOracle<Answer>(python as string, 'torch', all, ['--weights-only']);
  return asked.slice(base * MUTANTS, (base + 1) * MUTANTS);
}

test.skipIf(python === null).each(BASES)('%s (needs torch)', (name, make) => {
  const files = mutantsOf(make);
  const answers = answersTo(BASES.findIndex(([base]) => base === name));
  let compared = 0;
  for (const [seed, file] of files.entries()) {
    const ours = contents(file);
    const told = answers[seed]?.weightsOnly;
    if (ours === undefined || told?.ok !== true) continue;
    const theirs = new Map<string, string>();
    for (const { name, dtype, shape, sha256 } of told.tensors ?? []) {
      theirs.set(name || 'tensor', `${DTYPES[dtype] ?? dtype} [${shape.join()}] ${sha256 ?? ''}`);
    }
    for (const [name, content] of ours) {
      compared += 1;
      expect(content, `seed ${seed}, ${name}`).toBe(theirs.get(name));
    }
  }
  expect(compared).toBeGreaterThan(0);
});
