import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { newKeyPair, readPrivateKey } from '../../src/sign/keys.ts';
import type { CurveName } from '../../src/sign/names.ts';
import { keySigner, type Signer } from '../../src/sign/signers.ts';

/** A folder of its own for one test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-sign-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** A model folder with these files. */
export function model(
  files: Readonly<Record<string, string | Uint8Array>> = { 'a.txt': 'a', 'sub/b.bin': 'bb' },
): string {
  const folder = join(scratch(), 'model');
  mkdirSync(folder);
  writeFiles(folder, files);
  return folder;
}

export interface TestKey {
  readonly signer: Signer;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A key pair on disk, for one test. */
export function testKey(curve: CurveName = 'P-256'): TestKey {
  return keyIn(scratch(), curve);
}

/** A key pair for all tests of a file. */
export function sharedKey(): TestKey {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-key-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return keyIn(folder, 'P-256');
}

function keyIn(folder: string, curve: CurveName): TestKey {
  const { privatePem, publicPem } = newKeyPair(curve);
  const [privateKey, publicKey] = [join(folder, 'key'), join(folder, 'key.pub')];
  writeFileSync(privateKey, privatePem, { mode: 0o600 });
  writeFileSync(publicKey, publicPem);
  return { signer: keySigner(readPrivateKey(Buffer.from(privatePem))), publicKey, privateKey };
}
