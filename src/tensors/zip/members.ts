import { crc32 } from '../../bytes/codecs/checksums.ts';
import { FormatError } from '../../bytes/errors.ts';
import type { Source } from '../../bytes/source.ts';
import type { ZipEntry } from '../../formats/zip/entry.ts';
import { openEntry } from '../../formats/zip/open-entry.ts';
import { readZip } from '../../formats/zip/read-zip.ts';
import { CheckedSource } from '../checked-source.ts';
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
      const { name, size, crc, header } = entry;
      const checksum = { what: name, offset: header.start, size, expected: crc, update: crc32 };
      return new CheckedSource(content.source, checksum);
    },
  };
}
