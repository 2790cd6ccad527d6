import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  armor,
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateIdentity, parseIdentity, parseRecipient } from '../../src/seal/keys/parse-keys.ts';
import { PassphraseIdentity, PassphraseRecipient } from '../../src/seal/keys/passphrase.ts';
import { openBytes, sealBytes } from './sealing.ts';

/** Sizes on both sides of a chunk. */
const contents = [0, 1, 65_536, 65_537, 200_000].map((size) => randomBytes(size));
const hasAge = spawnSync('age', ['--version']).status === 0;
const hasScript = spawnSync('script', ['--version']).status === 0;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-seal-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function age(args: readonly string[], input: Uint8Array): Buffer {
  const { status, stdout, stderr } = spawnSync('age', args, { input, maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`age: ${String(stderr)}`);
  return stdout;
}

describe.skipIf(!hasAge)('the age command', () => {
  const { identity, recipient } = generateIdentity(false);
  const me = parseIdentity(identity, 'a test');

  test.each([false, true])('opens what we seal (armor: %s)', async (isArmored) => {
    const keyFile = join(folder, 'key.txt');
    writeFileSync(keyFile, `# a comment\n${identity}\n`);
    for (const content of contents) {
      const sealed = await sealBytes(content, [parseRecipient(recipient)], { isArmored });
      expect(age(['-d', '-i', keyFile], sealed).equals(content)).toBe(true);
    }
  });

  test.each([[], ['-a']])('seals what we open (%s)', async (...options) => {
    for (const content of contents) {
      const sealed = age(['-r', recipient, ...options], content);
      expect((await openBytes(sealed, [me])).equals(content)).toBe(true);
    }
  });

  /** age asks on a terminal only, so `script` lends it one. */
  function ageWithPassphrase(command: string, passphrase: string): void {
    const typed = `${passphrase}\n${passphrase}\n`;
    const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { input: typed, cwd: folder });
    if (status !== 0) throw new Error(String(stdout));
  }

  test.skipIf(!hasScript)('passphrases, both ways', async () => {
    const content = contents[3] as Buffer;
    writeFileSync(join(folder, 'plain'), content);
    ageWithPassphrase('age -p -o theirs.age plain', 'correct horse');
    const theirs = readFileSync(join(folder, 'theirs.age'));
    expect((await openBytes(theirs, [new PassphraseIdentity(Buffer.from('correct horse'))])).equals(content)).toBe(
      true,
    );
    writeFileSync(
      join(folder, 'ours.age'),
      await sealBytes(content, [new PassphraseRecipient(Buffer.from('correct horse'), 12)]),
    );
    ageWithPassphrase('age -d -o opened ours.age', 'correct horse');
    expect(readFileSync(join(folder, 'opened')).equals(content)).toBe(true);
  });
});

describe('typage', () => {
  test.each([
    ['X25519', false, generateX25519Identity],
    ['ML-KEM-768 with X25519', true, generateHybridIdentity],
  ])('keys and files of %s, both ways', async (_, isPostQuantum, generate) => {
    const theirs = await generate();
    const ours = generateIdentity(isPostQuantum);
    expect(parseIdentity(theirs, 'typage').recipient.toString()).toBe(await identityToRecipient(theirs));
    expect(await identityToRecipient(ours.identity)).toBe(ours.recipient);
    for (const content of contents) {
      const encrypter = new Encrypter();
      encrypter.addRecipient(ours.recipient);
      const sealed = await encrypter.encrypt(content);
      expect((await openBytes(sealed, [parseIdentity(ours.identity, 'ours')])).equals(content)).toBe(true);
      const decrypter = new Decrypter();
      decrypter.addIdentity(theirs);
      const back = await sealBytes(content, [parseRecipient(await identityToRecipient(theirs))]);
      expect(Buffer.from(await decrypter.decrypt(back)).equals(content)).toBe(true);
    }
  });

  test('passphrases and armor, both ways', async () => {
    const content = contents[4] as Buffer;
    const encrypter = new Encrypter();
    encrypter.setPassphrase('hunter2');
    encrypter.setScryptWorkFactor(10);
    const sealed = Buffer.from(armor.encode(await encrypter.encrypt(content)));
    expect((await openBytes(sealed, [new PassphraseIdentity(Buffer.from('hunter2'))])).equals(content)).toBe(true);
    const ours = await sealBytes(content, [new PassphraseRecipient(Buffer.from('hunter2'), 10)], { isArmored: true });
    const decrypter = new Decrypter();
    decrypter.addPassphrase('hunter2');
    expect(Buffer.from(await decrypter.decrypt(armor.decode(ours.toString('latin1')))).equals(content)).toBe(true);
  });
});
