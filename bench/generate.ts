/** Makes the bench data under bench/data once; everything is computed, nothing is downloaded. */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OutputFile } from './output-file.ts';
import { PickleWriter, stateDict, type TensorEntry } from './pickle-writer.ts';
import { ZipWriter } from './zip-writer.ts';

const STRINGS = 3_000_000;
const STRINGS_PER_BATCH = 1000;
const SMALL_PICKLES = 2000;
const MIXED_FILES = 2000;
const TENSORS = 128;
const TENSOR_BYTES = 4 * 1024 * 1024;
const FLOAT_BYTES = 4;

/** Makes what is missing and returns the folder. */
export function generate(folder: string): string {
  const makers: Readonly<Record<string, (path: string) => void>> = {
    'one.pkl': (path) => writeFileSync(path, smallPickle(0)),
    'small-pickles': smallPickles,
    'strings.pkl': manyStrings,
    'model-zip.pt': zipModel,
    'model-legacy.pt': legacyModel,
    mixed: mixedFolder,
  };
  for (const [name, make] of Object.entries(makers)) {
    const path = join(folder, name);
    if (existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    console.error(`making ${name}`);
    make(path);
  }
  return folder;
}

/** A dictionary as a training script keeps it: names, numbers, a few nested lists; about 1 KB. */
function smallPickle(seed: number): Buffer {
  const writer = new PickleWriter().raw('\x80\x02}(');
  for (let index = 0; index < 24; index += 1) {
    writer
      .text(`metric_${index}`)
      .raw('](')
      .int(seed)
      .float(index / 7)
      .text(`epoch ${index}`)
      .raw('e');
  }
  return writer.raw('u').end();
}

function smallPickles(path: string): void {
  folderOf(path, SMALL_PICKLES, (index) => [`${index}.pkl`, smallPickle(index)]);
}

function manyStrings(path: string): void {
  const out = new OutputFile(path);
  out.write(Buffer.from('\x80\x04]\x94', 'latin1'));
  for (let start = 0; start < STRINGS; start += STRINGS_PER_BATCH) {
    const batch = Array.from({ length: STRINGS_PER_BATCH }, (_, index) => shortString(`${start + index}`));
    out.write(Buffer.from(`(${batch.join('')}e`, 'latin1'));
  }
  out.write(Buffer.from('.'));
  out.close();
}

/** SHORT_BINUNICODE and MEMOIZE. */
function shortString(text: string): string {
  return `\x8c${String.fromCharCode(text.length)}${text}\x94`;
}

function tensors(): TensorEntry[] {
  return Array.from({ length: TENSORS }, (_, index) => ({
    name: `layers.${index}.weight`,
    key: `${index}`,
    elements: TENSOR_BYTES / FLOAT_BYTES,
  }));
}

/** Bytes that look like weights: no long runs, no repeats within a tensor. */
function weights(): Buffer {
  const floats = new Float32Array(TENSOR_BYTES / FLOAT_BYTES);
  let state = 1;
  for (let index = 0; index < floats.length; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    floats[index] = state / 2 ** 32 - 0.5;
  }
  return Buffer.from(floats.buffer);
}

function zipModel(path: string): void {
  const out = new OutputFile(path);
  const zip = new ZipWriter(out);
  const content = weights();
  zip.add('archive/data.pkl', stateDict(tensors(), 'zip'));
  zip.add('archive/byteorder', Buffer.from('little'));
  for (const { key } of tensors()) zip.add(`archive/data/${key}`, content);
  zip.add('archive/version', Buffer.from('3\n'));
  zip.finish();
  out.close();
}

/** Magic number, protocol, system information, object, sorted keys; then every storage with its length. */
function legacyModel(path: string): void {
  const out = new OutputFile(path);
  const content = weights();
  const keys = tensors().map(({ key }) => key);
  const sizes = new PickleWriter()
    .raw('\x80\x02}(')
    .text('short')
    .int(2)
    .text('int')
    .int(4)
    .text('long')
    .int(4)
    .raw('u');
  const system = new PickleWriter()
    .raw('\x80\x02}(')
    .text('protocol_version')
    .int(1001)
    .text('little_endian')
    .raw('\x88');
  out.write(Buffer.from('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.', 'latin1'));
  out.write(new PickleWriter().raw('\x80\x02').int(1001).end());
  out.write(system.text('type_sizes').raw(sizes.end().subarray(2, -1).toString('latin1')).raw('u').end());
  out.write(stateDict(tensors(), 'legacy'));
  const list = new PickleWriter().raw('\x80\x02](');
  for (const key of keys.toSorted()) list.text(key);
  out.write(list.raw('e').end());
  const count = Buffer.alloc(8);
  count.writeBigInt64LE(BigInt(TENSOR_BYTES / FLOAT_BYTES));
  keys.forEach(() => {
    out.write(count);
    out.write(content);
  });
  out.close();
}

/** What a models folder holds: pickles, configurations, notes, tables, small safetensors, in 40 folders. */
function mixedFolder(path: string): void {
  const kinds: readonly ((index: number) => readonly [string, Buffer])[] = [
    (index) => ['state.pkl', smallPickle(index)],
    (index) => [
      'config.json',
      Buffer.from(`${JSON.stringify({ model_type: 'llama', hidden_size: index, layers: [1, 2, 3] }, null, 2)}\n`),
    ],
    (index) => ['README.md', Buffer.from(`# Model ${index}\n\nTrained for ${index} steps.\n`)],
    (index) => ['labels.csv', Buffer.from(`id,label\n${index},cat\n`.repeat(20))],
    () => ['model.safetensors', smallSafetensors()],
  ];
  folderOf(path, MIXED_FILES, (index) => {
    const [name, content] = (kinds[index % kinds.length] ?? throwing)(index);
    return [join(`model-${index % 40}`, `${index}-${name}`), content];
  });
}

function smallSafetensors(): Buffer {
  const header = JSON.stringify({ w: { dtype: 'F32', shape: [256], data_offsets: [0, 1024] } });
  const padded = Buffer.from(header.padEnd(Math.ceil(header.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, Buffer.alloc(1024)]);
}

/** Fills a folder under a passing name first, so that an interrupted run is not taken for a complete one. */
function folderOf(path: string, count: number, file: (index: number) => readonly [string, Buffer]): void {
  for (let index = 0; index < count; index += 1) {
    const [name, content] = file(index);
    const target = join(`${path}.part`, name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
  renameSync(`${path}.part`, path);
}

function throwing(): never {
  throw new Error('no such kind of file');
}
