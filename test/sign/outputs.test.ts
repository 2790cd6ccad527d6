import { readdirSync, readFileSync, symlinkSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { attestModel } from '../../src/node/sign/attest-model.ts';
import { buildManifest } from '../../src/node/sign/build-manifest.ts';
import { signModel } from '../../src/node/sign/sign-model.ts';
import { newKeyPair, readPrivateKey } from '../../src/sign/keys.ts';
import { customPredicate } from '../../src/sign/predicates.ts';
import type { Signer } from '../../src/sign/signers.ts';
import { codeOf, codeOfAsync } from './code-of.ts';
import { model, sharedKey } from './models.ts';

const key = sharedKey();
const predicates = () => [customPredicate('urn:x', { name: 'x.json', bytes: Buffer.from('{}') })];
const linesOf = (folder: string): number =>
  readFileSync(join(folder, 'model.intoto.jsonl'), 'utf8').split('\n').length - 1;

it('a mistyped --signature costs no file of the model', async () => {
  const folder = model({ 'config.json': '{"a":1}', 'weights.bin': 'w' });
  for (const name of ['config.json', 'weights.bin']) {
    expect(await codeOfAsync(() => signModel(folder, { signer: key.signer, signature: join(folder, name) }))).toBe(
      'unwritable',
    );
  }
  expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"a":1}');
  await signModel(folder, { signer: key.signer });
  expect(await codeOfAsync(() => signModel(folder, { signer: key.signer }))).toBe('none');
});

it('a mistyped --output has no attestation added to it, and nothing is signed', async () => {
  const folder = model({ 'weights.bin': 'w' });
  let signatures = 0;
  const signer: Signer = { name: 'x', sign: (payload) => ((signatures += 1), key.signer.sign(payload)) };
  const attest = attestModel(folder, { signer, predicates, output: join(folder, 'weights.bin') });
  expect(await codeOfAsync(() => attest)).toBe('attestation-invalid');
  expect(readFileSync(join(folder, 'weights.bin'), 'utf8')).toBe('w');
  expect(signatures).toBe(0);
});

it('attestations that are added at once are all kept, or said not to be', async () => {
  const folder = model();
  await attestModel(folder, { signer: key.signer, predicates });
  const codes = await Promise.all(
    Array.from({ length: 5 }, () => codeOfAsync(() => attestModel(folder, { signer: key.signer, predicates }))),
  );
  expect(codes.every((one) => one === 'none' || one === 'file-changed')).toBe(true);
  expect(linesOf(folder)).toBe(1 + codes.filter((one) => one === 'none').length);
});

it('an attestation that another process is adding is waited for by nobody, and not lost', async () => {
  const folder = model();
  await attestModel(folder, { signer: key.signer, predicates });
  const lock = join(folder, 'model.intoto.jsonl.lock');
  writeFileSync(lock, '');
  const options = { signer: key.signer, predicates, ignorePaths: ['model.intoto.jsonl.lock'] };
  expect(await codeOfAsync(() => attestModel(folder, options))).toBe('file-changed');
  expect(linesOf(folder)).toBe(1);
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

it('shards without end, as of a sparse file, are an error and no crash', async () => {
  const folder = model({ sparse: '' });
  truncateSync(join(folder, 'sparse'), 2 ** 40);
  expect(await codeOfAsync(() => buildManifest(folder, { shardSize: 1 }))).toBe('size-limit');
});

it('links to folders that multiply end at a limit', async () => {
  const folder = model();
  for (let level = 0; level < 22; level += 1) mkdirSync(join(folder, `f${level}`));
  for (let level = 0; level < 21; level += 1) {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
      symlinkSync(`../f${level + 1}`, join(folder, `f${level}`, name));
  }
  expect(await codeOfAsync(() => buildManifest(folder, { allowSymlinks: true }))).toBe('size-limit');
});

it('a passphrase that is no UTF-8 opens the key that was encrypted with it', () => {
  const passphrase = Buffer.from([0xff, 0xfe, 0x41]);
  const { privatePem } = newKeyPair('P-256', passphrase);
  expect(codeOf(() => readPrivateKey(Buffer.from(privatePem), passphrase))).toBe('none');
  expect(codeOf(() => readPrivateKey(Buffer.from(privatePem), Buffer.from(passphrase.toString())))).toBe(
    'key-unreadable',
  );
});
