import { describe, expect, test } from 'vitest';
import {
  expectMutationsSurvived,
  expectTruncationsCaught,
  firedRules,
  scanBytes,
} from '../../../test/build/hostile-copies.ts';
import { defaultLimits } from '../../bytes/limits.ts';
import { BufferSource, type Source } from '../../bytes/source.ts';
import { GgufBuilder, ggufType, ordinaryGguf } from '../../rules/examples/gguf.ts';
import { listener } from '../../scan/listener.ts';
import { examine } from '../../scan/examine.ts';
import { scanSource } from '../../scan/scan-source.ts';
import type { FacetName, Facets } from '../facets.ts';
import { gguf } from './index.ts';
import { tensorTypes } from './tensor-types.ts';

/** The values a facet was emitted with. */
function facetsOf<Name extends FacetName>(bytes: Uint8Array, facet: Name): Facets[Name][] {
  const seen: Facets[Name][] = [];
  const spy = listener(facet, (value) => void seen.push(value));
  examine(new BufferSource(bytes), 'model.gguf', {
    formats: [gguf],
    rules: [spy],
    limits: defaultLimits,
    policy: { allowedGlobals: new Set(), allowedTargetRoots: new Set() },
  });
  return seen;
}

describe('ordinary files', () => {
  const byte = (value: number): number[] => [value];
  const little = new GgufBuilder();
  const files: Readonly<Record<string, Uint8Array>> = {
    'version 3': ordinaryGguf(),
    'version 2': ordinaryGguf({ version: 2 }),
    'big-endian': ordinaryGguf({ bigEndian: true }),
    'vocabulary only': new GgufBuilder().strings('tokenizer.ggml.tokens', ['<s>', 'a', 'é']).build(),
    'no keys, no tensors': new GgufBuilder().build(),
    'every value type': new GgufBuilder()
      .value('a', ggufType.uint8, byte(255))
      .value('b', ggufType.int8, byte(255))
      .value('c', ggufType.uint16, [1, 2])
      .value('d', ggufType.int16, [1, 2])
      .value('e', ggufType.uint32, [1, 2, 3, 4])
      .value('f', ggufType.int32, [1, 2, 3, 4])
      .value('g', ggufType.float32, [0, 0, 128, 63])
      .value('h', ggufType.bool, byte(1))
      .string('i', 'text')
      .strings('j', ['x', 'y'])
      .value('k', ggufType.uint64, little.number(8, 2n ** 60n))
      .value('l', ggufType.int64, little.number(8, 2n ** 60n))
      .value('m', ggufType.float64, little.number(8, 0n))
      .value('n', ggufType.array, [...little.number(4, 0n), ...little.number(8, 2n), 7, 8])
      .build(),
    'a long vocabulary': new GgufBuilder()
      .strings(
        'tokenizer.ggml.tokens',
        Array.from({ length: 5000 }, (_, i) => `token${i}`),
      )
      .string('general.name', 'after it')
      .build(),
    'last tensor without its padding': new GgufBuilder().tensor({ name: 'w', dimensions: [3n] }).build(12),
    'a tensor of no elements': new GgufBuilder().tensor({ name: 'w', dimensions: [0n] }).build(),
  };

  test.each(Object.entries(files))('%s', (_, bytes) => {
    const report = scanBytes(bytes, 'model.gguf');
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ format: 'gguf', verdict: 'clean', coverage: { complete: true } });
  });

  test('version 1 is old, not bad', () => {
    const report = scanBytes(ordinaryGguf({ version: 1 }), 'model.gguf');
    expect(firedRules(report)).toEqual(['gguf-invalid-value']);
    expect(report.verdict).toBe('clean');
  });

  test.each([...tensorTypes])('type %i takes whole blocks', (type, { elements, bytes, retired }) => {
    const file = new GgufBuilder().tensor({ name: 'w', dimensions: [BigInt(elements * 32)], type }).build(bytes * 32);
    expect(firedRules(scanBytes(file, 'm.gguf'))).toEqual(retired === true ? ['gguf-invalid-value'] : []);
    expect(scanBytes(file, 'm.gguf').verdict).toBe('clean');
  });
});

describe('what rules are given', () => {
  const file = new GgufBuilder()
    .string('general.description', 'A model.')
    .string('tokenizer.chat_template', '{{ messages }}')
    .string('tokenizer.chat_template.tool_use', '{{ tools }}')
    .strings('tokenizer.chat_templates', ['tool_use'])
    .strings(
      'tokenizer.ggml.tokens',
      Array.from({ length: 1000 }, () => 't'),
    )
    .build();

  test('chat templates, the named ones too', () => {
    const templates = facetsOf(file, 'template');
    expect(templates.map(({ name, text, pointer }) => [name, text, pointer])).toEqual([
      ['default', '{{ messages }}', '/tokenizer.chat_template'],
      ['tool_use', '{{ tools }}', '/tokenizer.chat_template.tool_use'],
      ['0', 'tool_use', '/tokenizer.chat_templates/0'],
    ]);
    const { span } = templates[0] ?? {};
    expect(new TextDecoder().decode(file.subarray((span?.end ?? 0) - 14, span?.end))).toBe('{{ messages }}');
  });

  test('keys as a document, without the vocabulary', () => {
    const [document] = facetsOf(file, 'document');
    expect(document?.syntax).toBe('gguf-metadata');
    expect(document?.root.kind === 'map' && document.root.entries.map((entry) => entry.key)).toEqual([
      'general.description',
      'tokenizer.chat_template',
      'tokenizer.chat_template.tool_use',
      'tokenizer.chat_templates',
    ]);
  });

  test('descriptions as prose', () => {
    expect(facetsOf(file, 'text').map(({ text, nature }) => [text, nature])).toEqual([['A model.', 'prose']]);
  });

  test('a chat template that is read before the file breaks off', () => {
    const broken = file.subarray(0, file.length - 4);
    expect(facetsOf(broken, 'template')).toHaveLength(3);
  });
});

describe('structure', () => {
  const rows: readonly (readonly [title: string, bytes: Uint8Array, fires: readonly string[]])[] = [
    [
      '2^60 keys (CVE-2026-33298)',
      new GgufBuilder().build(0, { keys: 2n ** 60n }),
      ['gguf-count-overflow', 'malformed'],
    ],
    ['2^63 tensors', new GgufBuilder().build(0, { tensors: 2n ** 63n }), ['gguf-count-overflow', 'malformed']],
    [
      'string length beyond the file',
      new GgufBuilder().value('a', ggufType.string, [255, 255, 255, 255, 255, 255, 255, 255]).build(),
      ['gguf-count-overflow', 'malformed'],
    ],
    [
      'array of 2^61 strings',
      new GgufBuilder().value('a', ggufType.array, [8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20]).build(),
      ['gguf-count-overflow', 'malformed'],
    ],
    [
      'array of arrays',
      new GgufBuilder().value('a', ggufType.array, [9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]).build(),
      ['gguf-invalid-value', 'malformed'],
    ],
    [
      'dimensions that overflow (CVE-2026-27940)',
      new GgufBuilder().tensor({ name: 'w', dimensions: [2n ** 62n, 2n, 2n] }).build(32),
      ['gguf-count-overflow', 'gguf-tensor-range'],
    ],
    [
      'sizes whose sum overflows (CVE-2025-53630)',
      new GgufBuilder()
        .tensor({ name: 'a', dimensions: [2n ** 61n] })
        .tensor({ name: 'b', dimensions: [2n ** 61n], offset: 2n ** 63n })
        .build(32),
      ['gguf-tensor-range'],
    ],
    [
      'offset near 2^64',
      new GgufBuilder().tensor({ name: 'w', dimensions: [8n], offset: 2n ** 64n - 32n }).build(32),
      ['gguf-tensor-range', 'unaccounted-bytes'],
    ],
    [
      'a gap between tensors',
      new GgufBuilder()
        .tensor({ name: 'a', dimensions: [8n] })
        .tensor({ name: 'b', dimensions: [8n], offset: 96n })
        .build(128),
      ['gguf-tensor-range', 'unaccounted-bytes'],
    ],
    [
      'five axes',
      new GgufBuilder().tensor({ name: 'w', dimensions: [1n, 1n, 2n, 2n, 2n] }).build(32),
      ['gguf-invalid-value'],
    ],
    ['version 4', new GgufBuilder({ version: 4 }).build(), ['unsupported-feature']],
    [
      'bytes after the end',
      new Uint8Array([...new GgufBuilder().build(), ...new Uint8Array(64)]),
      ['gguf-trailing-bytes', 'unaccounted-bytes'],
    ],
  ];

  test.each(rows)('%s', (_, bytes, fires) => {
    expect(firedRules(scanBytes(bytes, 'model.gguf'))).toEqual([...fires]);
  });
});

test('tensor bytes are never read', () => {
  const head = new GgufBuilder().tensor({ name: 'w', dimensions: [2_500_000_000n] }).build(32);
  let bytesRead = 0;
  const source: Source = {
    size: head.length - 32 + 10_000_000_000,
    read: (offset, into) => {
      bytesRead += into.length;
      return new BufferSource(head).read(offset, into) || into.length;
    },
  };
  expect(scanSource(source, 'model.gguf').verdict).toBe('clean');
  expect(bytesRead).toBeLessThan(1_000_000);
});

describe.each([['little'], ['big']])('%s-endian', (endianness) => {
  const file = ordinaryGguf({ bigEndian: endianness === 'big' });

  test('truncated at each offset', () => {
    // The padding after the last tensor may be missing.
    const padding = Array.from({ length: 28 }, (_, i) => file.length - 28 + i);
    expectTruncationsCaught(file, 'model.gguf', [1, 2, 3, ...padding]);
  });

  test('random damage only yields typed errors', () => {
    expectMutationsSurvived(file, 'model.gguf');
  });
});
