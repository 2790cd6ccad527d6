import { crc32 } from 'node:zlib';
import type { Source } from '../../bytes/source.ts';
import { ConvertError } from '../../convert/errors.ts';
import type { Taken } from '../../convert/intake.ts';
import { plainRange } from '../../convert/placement.ts';
import type { OpenSource } from './open-source.ts';

const CHUNK_BYTES = 1024 * 1024;

/** The bytes of one storage, of which a container states a checksum. */
interface Member {
  readonly key: string;
  readonly path: string;
  readonly name: string;
  readonly source: Source;
  readonly start: number;
  /** Undefined for a compressed one, which ends where it ends. */
  readonly end: number | undefined;
  readonly expected: number;
}

/**
 * The checksums of every storage that a conversion takes from, each computed once: on the way, of those that are copied
 * whole, and by reading the others at the end. Bytes between views count too, since the checksum is of all of them.
 */
export class StorageChecksums {
  /** Storages that were not seen whole yet. */
  readonly #open = new Map<string, Member>();
  readonly #verified = new Set<string>();

  /** What has to see the bytes of one output, tensor by tensor; undefined when its containers state nothing. */
  watch(tensors: readonly Taken[], sources: readonly OpenSource[]): OutputChecksums | undefined {
    const whole = new Map<number, Member>();
    for (const [tag, taken] of tensors.entries()) {
      const member = memberOf(taken, sources[taken.source] as OpenSource);
      if (member === undefined || this.#verified.has(member.key)) continue;
      if (!isWhole(taken, member)) this.#open.set(member.key, member);
      else {
        whole.set(tag, member);
        this.#verified.add(member.key);
        this.#open.delete(member.key);
      }
    }
    return whole.size === 0 ? undefined : new OutputChecksums(whole);
  }

  /** Reads what was not copied whole. @throws ConvertError `checksum-mismatch`, ReadError, FormatError, LimitError. */
  finish(): void {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (const member of this.#open.values()) {
      if (!this.#verified.has(member.key)) check(member, readThrough(member, buffer));
    }
    this.#open.clear();
  }
}

/** The checksums of what is copied whole into one output. */
export class OutputChecksums {
  readonly #members: ReadonlyMap<number, Member>;
  readonly #values = new Map<number, number>();

  constructor(members: ReadonlyMap<number, Member>) {
    this.#members = members;
  }

  /** Takes bytes of a tensor, by its place in the output; those of one tensor come in order. */
  update(bytes: Uint8Array, tag: number): void {
    if (this.#members.has(tag)) this.#values.set(tag, crc32(bytes, this.#values.get(tag) ?? 0));
  }

  /** Takes the checksum of all bytes of a tensor, by its place in the output. */
  found(sum: number, tag: number): void {
    if (this.#members.has(tag)) this.#values.set(tag, sum);
  }

  /** @throws ConvertError `checksum-mismatch`. */
  check(): void {
    for (const [tag, member] of this.#members) check(member, this.#values.get(tag) ?? 0);
  }
}

/** Arrays inside a pickle share no storage, and the pickle was checked before it was read. */
function memberOf({ tensor }: Taken, { path, source: file }: OpenSource): Member | undefined {
  const { origin, placement, storage } = tensor;
  const { crc32: expected, member: name, span } = origin;
  if (expected === undefined || storage === undefined) return undefined;
  const common = { key: `${path}\0${name}`, path, name, expected };
  if (span !== undefined) return { ...common, source: file, start: span.start, end: span.end };
  return { ...common, source: placement.source, start: 0, end: undefined };
}

function isWhole({ tensor }: Taken, { source, start, end }: Member): boolean {
  const range = plainRange(tensor);
  return range !== undefined && range.source === source && range.start === start && range.end === end;
}

function readThrough({ source, start, end = Number.POSITIVE_INFINITY }: Member, buffer: Uint8Array): number {
  let value = 0;
  for (let at = start; at < end; ) {
    const got = source.read(at, buffer.subarray(0, Math.min(buffer.length, end - at)));
    if (got === 0) break;
    value = crc32(buffer.subarray(0, got), value);
    at += got;
  }
  return value;
}

function check({ path, name, expected }: Member, found: number): void {
  if (found !== expected) throw ConvertError.of('checksum-mismatch', { path, member: name, found, expected });
}
