import { crc32 } from '../../bytes/codecs/checksums.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Source } from '../../bytes/source.ts';
import type { ZipEntry } from '../../formats/zip/entry.ts';
import { openEntry } from '../../formats/zip/open-entry.ts';
import { readZip } from '../../formats/zip/read-zip.ts';
import { TensorError } from '../errors.ts';
import type { ReadContext } from '../reader.ts';

const STORED = 0;

/** A member of a zip file that every reader of zip files finds and reads alike. */
export interface ZipMember {
  readonly name: string;
  readonly isStored: boolean;
  readonly size: number;
  /** Where its bytes start in the file; undefined when they are compressed. */
  readonly start: number | undefined;
  open(): Source;
}

/**
 * The members of a zip file, folders left out, in the order of the file.
 * @throws TensorError `ambiguous` when names repeat, headers contradict each other or bytes lie outside of members.
 */
export function readMembers(context: ReadContext): readonly ZipMember[] {
  const { source, path, limits, budget } = context;
  const { entries, anomalies, directories, problems } = readZip(source, limits);
  const [problem] = problems;
  if (problem !== undefined) throw problem;
  const doubt = [...anomalies, ...entries.flatMap((entry) => entry.anomalies)][0];
  if (doubt !== undefined || directories.length !== 1) {
    const detail = doubt === undefined ? `${directories.length} directories` : `${doubt.code}, ${doubt.detail}`;
    throw TensorError.of('ambiguous', { path, detail });
  }
  const names = new Set<string>();
  const members: ZipMember[] = [];
  for (const entry of entries) {
    checkName(path, entry, names);
    if (entry.kind === 'directory') continue;
    budget.spendMember();
    const stored = entry.data.end - entry.data.start;
    if (entry.methodId === STORED && stored !== entry.size) {
      const detail = `${entry.name} is stored in ${stored} bytes and said to have ${entry.size}`;
      throw TensorError.of('inconsistent', { path, detail });
    }
    members.push(memberOf(context, entry));
  }
  return members;
}

/** Some readers cut names at a NUL, some take another slash for the usual one. */
function checkName(path: string, { name, kind, header }: ZipEntry, names: Set<string>): void {
  const doubt = /[\0\\]/.test(name)
    ? `a member is named ${JSON.stringify(name)}`
    : kind === 'file' || kind === 'directory'
      ? undefined
      : `${name} is a ${kind}`;
  const repeated = names.has(name) ? `two members are named ${name}` : undefined;
  names.add(name);
  const detail = doubt ?? repeated;
  if (detail !== undefined) throw TensorError.of('ambiguous', { path, detail: `${detail} (offset ${header.start})` });
}

function memberOf({ source, budget }: ReadContext, entry: ZipEntry): ZipMember {
  const isStored = entry.methodId === STORED;
  return {
    name: entry.name,
    isStored,
    size: entry.size,
    start: isStored ? entry.data.start : undefined,
    open() {
      if (entry.encrypted) throw FormatError.of('encrypted', { what: entry.name, offset: entry.header.start });
      const content = openEntry(source, entry, budget);
      return new CheckedMember(content.source, entry);
    },
  };
}

/**
 * The content of a member, whose checksum is verified by whoever reads all of it in ascending order; then nobody sees
 * the last byte of damaged content.
 */
class CheckedMember implements Source {
  readonly size: number;
  readonly #content: Source;
  readonly #entry: ZipEntry;
  #crc = 0;
  #checkedTo = 0;

  constructor(content: Source, entry: ZipEntry) {
    this.#content = content;
    this.#entry = entry;
    this.size = entry.size;
  }

  get sequential(): boolean {
    return this.#content.sequential === true;
  }

  /** @throws FormatError when the content is shorter or longer than the directory says, or has another checksum. */
  read(offset: number, into: Uint8Array): number {
    const got = this.#content.read(offset, into);
    if (offset + got > this.size) this.#fail(`${this.size} bytes`, 'more');
    if (offset <= this.#checkedTo && offset + got > this.#checkedTo) {
      this.#crc = crc32(into.subarray(this.#checkedTo - offset, got), this.#crc);
      this.#checkedTo = offset + got;
      if (this.#checkedTo === this.size) this.#finish();
    }
    return got;
  }

  #finish(): void {
    const { crc } = this.#entry;
    if (this.#crc !== crc) this.#fail(`checksum ${crc.toString(16)}`, this.#crc.toString(16));
    const isLonger = this.sequential && this.#content.read(this.size, new Uint8Array(1)) > 0;
    if (isLonger) this.#fail(`${this.size} bytes`, 'more');
  }

  #fail(expected: string, found: string): never {
    const offset = this.#entry.header.start;
    throw FormatError.of('malformed', { expected: `${expected} in ${this.#entry.name}`, found, offset });
  }
}
