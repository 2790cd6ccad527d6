/** Hostile copies of torch files: only coded errors leave the readers, and no element comes from outside the file. */
import { describe, expect, test } from 'vitest';
import { concat, f32le, le } from '../build/bytes.ts';
import { expectChangesSurvived, expectCutsRefused } from '../build/hostile-tensors.ts';
import { torchLegacy, torchTar, torchZip } from '../build/torch.ts';
import { call, dict, emptyOrderedDict, objectOf, pickleOf, tensor } from '../build/torch-object.ts';

const object = (part?: null): Uint8Array => {
  const also = part === undefined ? {} : { part };
  return objectOf({
    state_dict: (a) =>
      dict(a, {
        w: (b) => tensor(b, { ...also, size: [2, 2], stride: [1, 2] }),
        b: (b) =>
          call(
            b,
            'torch._utils._rebuild_parameter',
            (c) => tensor(c, also),
            (c) => c.newtrue(),
            emptyOrderedDict,
          ),
      }),
    epoch: (a) => a.binint1(3),
  });
};

/** One tensor of the four floats that the builder's only storage holds. */
function tarFile(): Uint8Array {
  const described = pickleOf((a) => a.mark().binint1(7).text('0').global('torch', 'FloatTensor').tuple());
  const numbers = [4, 1, 0].map((number) => le(number, 8));
  return torchTar({
    tensors: concat(
      pickleOf((a) => a.binint1(1)),
      described,
      le(1, 4),
      le(0, 4),
      ...numbers,
    ),
    pickle: pickleOf((a) => dict(a, { w: (b) => b.binint1(7).binpersid() })),
  });
}

const FILES: readonly (readonly [string, Uint8Array])[] = [
  ['zip', torchZip({ pickle: object() })],
  [
    'TorchScript',
    torchZip({
      pickle: object(),
      extra: [
        { name: 'archive/constants.pkl', data: objectOf({ c: (a) => tensor(a) }) },
        { name: 'archive/constants/0', data: f32le(1, 2, 3, 4) },
      ],
    }),
  ],
  ['legacy', torchLegacy({ object: object(null) })],
  ['tar', tarFile()],
];

describe.each(FILES)('%s', (kind, bytes) => {
  test('cut at every offset', () => {
    // A tar file ends in blocks of zeros that nobody needs; the shape before them ends in zeros that are needed.
    expectCutsRefused(bytes, kind === 'tar' ? bytes.lastIndexOf(1) + 16 : bytes.length);
  });

  test('changed anywhere', () => {
    expect(() => expectChangesSurvived(bytes)).not.toThrow();
  });
});
