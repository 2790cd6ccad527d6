import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseCheckpoint } from '../../ledger/checkpoint-text.ts';
import { parseNote } from '../../ledger/note.ts';
import { formatVerifierKey } from '../../ledger/verifier-key.ts';
import { loadNoteSigner } from '../../node/ledger/key-file.ts';
import { StoreError } from '../errors.ts';
import { pathIn } from '../sqlite/folder.ts';
import { openForReading } from '../sqlite/open-sqlite.ts';
import { readLatest } from './checkpoint-keeper.ts';
import { KEYS_FOLDER } from './ledger-keys.ts';
import { readBundleBytes } from './read-export.ts';

export interface FolderExport {
  readonly origin: string;
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * The ledger in a data folder up to its last checkpoint, as a bundle. Nothing is signed or written, so a server may be
 * running on it; closes what it opened when the content was read.
 * @throws StoreError `checkpoint-unknown`, `folder-unusable`.
 */
export async function exportFolder(folder: string): Promise<FolderExport> {
  const file = pathIn(folder, 'records');
  if (!existsSync(file)) throw StoreError.of('folder-unusable', `${folder} has no records`);
  const read = openForReading(file);
  const latest = await readLatest(read);
  if (latest === undefined) {
    await read.destroy();
    throw StoreError.of('checkpoint-unknown', 'nothing was signed yet');
  }
  const { size } = latest;
  const { origin } = parseCheckpoint(parseNote(latest.note).text);
  async function* content(): AsyncGenerator<Uint8Array> {
    try {
      yield* readBundleBytes(read, { origin, keys: keysIn(folder, origin), size });
    } finally {
      await read.destroy();
    }
  }
  return { origin, size, content: content() };
}

/** Verifier keys of the keys that are there: a help for readers, who must not rely on it. */
function keysIn(folder: string, origin: string): string[] {
  const keys = join(folder, KEYS_FOLDER);
  if (!existsSync(keys)) return [];
  const files = readdirSync(keys).filter((name) => /^ledger-.*\.pem$/.test(name));
  return files.map((name) => formatVerifierKey(loadNoteSigner(join(keys, name), { name: origin, role: 'log' }).key));
}
