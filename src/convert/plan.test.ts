import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tensorFile, tensorOf } from '../../test/build/tensor-file.ts';
import { CodedError } from '../bytes/errors.ts';
import { BufferSource } from '../bytes/source.ts';
import { readTensors } from '../tensors/read-tensors.ts';
import { tensorChunks } from '../tensors/gather.ts';
import type { Tensor, TensorFile } from '../tensors/tensor.ts';
import { type ModelPlan, planModel, type PlanOptions, type PlannedOutput } from './plan.ts';

const one = { layout: { kind: 'one', name: 'm.safetensors' }, select: [], exclude: [] } as const satisfies PlanOptions;

const plan = (
  tensors: readonly Tensor[],
  options: Partial<PlanOptions> = {},
  parts: Partial<TensorFile> = {},
): ModelPlan => planModel([{ path: 'a', file: tensorFile(tensors, parts) }], { ...one, ...options });

function headerOf(output: PlannedOutput | undefined): string {
  return new TextDecoder().decode(output?.header.subarray(8)).trimEnd();
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

function bytesOf(output: PlannedOutput | undefined): Uint8Array {
  if (output === undefined) throw new Error('nothing was planned');
  const { header, tensors, size } = output;
  const bytes = new Uint8Array(size);
  bytes.set(header);
  let at = header.length;
  for (const { tensor } of tensors) {
    for (const chunk of tensorChunks(tensor)) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
  }
  return bytes;
}

describe('the header', () => {
  it('orders by dtype, last of the enum first, then by the UTF-8 bytes of the names', () => {
    const names = ['\u{1f600}', '\ufb01', 'b', 'B', '10', '9', 'é'];
    const { outputs } = plan([...names.map((name) => tensorOf(name)), tensorOf('z', { dtype: 'F32', shape: [1] })]);
    expect(outputs[0]?.tensors.map(({ tensor }) => tensor.name)).toEqual([
      'z',
      '10',
      '9',
      'B',
      'b',
      'é',
      '\ufb01',
      '\u{1f600}',
    ]);
    const utf8 = names.map((name) => Buffer.from(name)).sort((a, b) => Buffer.compare(a, b));
    expect(outputs[0]?.tensors.slice(1).map(({ tensor }) => tensor.name)).toEqual(utf8.map(String));
  });

  it('pads with spaces to a multiple of 8 and puts metadata first, by key', () => {
    const { outputs } = plan([tensorOf('w')], {
      metadata: new Map([
        ['z', '1'],
        ['a', '"\n'],
      ]),
    });
    expect(headerOf(outputs[0])).toBe(
      '{"__metadata__":{"a":"\\"\\n","z":"1"},"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}',
    );
    expect(outputs[0]?.header.length).toBe(Math.ceil(((outputs[0]?.header.length ?? 0) - 8) / 8) * 8 + 8);
  });

  it('keeps names that look like integers, and __proto__, in their order', () => {
    const { outputs } = plan(['10', '9', '__proto__', 'constructor'].map((name) => tensorOf(name)));
    expect(headerOf(outputs[0]).match(/"([^"]+)":\{"dtype/g)?.length).toBe(4);
  });

  it('says format pt only for what torch wrote', () => {
    expect(headerOf(plan([tensorOf('w')], {}, { format: 'torch-zip' }).outputs[0])).toContain(
      '"__metadata__":{"format":"pt"}',
    );
    expect(headerOf(plan([tensorOf('w')], {}, { format: 'npy' }).outputs[0])).not.toContain('__metadata__');
    const metadata = new Map([['by', 'them']]);
    expect(headerOf(plan([tensorOf('w')], {}, { format: 'safetensors', metadata }).outputs[0])).toContain(
      '{"by":"them"}',
    );
  });

  it('refuses a header above 100 MB and notes one above 25 MB, as readers do', () => {
    const tensors = Array.from({ length: 260 }, (_, i) => tensorOf(`${i}${'x'.repeat(100_000)}`, { shape: [0] }));
    expect(plan(tensors).notes.join()).toContain('more than the Hub reads');
    const metadata = new Map([['m', 'x'.repeat(80_000_000)]]);
    expect(codeOf(() => plan(tensors, { metadata }))).toBe('header-too-large');
  });
});

describe('what is read back', () => {
  it('is what was planned, for any names, shapes and dtypes', () => {
    const tensor = fc.record({
      name: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((name) => name.isWellFormed()),
      dtype: fc.constantFrom('U8', 'F16', 'F32', 'I64', 'C64'),
      shape: fc.array(fc.nat(4), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(tensor, { selector: ({ name }) => name, minLength: 1, maxLength: 8 }), (all) => {
        const tensors = all.map(({ name, ...rest }) => tensorOf(name, rest));
        const [output] = plan(tensors).outputs;
        const file = readTensors(new BufferSource(bytesOf(output)), 'm.safetensors');
        expect(new Map(file.tensors.map(({ name, dtype, shape }) => [name, `${dtype}${shape.join()}`]))).toEqual(
          new Map(tensors.map(({ name, dtype, shape }) => [name, `${dtype}${shape.join()}`])),
        );
        expect(file.notes).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('refusals', () => {
  it('names each tensor that cannot be written, with its code, and writes nothing', () => {
    const refused = [{ name: 'q', code: 'layout-quantized', detail: 'QInt8' }] as const;
    const bad = [
      tensorOf('__metadata__'),
      tensorOf(''),
      tensorOf('\ud800'),
      tensorOf('c', { dtype: 'C128', shape: [1] }),
    ];
    try {
      plan([tensorOf('w'), ...bad], {}, { refused });
      expect.unreachable();
    } catch (error) {
      expect((error as CodedError).code).toBe('tensors-refused');
      const all = (error as CodedError).data['refused'] as { code: string }[];
      expect(all.map(({ code }) => code)).toEqual([
        'name-invalid',
        'name-invalid',
        'name-invalid',
        'dtype-unsupported',
        'layout-quantized',
      ]);
    }
  });

  it('leaves them out and keeps their codes with allowPartial, and out altogether with exclude', () => {
    const refused = [{ name: 'q', code: 'layout-quantized', detail: 'QInt8' }] as const;
    const partial = plan([tensorOf('w'), tensorOf('__metadata__')], { allowPartial: true }, { refused });
    expect(partial.outputs[0]?.tensors.map(({ tensor }) => tensor.name)).toEqual(['w']);
    expect(partial.refused.map(({ name, code }) => `${name} ${code}`)).toEqual([
      '__metadata__ name-invalid',
      'q layout-quantized',
    ]);
    expect(plan([tensorOf('w')], { exclude: ['q'] }, { refused }).refused).toEqual([]);
  });

  it('refuses one name in two files, and one name twice in a file', () => {
    const file = tensorFile([tensorOf('w')]);
    expect(
      codeOf(() =>
        planModel(
          [
            { path: 'a', file },
            { path: 'b', file },
          ],
          one,
        ),
      ),
    ).toBe('name-clash');
    expect(codeOf(() => plan([tensorOf('w'), tensorOf('w')]))).toBe('name-clash');
  });

  it('refuses metadata that sources disagree on, until it is settled', () => {
    const of = (value: string) => tensorFile([tensorOf(value)], { metadata: new Map([['k', value]]) });
    const sources = [
      { path: 'a', file: of('1') },
      { path: 'b', file: of('2') },
    ];
    expect(codeOf(() => planModel(sources, one))).toBe('metadata-clash');
    expect(headerOf(planModel(sources, { ...one, metadata: new Map([['k', '3']]) }).outputs[0])).toContain('{"k":"3"}');
  });

  it('refuses a tensor of 10^12 bytes made of one element: stride 0 (torch accepts it lazily)', () => {
    const placement = { strides: [0], byteLength: 10 ** 12, source: new BufferSource(new Uint8Array(1)) };
    const huge = tensorOf('w', { shape: [10 ** 12], placement });
    expect(codeOf(() => plan([huge]))).toBe('amplification-exceeded');
    expect(plan([huge], { maxAmplification: 1e13 }).outputs[0]?.size).toBeGreaterThan(10 ** 12);
  });

  it('refuses a selection of nothing', () => {
    expect(codeOf(() => plan([tensorOf('w')], { select: ['x*'] }))).toBe('nothing-to-convert');
  });

  it('refuses the sign of an integer and a size that is not the shape', () => {
    const flipped = tensorOf('w', { dtype: 'I32', placement: { flipSigns: 'all' } });
    expect(codeOf(() => plan([flipped]))).toBe('tensors-refused');
    expect(codeOf(() => plan([tensorOf('w', { placement: { byteLength: 3 } })]))).toBe('tensors-refused');
  });
});

describe('ties', () => {
  const storage = new BufferSource(new Uint8Array(100));
  const view = (name: string, offset: number, length: number): Tensor =>
    tensorOf(name, { shape: [length], storage: 's', placement: { source: storage, offset } });

  it('keeps every name by default, with bytes of its own', () => {
    const [output] = plan([view('a', 0, 100), view('b', 0, 100)]).outputs;
    expect(output?.tensors.map(({ begin, end }) => [begin, end])).toEqual([
      [0, 100],
      [100, 200],
    ]);
  });

  it('drops aliases on demand and records them as the reference does', () => {
    const { outputs, dropped } = plan([view('b', 0, 100), view('a', 0, 100)], { dedupe: true });
    expect(outputs[0]?.tensors.map(({ tensor }) => tensor.name)).toEqual(['a']);
    expect(dropped).toEqual([{ name: 'b', kept: 'a', identical: true }]);
    expect(headerOf(outputs[0])).toContain('"__metadata__":{"b":"a"}');
  });

  it('sees a view inside a larger one when another lies between, which the reference misses', () => {
    const { dropped } = plan([view('A', 0, 100), view('B', 10, 10), view('C', 50, 10)], { dedupe: true });
    expect(dropped).toEqual([
      { name: 'B', kept: 'A', identical: false },
      { name: 'C', kept: 'A', identical: false },
    ]);
  });

  it('refuses to drop when no view covers the storage, and leaves views that do not overlap alone', () => {
    expect(codeOf(() => plan([view('a', 0, 60), view('b', 40, 60)], { dedupe: true }))).toBe('ties-incomplete');
    expect(plan([view('a', 0, 50), view('b', 50, 50)], { dedupe: true }).dropped).toEqual([]);
  });
});

describe('shards', () => {
  const sharded = (maxShardBytes: number): Partial<PlanOptions> => ({
    layout: { kind: 'sharded', stem: 'model', maxShardBytes },
  });
  const sizes = (...all: number[]): Tensor[] => all.map((size, i) => tensorOf(`t${i}`, { shape: [size] }));
  const namesIn = ({ outputs }: ModelPlan): string[] =>
    outputs.map(({ tensors }) => tensors.map(({ tensor }) => tensor.name).join());

  it('fills greedily in the order of the source, a tensor that is too large alone', () => {
    expect(namesIn(plan(sizes(4, 4, 3, 20, 5, 9), sharded(10)))).toEqual(['t0,t1', 't3', 't2,t4', 't5']);
  });

  it('names them as the Hub does, with an index of all', () => {
    const { outputs, index } = plan(sizes(6, 6), sharded(10));
    expect(outputs.map(({ name }) => name)).toEqual([
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
    ]);
    expect(index?.name).toBe('model.safetensors.index.json');
    expect(JSON.parse(index?.text ?? '')).toEqual({
      metadata: { total_size: 12 },
      weight_map: { t0: 'model-00001-of-00002.safetensors', t1: 'model-00002-of-00002.safetensors' },
    });
    expect(plan(sizes(6), sharded(10))).toMatchObject({ index: undefined, outputs: [{ name: 'model.safetensors' }] });
  });

  it('keeps what shares memory in one file, and leaves dropped names out of the index', () => {
    const source = new BufferSource(new Uint8Array(4));
    const tied = (name: string): Tensor => tensorOf(name, { storage: 's', placement: { source } });
    const tensors = [tied('a'), ...sizes(8), tied('b')];
    expect(namesIn(plan(tensors, sharded(10)))).toEqual(['a,b', 't0']);
    const { index, dropped } = plan(tensors, { ...sharded(10), dedupe: true });
    expect(dropped).toHaveLength(1);
    expect(index?.text).not.toContain('"b"');
  });
});
