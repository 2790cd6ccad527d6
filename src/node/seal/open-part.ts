import type { Source } from '../../bytes/source.ts';
import { dtypeBits } from '../../formats/safetensors/dtypes.ts';
import { SealError } from '../../seal/errors.ts';
import type { Identity } from '../../seal/recipient.ts';
import { SealedSource } from '../../seal/sealed-source.ts';
import { TensorBytes } from '../../tensors/gather.ts';
import { readTensors } from '../../tensors/read-tensors.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import { InputFile } from './pieces.ts';

const COPY_BYTES = 1024 * 1024;

/** A sealed file of which parts are read; close it afterwards. */
export class SealedFile {
  readonly source: SealedSource;
  readonly #file: InputFile;

  private constructor(file: InputFile, source: SealedSource) {
    this.#file = file;
    this.source = source;
  }

  /** @throws SealError, ReadError; `payload-truncated` also for a file whose end is missing. */
  static async open(path: string, identities: readonly Identity[]): Promise<SealedFile> {
    const file = new InputFile(path);
    try {
      return new SealedFile(file, await SealedSource.open(file.source, identities));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Bytes `[start, end)` of a source. @throws SealError `range-invalid` unless they are in it. */
export async function* rangeParts(source: Source, start: number, end: number): AsyncGenerator<Buffer[]> {
  const { size } = source;
  if (start > end || end > size) throw SealError.of('range-invalid', { start, end, size });
  for (let at = start; at < end; at += COPY_BYTES) {
    const part = Buffer.allocUnsafeSlow(Math.min(COPY_BYTES, end - at));
    source.read(at, part);
    yield [part];
  }
}

/**
 * The tensor of that name in the content of a sealed file, which is named without its `.age` in messages.
 * @throws SealError `tensor-missing`, TensorError, FormatError, LimitError.
 */
export function findTensor(source: Source, path: string, name: string): Tensor {
  const { tensors, refused } = readTensors(source, path);
  const tensor = tensors.find((each) => each.name === name);
  if (tensor !== undefined) return tensor;
  const detail = refused.find((each) => each.name === name)?.detail;
  const reason = detail === undefined ? `there is none of that name among ${tensors.length}` : `it is a ${detail}`;
  throw SealError.of('tensor-missing', { name, reason });
}

/** True when a safetensors file can hold elements of its type. */
export function fitsSafetensors(tensor: Tensor): boolean {
  return dtypeBits.has(tensor.dtype);
}

/** The bytes of a tensor in C order; with `asSafetensors` behind the header of a file that holds it alone. */
export async function* tensorParts(tensor: Tensor, asSafetensors: boolean): AsyncGenerator<Buffer[]> {
  if (asSafetensors) yield [safetensorsHeader(tensor)];
  const bytes = new TensorBytes(tensor);
  for (let at = 0; at < bytes.size; at += COPY_BYTES) {
    const part = Buffer.allocUnsafeSlow(Math.min(COPY_BYTES, bytes.size - at));
    bytes.read(at, part);
    yield [part];
  }
}

/** Length in eight bytes, then JSON, padded so that the data is aligned to 8 bytes. */
function safetensorsHeader({ name, dtype, shape, placement }: Tensor): Buffer {
  const json = JSON.stringify({ [name]: { dtype, shape, data_offsets: [0, placement.byteLength] } });
  const text = Buffer.from(json);
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded]);
}
