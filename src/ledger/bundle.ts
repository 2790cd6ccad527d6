import { fromBase64, toBase64, utf8 } from './encoding.ts';
import { LedgerError } from './errors.ts';
import type { Export, ExportHeader, ExportItem, LeafGroup } from './export-item.ts';
import { HASH_BYTES } from './hashing.ts';
import { ledgerLimits } from './limits.ts';
import { type ByteStream, parseJsonLine, readLines } from './lines.ts';
import { formatHashTile, parseHashTile, TILE_WIDTH } from './tiles.ts';

const FORMAT = 'vouchsafe-ledger';
const VERSION = 1;

/*
 * A bundle is JSON Lines. The first line is the header. A line `{"leaves":…,"start":…}` holds the hashes of up to 256
 * leaves, and is followed by one line for each: the entry, byte for byte as it was hashed, or null where retention
 * removed it. A line `{"checkpoint":…}` follows the last leaf that it covers. The hashes tell which entry is wrong; the
 * checkpoints tell whether the hashes are right.
 */

/** The first line of a bundle, with its line end. */
export function bundleHeader({ origin, size, keys }: ExportHeader): Uint8Array {
  return lineOf({ export: FORMAT, keys, origin, size, version: VERSION });
}

/** The lines of one part of a bundle. */
export function bundleLines(item: ExportItem): Uint8Array[] {
  if (item.kind === 'checkpoint') return [lineOf({ checkpoint: item.note })];
  const { start, leaves, entries } = item;
  const head = lineOf({ leaves: toBase64(formatHashTile(leaves)), start });
  return [head, ...entries.map((entry) => (entry === null ? REMOVED_LINE : ended(entry)))];
}

const REMOVED = utf8('null');
const REMOVED_LINE = utf8('null\n');

const lineOf = (value: object): Uint8Array => utf8(`${JSON.stringify(value)}\n`);

function ended(entry: Uint8Array): Uint8Array {
  const line = new Uint8Array(entry.length + 1);
  line.set(entry);
  line[entry.length] = 0x0a;
  return line;
}

/**
 * Reads a bundle piece by piece, never more of it than 256 entries at once. Errors of what follows the header come out
 * of `items`.
 * @throws LedgerError `malformed`, `size-limit`, `truncated`.
 */
export async function readBundle(source: ByteStream): Promise<Export> {
  const lines = readLines(source, ledgerLimits.maxBundleLineBytes);
  const first = await lines.next();
  if (first.done === true) throw LedgerError.of('malformed', 'a bundle is not empty');
  return { header: parseHeader(first.value), items: readItems(lines) };
}

function parseHeader(line: Uint8Array): ExportHeader {
  const { export: format, version, origin, size, keys } = parseJsonLine(line, 'the header');
  if (format !== FORMAT) throw LedgerError.of('malformed', 'this is not an export of a ledger');
  if (version !== VERSION) throw LedgerError.of('malformed', `version ${String(version)} of exports is not supported`);
  const areKeys = Array.isArray(keys) && keys.length <= ledgerLimits.maxExportKeys && keys.every(isString);
  if (!isString(origin) || !isCount(size) || !areKeys) {
    throw LedgerError.of('malformed', 'expected origin, size and keys in the header');
  }
  return { origin, size, keys };
}

const isString = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

interface OpenGroup {
  readonly start: number;
  readonly leaves: readonly Uint8Array[];
  readonly entries: (Uint8Array | null)[];
}

async function* readItems(lines: AsyncIterable<Uint8Array>): AsyncGenerator<ExportItem> {
  let group: OpenGroup | null = null;
  let number = 1;
  for await (const line of lines) {
    number += 1;
    if (startsWith(line, LEAVES) || startsWith(line, CHECKPOINT)) {
      if (group !== null) yield closed(group);
      group = null;
      const item = parseMark(line, `line ${number}`);
      if (typeof item === 'string') yield { kind: 'checkpoint', note: item };
      else group = item;
    } else if (group === null) {
      throw LedgerError.of('malformed', `expected leaves or a checkpoint in line ${number}`);
    } else addEntry(group, line);
  }
  if (group !== null) yield closed(group);
}

const closed = (group: OpenGroup): LeafGroup => ({ kind: 'leaves', ...group });

const LEAVES = utf8('{"leaves":');
const CHECKPOINT = utf8('{"checkpoint":');

function startsWith(line: Uint8Array, start: Uint8Array): boolean {
  return line.length >= start.length && start.every((byte, at) => line[at] === byte);
}

function parseMark(line: Uint8Array, where: string): OpenGroup | string {
  const { checkpoint, leaves, start } = parseJsonLine(line, where);
  if (isString(checkpoint)) return checkpoint;
  const bytes = isString(leaves) ? fromBase64(leaves) : null;
  const width = (bytes?.length ?? 0) / HASH_BYTES;
  if (bytes === null || !isCount(start) || !Number.isInteger(width) || width < 1 || width > TILE_WIDTH) {
    throw LedgerError.of('malformed', `expected 1 to ${TILE_WIDTH} leaves and where they start in ${where}`);
  }
  return { start, leaves: parseHashTile(bytes, width), entries: [] };
}

/** A few lines too many are kept, to say what they are. */
function addEntry({ entries }: OpenGroup, line: Uint8Array): void {
  if (line.length > ledgerLimits.maxEntryBytes) throw LedgerError.of('entry-too-large', `it has ${line.length} bytes`);
  if (entries.length >= 2 * TILE_WIDTH) throw LedgerError.of('malformed', 'there are more entries than leaves');
  const isRemoved = line.length === REMOVED.length && startsWith(line, REMOVED);
  // A copy: the chunk it is in may be filled again before the group is complete.
  entries.push(isRemoved ? null : line.slice());
}
