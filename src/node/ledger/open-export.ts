import { statSync } from 'node:fs';
import { readBundle } from '../../ledger/bundle.ts';
import type { LedgerTrust } from '../../ledger/checkpoint.ts';
import { fromUtf8 } from '../../ledger/encoding.ts';
import { LedgerError } from '../../ledger/errors.ts';
import type { Export } from '../../ledger/export-item.ts';
import { ledgerLimits } from '../../ledger/limits.ts';
import type { ByteStream } from '../../ledger/lines.ts';
import { KEYS_FILE, readTiles, type TileReader } from '../../ledger/tiles-export.ts';
import { parseVerifierKey, type VerifierKey } from '../../ledger/verifier-key.ts';
import { nodeChecks } from './crypto.ts';
import { baseAddress, type Fetch } from './http.ts';
import { folderReader, httpReader, streamFile } from './tile-readers.ts';

/** Who vouches for an export, given what it says of itself. */
export type TrustFor = (claimedKeys: () => Promise<readonly VerifierKey[]>) => Promise<LedgerTrust>;

export interface OpenedExport {
  readonly source: Export;
  readonly trust: LedgerTrust;
}

export interface OpenOptions {
  /** What `-` stands for. */
  readonly stdin?: ByteStream | undefined;
  readonly fetch?: Fetch | undefined;
}

const ADDRESS = /^https?:\/\//i;

/** True for what is fetched, rather than read from a disk. */
export const isAddress = (place: string): boolean => ADDRESS.test(place);

/**
 * Opens an export: a bundle in a file or from `-`, tiles in a folder, or tiles below an address.
 * @throws LedgerError `unreachable`, and as `readBundle` and `readTiles`.
 */
export async function openExport(place: string, trustFor: TrustFor, options: OpenOptions = {}): Promise<OpenedExport> {
  if (isAddress(place)) return openTiles(httpReader(baseAddress(place), options.fetch), trustFor);
  if (place !== '-' && statSync(place, { throwIfNoEntry: false })?.isDirectory() === true) {
    return openTiles(folderReader(place), trustFor);
  }
  const stream = place === '-' ? options.stdin : await streamFile(place);
  if (stream === null || stream === undefined) throw LedgerError.of('unreachable', `${place}: no such file or folder`);
  const source = await readBundle(stream);
  const trust = await trustFor(async () => source.header.keys.map(parseVerifierKey));
  return { source, trust };
}

async function openTiles(reader: TileReader, trustFor: TrustFor): Promise<OpenedExport> {
  const trust = await trustFor(() => claimedKeys(reader));
  return { source: await readTiles(reader, { trust, checks: nodeChecks }), trust };
}

/** The keys that a log names as its own: a JSON list of verifier keys. @throws LedgerError `malformed`. */
async function claimedKeys(reader: TileReader): Promise<readonly VerifierKey[]> {
  const bytes = await reader.read(KEYS_FILE, ledgerLimits.maxKeysBytes);
  if (bytes === null) throw LedgerError.of('trust-missing', 'the log names no keys of its own');
  let keys: unknown;
  try {
    keys = JSON.parse(fromUtf8(bytes) ?? '');
  } catch (error) {
    throw LedgerError.of('malformed', `${KEYS_FILE} is not JSON`, error);
  }
  if (!Array.isArray(keys) || keys.length > ledgerLimits.maxExportKeys || !keys.every(isText)) {
    throw LedgerError.of('malformed', `expected a list of verifier keys in ${KEYS_FILE}`);
  }
  return keys.map(parseVerifierKey);
}

const isText = (value: unknown): value is string => typeof value === 'string';
