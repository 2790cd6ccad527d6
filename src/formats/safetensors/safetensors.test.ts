import { describe, expect, test } from 'vitest';
import {
  expectMutationsSurvived,
  expectTruncationsCaught,
  firedRules,
  scanBytes,
} from '../../../test/build/hostile-copies.ts';
import { BufferSource, type Source } from '../../bytes/source.ts';
import { ordinarySafetensors, safetensorsFile, tensorEntry } from '../../rules/examples/safetensors.ts';
import { scanSource } from '../../scan/scan-source.ts';

const entry = tensorEntry;
const u8 = (name: string, begin: number, end: number): string => entry(name, 'U8', [end - begin], [begin, end]);

interface Row {
  readonly title: string;
  readonly header: string;
  readonly data?: number;
  readonly fires: readonly string[];
}

/** What the reference implementation (safetensors 0.8.0) accepts although nothing writes it, or its specification forbids it. */
const accepted: readonly Row[] = [
  { title: 'leading white space', header: ' {}', fires: ['safetensors-irregular-header'] },
  {
    title: 'duplicate tensor of the same range',
    header: `{${u8('a', 0, 4)},${u8('a', 0, 4)}}`,
    data: 4,
    fires: ['safetensors-duplicate-key', 'safetensors-tensor-range'],
  },
  {
    title: 'duplicate tensor under an escaped name',
    header: `{${u8('t', 0, 4)},${u8('t', 0, 4).replace('"t"', String.raw`"\u0074"`)}}`,
    data: 4,
    fires: ['safetensors-duplicate-key', 'safetensors-tensor-range'],
  },
  {
    title: 'duplicate metadata key',
    header: '{"__metadata__":{"a":"1","a":"2"}}',
    fires: ['duplicate-key', 'safetensors-duplicate-key'],
  },
  {
    title: 'unknown field',
    header: '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"note":{"deep":[1.5e3,null]}}}',
    data: 1,
    fires: ['safetensors-irregular-header'],
  },
  {
    title: 'entry as an array',
    header: '{"a":["I32",[2,2],[0,16]]}',
    data: 16,
    fires: ['safetensors-irregular-header'],
  },
  { title: 'metadata null', header: '{"__metadata__":null}', fires: ['safetensors-irregular-header'] },
  { title: 'empty name', header: `{${u8('', 0, 2)}}`, data: 2, fires: ['safetensors-irregular-header'] },
  { title: 'line feeds as padding', header: '{}\n\n\n\n\n\n', fires: ['safetensors-irregular-header'] },
  {
    title: 'absurd shape beside a zero',
    header: '{"a":{"dtype":"U8","shape":[0,18446744073709551615],"data_offsets":[0,0]}}',
    fires: ['safetensors-shape-mismatch'],
  },
];

/** What the reference refuses, by the error it gives. */
const refused: readonly Row[] = [
  {
    title: 'duplicate __metadata__',
    header: '{"__metadata__":{"a":"1"},"__metadata__":{"a":"1"}}',
    fires: ['safetensors-duplicate-key'],
  },
  {
    title: 'duplicate field',
    header: '{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}',
    data: 1,
    fires: ['safetensors-duplicate-key'],
  },
  ...['1.0', '1e0', '-1', '18446744073709551616', '"1"', 'null', '[1]'].map((number) => ({
    title: `dimension ${number}`,
    header: `{"a":{"dtype":"U8","shape":[${number}],"data_offsets":[0,1]}}`,
    data: 1,
    fires: ['safetensors-invalid-entry', 'safetensors-trailing-bytes', 'unaccounted-bytes'],
  })),
  {
    title: 'byte order mark',
    header: '\ufeff{}',
    fires: ['safetensors-irregular-header'],
  },
  {
    title: 'lone surrogate',
    header: String.raw`{"__metadata__":{"a":"\ud800"}}`,
    fires: ['safetensors-irregular-header'],
  },
  { title: 'NUL padding', header: '{}\0\0\0\0\0\0', fires: ['safetensors-irregular-header', 'unaccounted-bytes'] },
  {
    title: 'metadata number',
    header: '{"__metadata__":{"epoch":1}}',
    fires: ['safetensors-invalid-entry'],
  },
  { title: 'no shape', header: '{"a":{"dtype":"U8","data_offsets":[0,0]}}', fires: ['safetensors-invalid-entry'] },
  { title: 'entry is a string', header: '{"a":"U8"}', fires: ['safetensors-invalid-entry'] },
  {
    title: 'unknown dtype',
    header: `{${entry('a', 'C128', [1], [0, 16])}}`,
    data: 16,
    fires: ['safetensors-unknown-dtype'],
  },
  {
    title: 'size and shape differ (TensorInvalidInfo)',
    header: `{${entry('a', 'F32', [3], [0, 8])}}`,
    data: 8,
    fires: ['safetensors-shape-mismatch'],
  },
  {
    title: 'a fraction of a byte (MisalignedSlice)',
    header: `{${entry('a', 'F4', [3], [0, 1])}}`,
    data: 1,
    fires: ['safetensors-shape-mismatch'],
  },
  {
    title: 'product beyond 64 bits (ValidationOverflow)',
    header: '{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}}',
    fires: ['safetensors-shape-mismatch'],
  },
  {
    title: 'hole (InvalidOffset)',
    header: `{${u8('a', 0, 4)},${u8('b', 8, 12)}}`,
    data: 12,
    fires: ['safetensors-tensor-range', 'unaccounted-bytes'],
  },
  {
    title: 'overlap (InvalidOffset)',
    header: `{${u8('a', 0, 8)},${u8('b', 4, 12)}}`,
    data: 12,
    fires: ['safetensors-tensor-range'],
  },
  {
    title: 'end before begin',
    header: `{"a":{"dtype":"U8","shape":[0],"data_offsets":[4,0]}}`,
    data: 4,
    fires: [
      'safetensors-shape-mismatch',
      'safetensors-tensor-range',
      'safetensors-trailing-bytes',
      'unaccounted-bytes',
    ],
  },
  {
    title: 'beyond the file (MetadataIncompleteBuffer)',
    header: `{${u8('a', 0, 40)}}`,
    data: 8,
    fires: ['safetensors-tensor-range'],
  },
  {
    title: 'bytes after the last tensor (MetadataIncompleteBuffer)',
    header: `{${u8('a', 0, 4)}}`,
    data: 12,
    fires: ['safetensors-trailing-bytes', 'unaccounted-bytes'],
  },
  { title: 'comment', header: '{/* hidden */}', fires: ['malformed'] },
  { title: 'comment as padding', header: '{} // hid', fires: ['safetensors-irregular-header', 'unaccounted-bytes'] },
  { title: 'trailing comma', header: `{${u8('a', 0, 4)},}`, data: 4, fires: ['malformed'] },
  { title: 'text after the object', header: '{} {}', fires: ['safetensors-irregular-header', 'unaccounted-bytes'] },
  { title: 'no JSON', header: '{"a":}', fires: ['malformed'] },
];

describe.each([
  ['accepted by the reference', accepted],
  ['refused by the reference', refused],
])('%s', (_, rows) => {
  test.each(rows)('$title', ({ header, data, fires }) => {
    const report = scanBytes(safetensorsFile(header, data === undefined ? {} : { data }), 'model.safetensors');
    expect(report.format).toBe('safetensors');
    expect(firedRules(report)).toEqual([...fires].sort());
  });
});

describe('ordinary files', () => {
  const files: Readonly<Record<string, Uint8Array>> = {
    plain: ordinarySafetensors(),
    'no tensors': safetensorsFile('{}'),
    'empty tensor and scalar': safetensorsFile(`{${entry('e', 'F32', [0], [0, 0])},${entry('s', 'I64', [], [0, 8])}}`, {
      data: 8,
    }),
    'sub-byte and 8-bit floats': safetensorsFile(
      `{${entry('a', 'F4', [4], [0, 2])},${entry('b', 'F6_E2M3', [4], [2, 5])},${entry('c', 'F8_E4M3', [2], [5, 7])},` +
        `${entry('d', 'F8_E8M0', [1], [7, 8])},${entry('e', 'BF16', [4], [8, 16])}}`,
      { data: 16 },
    ),
    'kohya metadata': safetensorsFile(
      '{"__metadata__":{"ss_tag_frequency":"{\\"img\\": {\\"cat\\": 3}}","ss_sd_model_name":"https://example.org/a.ckpt",' +
        `"modelspec.title":"cat","ss_bucket_info":"null"},${u8('lora_unet.weight', 0, 4)}}`,
      { data: 4 },
    ),
    'listed out of order': safetensorsFile(`{${u8('b', 4, 8)},${u8('a', 0, 4)}}`, { data: 8 }),
    'header padded beyond need': safetensorsFile(`{${u8('a', 0, 4)}}${' '.repeat(64)}`, { data: 4 }),
  };

  test.each(Object.entries(files))('%s', (_, bytes) => {
    const report = scanBytes(bytes, 'model.safetensors');
    expect(firedRules(report)).toEqual([]);
    expect(report.verdict).toBe('clean');
    expect(report.coverage.complete).toBe(true);
  });

  test('old writers did not align the data', () => {
    const report = scanBytes(safetensorsFile(`{${u8('ab', 0, 4)}}`, { data: 4, pad: false }), 'model.safetensors');
    expect(report.verdict).toBe('clean');
    expect(firedRules(report)).toEqual(['safetensors-irregular-header']);
  });

  test('counts tensors, bytes and dtypes', () => {
    const { details } = scanBytes(ordinarySafetensors(), 'model.safetensors');
    expect(details).toMatchObject({ tensors: 2, tensorBytes: 24, dtypes: { F32: 2 } });
  });
});

describe('recognition', () => {
  test('does not need the name', () => {
    expect(scanBytes(ordinarySafetensors(), 'blob').format).toBe('safetensors');
  });

  test.each([2n ** 63n, 10_000n, 100_000_001n])('a header length of %s is a lie', (declared) => {
    const report = scanBytes(safetensorsFile('{}', { declared }), 'model.safetensors');
    expect(report.format).toBe('safetensors');
    expect(report.verdict).toBe('inconclusive');
    expect(firedRules(report)).toEqual(['malformed']);
  });

  test('a header above 100 MB is refused unread', () => {
    const declared = 100_000_001n;
    const head = safetensorsFile('{"', { declared });
    const source: Source = {
      size: 200_000_000,
      read: (offset, into) => {
        if (into.length > 1_000_000) throw new Error('read the header');
        return new BufferSource(head).read(offset, into) || into.length;
      },
    };
    expect(firedRules(scanSource(source, 'model.safetensors'))).toEqual(['limit-exceeded']);
  });

  test('the name alone makes damage out of an unknown file', () => {
    expect(firedRules(scanBytes(Uint8Array.of(1, 2, 3), 'model.safetensors'))).toEqual(['malformed']);
  });
});

test('__proto__ is a tensor name like any other', () => {
  const report = scanBytes(
    safetensorsFile(`{${u8('__proto__', 0, 4)},${u8('a', 4, 8)}}`, { data: 8 }),
    'm.safetensors',
  );
  expect(report.verdict).toBe('clean');
  expect(report.details['tensors']).toBe(2);
});

test('tensor bytes are never read', () => {
  const header = safetensorsFile(`{${entry('w', 'U8', [10_000_000_000], [0, 10_000_000_000])}}`);
  let bytesRead = 0;
  const source: Source = {
    size: header.length + 10_000_000_000,
    read: (offset, into) => {
      bytesRead += into.length;
      return new BufferSource(header).read(offset, into) || into.length;
    },
  };
  const report = scanSource(source, 'model.safetensors');
  expect(report.verdict).toBe('clean');
  expect(report.coverage.payload).toBe(10_000_000_000);
  expect(bytesRead).toBeLessThan(1_000_000);
});

test('truncated at each offset', () => {
  expectTruncationsCaught(ordinarySafetensors(), 'model.safetensors');
});

test('random damage only yields typed errors', () => {
  expectMutationsSurvived(ordinarySafetensors(), 'model.safetensors');
});
