import { FormatError } from '../../bytes/errors.ts';
import type { GgufTensor } from './gguf-file.ts';
import type { GgufReader } from './gguf-reader.ts';

/** GGML_MAX_NAME, the final NUL included. */
const MAX_NAME_BYTES = 64;
/** GGML_MAX_DIMS. */
const MAX_DIMENSIONS = 4;
/** Beyond what any fork writes, the number is damage and what follows cannot be found. */
const MAX_PARSED_DIMENSIONS = 16;

/** The least a tensor's description takes: name length, number of axes, type, offset. */
export function leastTensorBytes(reader: GgufReader): number {
  return reader.countBytes + 4 + 4 + 8;
}

/** Reads the descriptions of `count` tensors. @throws FormatError when one cannot be followed. */
export function readTensors(reader: GgufReader, count: number, into: GgufTensor[]): void {
  const names = new Set<string>();
  for (let i = 0; i < count; i += 1) {
    const tensor = readTensor(reader);
    const { name, info } = tensor;
    if (names.has(name)) reader.faults.add('duplicate-tensor', `two tensors are named ${name}`, info, name);
    names.add(name);
    into.push(tensor);
  }
}

function readTensor(reader: GgufReader): GgufTensor {
  const start = reader.offset;
  const name = reader.string('a tensor name');
  const nameBytes = reader.offset - start - reader.countBytes;
  const dimensions = readDimensions(reader, name);
  const type = reader.u32();
  const offset = reader.u64();
  const info = { start, end: reader.offset };
  if (nameBytes >= MAX_NAME_BYTES) {
    const detail = `a tensor name of ${nameBytes} bytes, ggml keeps ${MAX_NAME_BYTES - 1}`;
    reader.faults.add('long-tensor-name', detail, info, name.slice(0, MAX_NAME_BYTES));
  }
  return { name, dimensions, type, offset, info };
}

function readDimensions(reader: GgufReader, name: string): bigint[] {
  const offset = reader.offset;
  const count = reader.u32();
  if (count > MAX_DIMENSIONS) {
    const detail = `${name} has ${count} axes, ggml knows ${MAX_DIMENSIONS}`;
    reader.faults.add('too-many-dimensions', detail, { start: offset, end: reader.offset }, name);
  }
  if (count > MAX_PARSED_DIMENSIONS) {
    throw FormatError.of('malformed', { expected: 'at most 4 axes', found: `${count}`, offset });
  }
  return Array.from({ length: count }, () => reader.count());
}
