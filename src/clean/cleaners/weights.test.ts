import { assert, constantFrom, integer, property, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostileGguf, hostileSafetensors, POISONED_TEMPLATE, tensorBytes } from '../../../test/clean/weights.ts';
import { firedRules, scanBytes } from '../../../test/build/hostile-copies.ts';
import { BufferSource, readBytes, type Source } from '../../bytes/source.ts';
import { GgufBuilder } from '../../rules/examples/gguf.ts';
import { safetensorsFile, tensorEntry } from '../../rules/examples/safetensors.ts';
import { type Cleaned, cleanSource, type CleanSettings } from '../clean-source.ts';
import { CleanError } from '../errors.ts';
import { examineForCleaning } from '../examination.ts';
import { defaultLimits } from '../../bytes/limits.ts';
import { knownTemplates } from '../templates/index.ts';

const clean = (bytes: Uint8Array, file: string, options: CleanSettings['options'] = {}): Cleaned =>
  cleanSource(new BufferSource(bytes), file, { options });
const bytesOf = (source: Source): Uint8Array => readBytes(source, 0, source.size);
const examined = (bytes: Uint8Array, file: string) =>
  examineForCleaning(new BufferSource(bytes), file, {
    limits: defaultLimits,
    policy: { allowedGlobals: new Set(), allowedTargetRoots: new Set() },
  });
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof CleanError) return error.code;
    throw error;
  }
  return 'none';
};

/** The header as text and the data behind it. */
function partsOf(bytes: Uint8Array): { header: string; data: Uint8Array } {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return { header: new TextDecoder().decode(bytes.subarray(8, 8 + length)), data: bytes.subarray(8 + length) };
}

describe('safetensors', () => {
  test('metadata that Hydra would call goes, the rest and every tensor byte stay (ml-flextok)', () => {
    const { content, changes } = clean(hostileSafetensors(), 'model.safetensors');
    const { header, data } = partsOf(bytesOf(content));
    const metadata = (JSON.parse(header) as Record<string, unknown>)['__metadata__'];
    expect(metadata).not.toHaveProperty('_target_');
    expect(metadata).toMatchObject({ format: 'pt', author: 'somebody' });
    expect([...data]).toEqual([...tensorBytes(21)]);
    expect(changes).toContainEqual({
      place: '/__metadata__/_target_',
      rules: ['config-target-exec'],
      was: '"_target_":"builtins.exec"',
      did: 'removed',
    });
  });

  test.each([
    ['all', ['author', 'format']],
    ['safe', ['format']],
    ['none', undefined],
  ] as const)('keeping %s of the metadata', (keepMetadata, kept) => {
    const { content } = clean(hostileSafetensors(), 'model.safetensors', { keepMetadata });
    const header = JSON.parse(partsOf(bytesOf(content)).header) as Record<string, object | undefined>;
    const metadata = header['__metadata__'];
    expect(metadata === undefined ? undefined : Object.keys(metadata).sort()).toEqual(kept);
    const again = clean(bytesOf(content), 'model.safetensors', { keepMetadata });
    expect(again.status).toBe('unchanged');
  });

  const entry = tensorEntry('w', 'U8', [4], [0, 4]);
  test.each([
    ['leading white space', safetensorsFile(` \n{${entry}}`, { data: tensorBytes(4) })],
    ['junk behind the JSON', safetensorsFile(`{${entry}}\0\0\0\0hidden`, { data: tensorBytes(4) })],
    ['metadata that is no map', safetensorsFile(`{"__metadata__":["x"],${entry}}`, { data: tensorBytes(4) })],
    ['metadata that is no string', safetensorsFile(`{"__metadata__":{"a":3},${entry}}`, { data: tensorBytes(4) })],
    ['bytes behind the last tensor', safetensorsFile(`{${entry}}`, { data: tensorBytes(30) })],
  ])('%s: the header is as the library would write it', (_, bytes) => {
    expect(scanBytes(bytes, 'model.safetensors').verdict).not.toBe('clean');
    const result = bytesOf(clean(bytes, 'model.safetensors').content);
    expect(scanBytes(result, 'model.safetensors')).toMatchObject({ verdict: 'clean', findings: [] });
    const { header, data } = partsOf(result);
    expect(header).toMatch(/^\{.*\} *$/);
    expect((8 + header.length) % 8).toBe(0);
    expect([...data]).toEqual([...tensorBytes(4)]);
  });

  test.each([
    ['a tensor twice', `{${entry},${entry}}`, 'ambiguous'],
    ['metadata twice', `{"__metadata__":{"a":"1"},"__metadata__":{"a":"2"},${entry}}`, 'ambiguous'],
    ['a key of the metadata twice', `{"__metadata__":{"a":"1","a":"2"},${entry}}`, 'ambiguous'],
    ['a hole', `{${entry},${tensorEntry('x', 'U8', [4], [8, 12])}}`, 'no-remedy'],
    ['an entry as an array', `{"w":["U8",[4],[0,4]]}`, 'no-remedy'],
  ])('%s is refused', (_, header, code) => {
    const bytes = safetensorsFile(header, { data: tensorBytes(header.includes('[8,12]') ? 12 : 4) });
    expect(codeOf(() => clean(bytes, 'model.safetensors'))).toBe(code);
  });

  test('a length that lies is refused', () => {
    const bytes = safetensorsFile('{}', { declared: 2n ** 40n });
    expect(codeOf(() => clean(bytes, 'model.safetensors'))).toBe('not-understood');
  });
});

describe('GGUF', () => {
  const shapes = [
    { version: 3, bigEndian: false },
    { version: 3, bigEndian: true },
    { version: 2, bigEndian: false },
    { version: 1, bigEndian: false },
  ];

  test.each(shapes)('a poisoned template goes, tensors stay where they are: %o', (shape) => {
    const before = hostileGguf(shape);
    expect(firedRules(scanBytes(before, 'model.gguf'))).toEqual(
      expect.arrayContaining(['jinja-ssti', 'hidden-unicode']),
    );
    const { content, changes } = clean(before, 'model.gguf');
    const after = bytesOf(content);
    expect(scanBytes(after, 'model.gguf').verdict).toBe('clean');
    expect(changes.map(({ place }) => place).sort()).toEqual(['general.description', 'tokenizer.chat_template']);
    const [one, other] = [examined(before, 'model.gguf').gguf, examined(after, 'model.gguf').gguf];
    expect(other?.keys).toEqual(one?.keys.filter((key) => key !== 'tokenizer.chat_template'));
    const placed = (file: typeof one) =>
      file?.tensors.map(({ name, dimensions, type, offset }) => [name, dimensions, type, offset]);
    expect(placed(other)).toEqual(placed(one));
    expect([...after.subarray(-128)]).toEqual([...before.subarray(-128)]);
    expect((after.length - 128) % 32).toBe(0);
  });

  test('hidden characters are cut out of a string, and its other characters stay', () => {
    const after = bytesOf(clean(hostileGguf(), 'model.gguf').content);
    const root = examined(after, 'model.gguf').documents[0]?.root;
    const entry = root?.kind === 'map' ? root.entries.find(({ key }) => key === 'general.description') : undefined;
    expect(entry?.value).toMatchObject({ value: 'A small model for the tests of the cleaner, ü.' });
  });

  test('a template of a known family takes the place of the poisoned one', () => {
    const after = bytesOf(clean(hostileGguf(), 'model.gguf', { template: 'llama-3' }).content);
    expect(new TextDecoder().decode(after)).toContain(knownTemplates['llama-3'].text);
    expect(scanBytes(after, 'model.gguf').verdict).toBe('clean');
  });

  test('a template whose key goes on behind a zero, where C sees its end, is one all the same (CVE-2024-34359)', () => {
    const model = (text: string): Uint8Array =>
      new GgufBuilder()
        .string('tokenizer.chat_template\0', text)
        .tensor({ name: 'w', dimensions: [8n] })
        .build(32);
    expect(firedRules(scanBytes(model(POISONED_TEMPLATE), 'model.gguf'))).toContain('jinja-ssti');
    expect(new TextDecoder().decode(bytesOf(clean(model(POISONED_TEMPLATE), 'model.gguf').content))).not.toContain(
      'chat',
    );
    expect(codeOf(() => clean(model('{{ messages }}'), 'model.gguf'))).toBe('no-remedy');
  });

  test('without special tokens to tell the family, auto removes', () => {
    const after = bytesOf(clean(hostileGguf(), 'model.gguf', { template: 'auto' }).content);
    expect(new TextDecoder().decode(after)).not.toContain('lipsum');
    expect(new TextDecoder().decode(after)).not.toContain('<|im_start|>');
  });

  test('keeping what loaders read drops keys of other names', () => {
    const before = new GgufBuilder()
      .string('general.architecture', 'llama')
      .string('llama.context', 'x')
      .string('acme.tracking', 'y')
      .tensor({ name: 'w', dimensions: [8n] })
      .build(32);
    expect(clean(before, 'model.gguf').status).toBe('unchanged');
    const after = clean(before, 'model.gguf', { keepMetadata: 'safe' });
    expect(after.changes.map(({ place }) => place)).toEqual(['acme.tracking']);
    expect(clean(bytesOf(after.content), 'model.gguf', { keepMetadata: 'safe' }).status).toBe('unchanged');
  });

  test('bytes behind the last tensor are dropped', () => {
    const before = new GgufBuilder().tensor({ name: 'w', dimensions: [8n] }).build(96);
    const after = bytesOf(clean(before, 'model.gguf').content);
    expect([...after]).toEqual([...before.subarray(0, before.length - 64)]);
  });

  test('a vocabulary without tensors stays without padding', () => {
    const before = new GgufBuilder()
      .string('general.architecture', 'llama')
      .string('tokenizer.chat_template', POISONED_TEMPLATE)
      .strings(
        'tokenizer.ggml.tokens',
        Array.from({ length: 300 }, (_, index) => `t${index}`),
      )
      .build();
    const after = bytesOf(clean(before, 'model.gguf').content);
    expect(scanBytes(after, 'model.gguf')).toMatchObject({ verdict: 'clean' });
  });

  test.each([
    ['two values for one key', new GgufBuilder().string('a', 'x').string('a', 'y').build(), 'no-remedy'],
    ['an alignment that is none', new GgufBuilder().uint32('general.alignment', 24).build(), 'no-remedy'],
    [
      'a poisoned architecture',
      new GgufBuilder().string('general.architecture', '{"_target_":"os.system"}').build(),
      'no-remedy',
    ],
  ])('%s is refused', (_, bytes, code) => {
    expect(codeOf(() => clean(bytes, 'model.gguf'))).toBe(code);
  });

  test('any keys may go and any alignment holds', () => {
    const keys = uniqueArray(integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 8 });
    assert(
      property(keys, constantFrom(8, 32, 64, 4096), (poisoned, alignment) => {
        const builder = new GgufBuilder()
          .string('general.architecture', 'llama')
          .uint32('general.alignment', alignment);
        for (let index = 0; index <= 40; index += 1) {
          const value = poisoned.includes(index) ? '{"_target_": "os.system"}' : `value ${'x'.repeat(index)}`;
          builder.string(`general.key${index}`, value);
        }
        const head = builder.tensor({ name: 'w', dimensions: [8n] }).build();
        const start = Math.ceil(head.length / alignment) * alignment;
        const size = Math.ceil(32 / alignment) * alignment;
        const before = new Uint8Array(start + size);
        before.set(head);
        before.set(tensorBytes(32), start);
        const { content, changes } = clean(before, 'model.gguf');
        const after = bytesOf(content);
        expect(changes).toHaveLength(poisoned.length);
        expect((after.length - size) % alignment).toBe(0);
        expect([...after.subarray(after.length - size)]).toEqual([...before.subarray(start)]);
      }),
      { numRuns: 60 },
    );
  });
});

test('tensor data is never read whole', () => {
  const size = 8 * 1024 ** 3;
  const header = `{"__metadata__":{"a":"{'_target_': 'os.system'}"},${tensorEntry('w', 'U8', [size], [0, size])}}`;
  const head = safetensorsFile(header);
  let read = 0;
  const sparse: Source = {
    size: head.length + size,
    read(offset, into) {
      read += into.length;
      into.fill(0);
      if (offset < head.length) into.set(head.subarray(offset, offset + into.length));
      return Math.max(0, Math.min(into.length, head.length + size - offset));
    },
  };
  const { content, status } = cleanSource(sparse, 'model.safetensors');
  expect(status).toBe('cleaned');
  expect(content.size).toBeLessThan(sparse.size);
  expect(read).toBeLessThan(1_000_000);
});
