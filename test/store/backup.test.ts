import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBundle } from '../../src/ledger/bundle.ts';
import { parseEntry } from '../../src/ledger/entry.ts';
import { verifyExport } from '../../src/ledger/verify.ts';
import { backUp } from '../../src/store/backup/back-up.ts';
import { restore } from '../../src/store/backup/restore.ts';
import { FolderBlobs } from '../../src/store/blobs/folder-blobs.ts';
import { exportFolder } from '../../src/store/ledger/export-folder.ts';
import { ledgerKeysIn } from '../../src/store/ledger/ledger-keys.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { draftOf } from './drafts.ts';

const NOW = 1_800_000_000_000;
const ORIGIN = 'ledger.test';

describe('backup and restore', () => {
  let place: string;
  let data: string;
  let store: Store;
  const at = (name: string): string => join(place, name);

  const open = (folder: string): Promise<Store> =>
    openStore({
      records: { column: 'sqlite', folder },
      enqueue: async () => '',
      ledger: { origin: ORIGIN, signers: ledgerKeysIn(join(folder, 'keys'), { clock: Date.now }) },
    });
  const record = (id: string): Promise<unknown> => store.change(async (change) => change.record(draftOf(id)));
  const backUpTo = (target: string, withKeys: boolean) =>
    backUp({ folder: data, target, withKeys, program: 'test', nowMs: NOW });

  beforeEach(async () => {
    place = mkdtempSync(join(tmpdir(), 'vouchsafe-backup-'));
    data = at('data');
    store = await open(data);
  });
  afterEach(async () => {
    await store.close();
    rmSync(place, { recursive: true, force: true });
  });

  it('copies a running server as it is at one moment, and the copy says that it was restored', async () => {
    const blobs = await FolderBlobs.open(join(data, 'blobs'));
    const content = Buffer.from('a blob');
    const { digest } = await blobs.put(
      (async function* () {
        yield content;
      })(),
      { maxBytes: 100 },
    );
    for (let one = 0; one < 300; one += 1) await record(`before-${one}`);
    await store.ledger.exportBundle();
    let isWriting = true;
    const writing = (async () => {
      for (let one = 0; isWriting; one += 1) await record(`meanwhile-${one}`);
    })();
    const { header } = await backUpTo(at('backup'), true);
    isWriting = false;
    await writing;
    expect(header.ledgerSize).toBeGreaterThanOrEqual(300);
    expect(existsSync(join(at('backup'), 'server.lock'))).toBe(false);
    await record('after');
    await store.ledger.exportBundle();
    const remembered = readFileSync(join(data, 'ledger.checkpoint'), 'utf8');

    await restore({ source: at('backup'), folder: at('restored'), lastCheckpoint: remembered });
    expect(statSync(at('restored')).mode & 0o777).toBe(0o700);
    const restored = await open(at('restored'));
    expect(await restored.ledger.size()).toBe(header.ledgerSize + 1);
    const { bytes } = await restored.ledger.entry(header.ledgerSize);
    const entry = parseEntry(bytes ?? new Uint8Array());
    expect(entry).toMatchObject({ activity: 'ledger.restored', severity: 'high' });
    expect(entry.data).toEqual({
      size: header.ledgerSize,
      checkpoint: remembered.slice(0, remembered.indexOf('\n\n') + 1),
    });
    const parts: Uint8Array[] = [];
    for await (const part of (await FolderBlobs.open(join(at('restored'), 'blobs'))).read(digest)) parts.push(part);
    expect(Buffer.concat(parts)).toEqual(content);
    await restored.close();
    // It is said once.
    const again = await open(at('restored'));
    expect(await again.ledger.size()).toBe(header.ledgerSize + 1);
    await again.close();
  });

  it('leaves keys out unless they are asked for, and a ledger is not opened with others', async () => {
    await record('one');
    await store.ledger.exportBundle();
    await backUpTo(at('without'), false);
    expect(existsSync(join(at('without'), 'keys'))).toBe(false);
    await restore({ source: at('without'), folder: at('restored'), lastCheckpoint: null });
    await expect(open(at('restored'))).rejects.toMatchObject({ code: 'ledger-keys-missing' });
    await backUpTo(at('with'), true);
    const key = join(at('with'), 'keys', 'ledger-ed25519.pem');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(readFileSync(key)).toEqual(readFileSync(join(data, 'keys', 'ledger-ed25519.pem')));
  });

  it('does not say that keys are in it when they are elsewhere', async () => {
    await rename(join(data, 'keys'), at('elsewhere'));
    await expect(backUpTo(at('backup'), true)).rejects.toMatchObject({ code: 'keys-elsewhere' });
    expect(existsSync(at('backup'))).toBe(false);
    expect((await backUpTo(at('backup'), false)).header.hasKeys).toBe(false);
  });

  it('reads no more of a file of the backup than it has', async () => {
    await record('one');
    await backUpTo(at('backup'), false);
    const records = join(at('backup'), 'records.db');
    await rm(records);
    await symlink('/dev/zero', records);
    const given = { source: at('backup'), folder: at('restored'), lastCheckpoint: null };
    await expect(restore(given)).rejects.toMatchObject({ code: 'backup-differs' });
    expect(existsSync(at('restored'))).toBe(false);
  });

  it('refuses a place that is taken, and a backup that was changed, leaving nothing behind', async () => {
    await record('one');
    await mkdir(at('taken'));
    writeFileSync(join(at('taken'), 'file'), 'x');
    await expect(backUpTo(at('taken'), false)).rejects.toMatchObject({ code: 'place-taken' });
    await backUpTo(at('backup'), false);
    await expect(restore({ source: at('backup'), folder: at('taken'), lastCheckpoint: null })).rejects.toMatchObject({
      code: 'place-taken',
    });
    const records = join(at('backup'), 'records.db');
    const bytes = readFileSync(records);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(records, bytes);
    await expect(restore({ source: at('backup'), folder: at('restored'), lastCheckpoint: null })).rejects.toMatchObject(
      { code: 'backup-differs' },
    );
    expect(existsSync(at('restored'))).toBe(false);
  });

  it.each([
    ['outside', (text: string) => text.replace('"records.db"', '"../records.db"')],
    ['absolute', (text: string) => text.replace('"records.db"', '"/etc/passwd"')],
    ['cut off', (text: string) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)],
    ['not a manifest', () => 'x'],
    ['empty', () => ''],
  ])('refuses a manifest that is %s', async (_title, change) => {
    await record('one');
    await backUpTo(at('backup'), false);
    const file = join(at('backup'), 'manifest.jsonl');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    await expect(restore({ source: at('backup'), folder: at('restored'), lastCheckpoint: null })).rejects.toMatchObject(
      { code: 'backup-malformed' },
    );
    expect(existsSync(at('restored'))).toBe(false);
  });

  it('exports a data folder while a server runs on it', async () => {
    for (let one = 0; one < 20; one += 1) await record(`thing-${one}`);
    await store.ledger.exportBundle();
    const { size, content } = await exportFolder(data);
    expect(size).toBe(20);
    const trust = {
      keys: ledgerKeysIn(join(data, 'keys'), { clock: Date.now })({ origin: ORIGIN, makeKeys: false }).map(
        ({ key }) => key,
      ),
      origin: ORIGIN,
    };
    expect(await verifyExport(await readBundle(content), { trust })).toMatchObject({ ok: true, entries: 20 });
  });
});
