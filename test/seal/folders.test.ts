import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CodedError } from '../../src/bytes/errors.ts';
import { OutputFile } from '../../src/node/output-file.ts';
import { SealedFile } from '../../src/node/seal/open-part.ts';
import { FileSink, InputFile } from '../../src/node/seal/pieces.ts';
import { WORTH_THREADS_BYTES } from '../../src/node/seal/chunk-run.ts';
import { rewrapFile, sealFile, sealTo, unsealFile, unsealTo } from '../../src/node/seal/seal-file.ts';
import { sealFolder } from '../../src/node/seal/seal-folder.ts';
import { rewrapFolder, unsealFolder } from '../../src/node/seal/unseal-folder.ts';
import { type FolderIndex, INDEX_NAME, parseIndex } from '../../src/seal/folder-index.ts';
import { inPieces, newIdentity, openBytes, refusal, sealBytes } from './sealing.ts';

const me = newIdentity();
const identities = [me];
const recipients = [me.recipient];
let root = '';
let number = 0;
/** A fresh path for each use. */
const fresh = (): string => join(root, `at-${number++}`);

const files: Record<string, Buffer> = {
  'config.json': Buffer.from('{"hidden_size": 8}'),
  'weights/model-1.bin': randomBytes(200_000),
  'weights/model-2.bin': randomBytes(65_536),
  'weights/empty': Buffer.alloc(0),
  'ünïcode ✓ name': Buffer.from('x'),
};

let plain = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'vouchsafe-seal-'));
  plain = fresh();
  mkdirSync(join(plain, 'weights/nothing/in/here'), { recursive: true });
  for (const [path, content] of Object.entries(files)) writeFileSync(join(plain, path), content);
  chmodSync(join(plain, 'config.json'), 0o640);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

async function code(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

/** Paths and contents below a folder. */
function tree(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      return [name, statSync(path).isDirectory() ? 'folder' : readFileSync(path).toString('base64')];
    }),
  );
}

describe.each([false, true])('a sealed folder (names hidden: %s)', (hidesNames) => {
  let sealed = '';
  beforeEach(async () => {
    sealed = fresh();
    await sealFolder(plain, sealed, { recipients, hidesNames });
  });

  const open = async (): Promise<string> => {
    const into = fresh();
    const outcome = await code(() => unsealFolder(sealed, into, { identities }));
    expect(await code(() => unsealFolder(sealed, null, { identities })), 'a check finds the same').toBe(outcome);
    // Nothing is left of a folder that was refused, finished or not.
    if (outcome !== 'accepted')
      expect(readdirSync(root).filter((name) => name.includes(into.slice(root.length + 1)))).toEqual([]);
    return outcome;
  };
  const someFile = (): string => {
    const names = readdirSync(sealed, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.age') && name !== INDEX_NAME,
    );
    // The largest: an empty one would be less of a test.
    return names.sort((a, b) => statSync(join(sealed, b)).size - statSync(join(sealed, a)).size)[0] ?? '';
  };

  test('comes back with tree, contents and permissions', async () => {
    const into = fresh();
    await unsealFolder(sealed, into, { identities });
    expect(tree(into)).toEqual(tree(plain));
    expect(statSync(join(into, 'config.json')).mode & 0o777).toBe(0o640);
  });

  test('shows names only when it may', () => {
    const names = readdirSync(sealed, { recursive: true, encoding: 'utf8' }).join(' ');
    expect(names.includes('weights')).toBe(!hidesNames);
    expect(names.includes('config')).toBe(!hidesNames);
  });

  test('a removed file is missed', async () => {
    rmSync(join(sealed, someFile()));
    expect(await open()).toBe('folder-changed');
  });

  test('an added file is noticed, a sealed one too', async () => {
    copyFileSync(join(sealed, someFile()), join(sealed, 'another.age'));
    expect(await open()).toBe('folder-changed');
  });

  test('swapped files are noticed', async () => {
    const aside = fresh();
    const { files: indexed } = await unsealFolder(sealed, null, { identities });
    const [first = '', second = ''] = indexed
      .filter(({ size }) => size > 1000)
      .map((file) => join(sealed, file.sealed));
    renameSync(first, aside);
    renameSync(second, first);
    renameSync(aside, second);
    expect(await open()).toBe('folder-changed');
  });

  test('an older version of a file is noticed, though it is sealed to the same recipients', async () => {
    const file = someFile();
    const content = await openBytes(readFileSync(join(sealed, file)), identities);
    writeFileSync(join(sealed, file), await sealBytes(content.subarray(1), recipients));
    expect(await open()).toBe('folder-changed');
  });

  test('a cut file and a missing index are noticed', async () => {
    const file = join(sealed, someFile());
    truncateSync(file, statSync(file).size - 1);
    expect(await open()).toBe('payload-truncated');
    rmSync(join(sealed, INDEX_NAME));
    expect(await open()).toBe('unreadable');
  });

  test('a link in the place of a file is not followed', async () => {
    const file = join(sealed, someFile());
    const elsewhere = fresh();
    renameSync(file, elsewhere);
    symlinkSync(elsewhere, file);
    expect(await open()).toBe('unreadable');
  });

  test('rewrapping shuts the old key out, keeps every payload, and needs no new index', async () => {
    const other = newIdentity();
    const before = await unsealFolder(sealed, null, { identities });
    await rewrapFolder(sealed, { identities, recipients: [other.recipient], isReplacing: true });
    expect(await open()).toBe('no-match');
    expect(await unsealFolder(sealed, null, { identities: [other] })).toEqual(before);
  });

  test('rewrapping that fails or is interrupted leaves the folder as it was', async () => {
    const other = newIdentity();
    const before = tree(sealed);
    let calls = 0;
    const wrap = (fileKey: Buffer): ReturnType<typeof other.recipient.wrap> => {
      calls += 1;
      if (calls === Object.keys(files).length) throw new Error('the machine stops here');
      return other.recipient.wrap(fileKey);
    };
    const failing = { kind: 'classical', wrap } as const;
    const settings = { identities, isReplacing: true };
    await expect(rewrapFolder(sealed, { ...settings, recipients: [failing] })).rejects.toThrow('the machine stops');
    expect(tree(sealed)).toEqual(before);
    expect(await open()).toBe('accepted');
    await rewrapFolder(sealed, { ...settings, recipients: [other.recipient] });
    expect(await code(() => unsealFolder(sealed, null, { identities: [other] }))).toBe('accepted');
  });

  test('rewrapping keeps who may look into the folder', async () => {
    chmodSync(sealed, 0o710);
    await rewrapFolder(sealed, { identities, recipients, isReplacing: false });
    expect(statSync(sealed).mode & 0o777).toBe(0o710);
  });

  test('nobody else may look into the opened folder, whatever permissions its files had', async () => {
    const into = fresh();
    await unsealFolder(sealed, into, { identities });
    expect(statSync(into).mode & 0o777).toBe(0o700);
  });
});

describe('an index that a hostile recipient wrote', () => {
  const digest = 'a'.repeat(64);
  const file = (path: string, sealed = `${path}.age`): FolderIndex['files'][number] => ({
    path,
    sealed,
    size: 1,
    mode: 0o644,
    sha256: digest,
    payloadSize: 33,
    payloadSha256: digest,
  });
  const index = (files: readonly FolderIndex['files'][number][], folders: readonly string[] = []): string =>
    JSON.stringify({
      kind: 'vouchsafe-sealed-folder',
      schemaVersion: 1,
      createdAt: '',
      hidesNames: false,
      files,
      folders,
    });

  test('an ordinary one is taken', async () => {
    expect(await refusal(() => parseIndex(index([file('a/b'), file('a/c')], ['a', 'd'])))).toBe('accepted');
  });

  test.each(
    [
      [
        '../a',
        '/a',
        'a/../../b',
        './a',
        'a//b',
        'a/',
        '',
        '..',
        '.',
        'C:/a',
        'C:a',
        'a\\..\\b',
        'a\0b',
        'a\nb',
        'con',
        'a/NUL.txt',
        'x'.repeat(256),
        'y/'.repeat(3000) + 'z',
      ],
    ].flat(),
  )('the path %j is refused, as a file, as a folder and above a sealed file', async (path) => {
    expect(await refusal(() => parseIndex(index([file(path, 'x.age')])))).toBe('index-malformed');
    expect(await refusal(() => parseIndex(index([], [path])))).toBe('index-malformed');
    expect(await refusal(() => parseIndex(index([file('x', `${path}/x.age`)])))).toBe('index-malformed');
  });

  test.each([
    ['twice the same', [file('a', '1.age'), file('a', '2.age')]],
    ['one where case does not count', [file('a/B', '1.age'), file('A/b', '2.age')]],
    ['one in another Unicode form', [file('\u00e9', '1.age'), file('e\u0301', '2.age')]],
    ['a file and a folder at once', [file('a', '1.age'), file('a/b', '2.age')]],
    ['one sealed file for two', [file('a', '1.age'), file('b', '1.age')]],
    ['the index as a sealed file', [file('a', INDEX_NAME)]],
    ['a sealed file outside', [file('a', '../1.age')]],
    ['a sealed file that is none', [file('a', 'a.txt')]],
  ])('paths that are %s are refused', async (_, entries) => {
    expect(await refusal(() => parseIndex(index(entries)))).toBe('index-malformed');
  });

  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"kind":"x"}',
    index([{ ...file('a'), mode: 0o4755 }]),
    index([{ ...file('a'), size: -1 }]),
  ])('%j is refused', async (text) => {
    expect(await refusal(() => parseIndex(text))).toBe('index-malformed');
  });
});

describe('what is sealed', () => {
  test('links are refused unless they are asked for', async () => {
    const [folder, secret] = [fresh(), fresh()];
    mkdirSync(folder);
    writeFileSync(secret, 'secret');
    symlinkSync(secret, join(folder, 'link'));
    expect(await code(() => sealFolder(folder, fresh(), { recipients }))).toBe('unreadable');
    const sealed = fresh();
    const { files: sealedFiles } = await sealFolder(folder, sealed, { recipients, followsLinks: true });
    expect(sealedFiles.map(({ path, size }) => [path, size])).toEqual([['link', 6]]);
  });

  test('names that could not be restored elsewhere are refused at once', async () => {
    const folder = fresh();
    mkdirSync(folder);
    writeFileSync(join(folder, 'a'), '');
    writeFileSync(join(folder, 'A'), '');
    const sealed = fresh();
    expect(await code(() => sealFolder(folder, sealed, { recipients }))).toBe('index-malformed');
    expect(existsSync(sealed)).toBe(false);
  });

  test('a folder that is there is replaced only when that is asked for', async () => {
    const into = fresh();
    cpSync(plain, into, { recursive: true });
    expect(await code(() => sealFolder(plain, into, { recipients }))).toBe('unwritable');
    expect(tree(into)).toEqual(tree(plain));
    await sealFolder(plain, into, { recipients, isForced: true });
    expect(existsSync(join(into, INDEX_NAME))).toBe(true);
  });
});

describe('large files, in threads', () => {
  const size = WORTH_THREADS_BYTES + 12_345;
  const content = Buffer.alloc(size, randomBytes(1_000_003));
  let sealed = '';
  beforeAll(async () => {
    const file = fresh();
    sealed = fresh();
    writeFileSync(file, content);
    const input = new InputFile(file);
    let told = 0;
    const options = { recipients, artifact: 'x' };
    const result = await sealFile(input, OutputFile.create(sealed), options, (bytes) => (told += bytes));
    await input.close();
    expect([result.plainBytes, result.sealedBytes, told]).toEqual([size, statSync(sealed).size, size]);
  });

  async function open(change: (bytes: Buffer) => Buffer): Promise<string> {
    const [file, into] = [fresh(), fresh()];
    writeFileSync(file, change(readFileSync(sealed)));
    const input = new InputFile(file);
    const outcome = await code(() => unsealFile(input, OutputFile.create(into), identities));
    await input.close();
    if (outcome === 'accepted') expect(readFileSync(into).equals(content)).toBe(true);
    else expect(existsSync(into)).toBe(false);
    rmSync(file);
    rmSync(into, { force: true });
    return outcome;
  }

  test('are what one thread makes and reads', async () => {
    expect((await openBytes(readFileSync(sealed), identities)).equals(content)).toBe(true);
    expect(await open((bytes) => bytes)).toBe('accepted');
  });

  test('are refused when they were changed, cut or added to', async () => {
    const flipped = (bytes: Buffer): Buffer => {
      bytes.writeUInt8(bytes.readUInt8(20_000_000) ^ 1, 20_000_000);
      return bytes;
    };
    expect(await open(flipped)).toBe('payload-corrupt');
    expect(await open((bytes) => bytes.subarray(0, -1))).toBe('payload-truncated');
    expect(await open((bytes) => Buffer.concat([bytes, Buffer.of(0)]))).toBe('payload-truncated');
    expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('single files', () => {
  test('a pipe or device is never replaced by a file, not even when that is forced', () => {
    const pipe = fresh();
    execFileSync('mkfifo', [pipe]);
    expect(() => OutputFile.create(pipe)).toThrow('is no regular file');
    expect(statSync(pipe).isFIFO()).toBe(true);
  });

  test('a closed file is not read, nor closed again when its number belongs to another', async () => {
    const file = fresh();
    writeFileSync(file, await sealBytes(randomBytes(200_000), recipients));
    const sealed = await SealedFile.open(file, identities);
    await sealed.close();
    const other = openSync(file, 'r');
    expect(await code(async () => sealed.source.read(0, Buffer.alloc(10)))).toBe('unreadable');
    await sealed.close();
    expect(fstatSync(other).isFile()).toBe(true);
    closeSync(other);
  });

  test('a failed opening leaves nothing, and keeps what was there', async () => {
    const [sealed, into] = [fresh(), fresh()];
    const bytes = await sealBytes(randomBytes(200_000), recipients);
    writeFileSync(sealed, bytes.subarray(0, 150_000));
    writeFileSync(into, 'as before');
    const input = new InputFile(sealed);
    const sink = new FileSink(OutputFile.create(into));
    expect(await refusal(() => unsealTo(input.pieces(), sink, identities))).toBe('payload-truncated');
    await input.close();
    expect(readFileSync(into, 'utf8')).toBe('as before');
    expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('a file that changes while it is sealed is noticed', async () => {
    const [file, into] = [fresh(), fresh()];
    writeFileSync(file, randomBytes(100));
    const input = new InputFile(file);
    writeFileSync(file, randomBytes(100));
    const sink = new FileSink(OutputFile.create(into));
    expect(await code(() => sealTo(input.pieces(), sink, { recipients, artifact: 'x' }))).toBe('unreadable');
    await input.close();
    expect(existsSync(into)).toBe(false);
  });

  test('an armored file stays armored when it is rewrapped', async () => {
    const file = fresh();
    const [content, other] = [randomBytes(100_000), newIdentity()];
    writeFileSync(file, await sealBytes(content, recipients, { isArmored: true }));
    await rewrapFile(file, { identities, recipients: [other.recipient], isReplacing: true, artifact: 'x' });
    const rewrapped = readFileSync(file);
    expect(rewrapped.toString('latin1', 0, 10)).toBe('-----BEGIN');
    expect((await openBytes(rewrapped, [other])).equals(content)).toBe(true);
  });

  test('a file that is rewrapped keeps its payload byte for byte', async () => {
    const file = fresh();
    const sealed = await sealBytes(randomBytes(3_000_000), recipients);
    writeFileSync(file, sealed);
    await rewrapFile(file, { identities, recipients: [newIdentity().recipient], isReplacing: false, artifact: 'x' });
    const rewrapped = readFileSync(file);
    expect(rewrapped.length).toBeGreaterThan(sealed.length);
    expect(rewrapped.subarray(-3_000_000).equals(sealed.subarray(-3_000_000))).toBe(true);
  });

  test('closing a file waits for what is read ahead', async () => {
    const file = fresh();
    writeFileSync(file, randomBytes(3_000_000));
    for (let round = 0; round < 20; round += 1) {
      const input = new InputFile(file);
      await input.pieces()[Symbol.asyncIterator]().next();
      // A read on a closed descriptor would fail where nobody listens, which ends the test run.
      await input.close();
    }
  });

  test('a refused header lets go of its source', async () => {
    let isReleased = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.from('no age file');
      } finally {
        isReleased = true;
      }
    }
    const sink = new FileSink(OutputFile.create(fresh()));
    expect(await refusal(() => unsealTo(endless(), sink, identities))).toBe('not-sealed');
    expect(isReleased).toBe(true);
  });

  test('a sink that is never written to is still discarded', async () => {
    const into = fresh();
    const sink = new FileSink(OutputFile.create(into));
    expect(await code(() => sealTo(inPieces(Buffer.of(1)), sink, { recipients: [], artifact: 'x' }))).toBe(
      'recipients-missing',
    );
    expect(existsSync(into)).toBe(false);
  });
});
