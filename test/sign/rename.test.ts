import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gatherAssurance } from '../../src/node/assurance/gather-assurance.ts';
import { attestModel } from '../../src/node/sign/attest-model.ts';
import { loadTrust } from '../../src/node/sign/load-trust.ts';
import { signModel } from '../../src/node/sign/sign-model.ts';
import { verifyModel } from '../../src/node/sign/verify-model.ts';
import { bundleText } from '../../src/sign/bundle.ts';
import { fingerprintOf, readPrivateKey } from '../../src/sign/keys.ts';
import { customPredicate } from '../../src/sign/predicates.ts';
import { signPayload } from '../../src/sign/signature.ts';
import { payloadOf } from '../../src/sign/statement.ts';
import { model, scratch, sharedKey, testKey } from './models.ts';

/** The root digest (OMS §6.5.1) is over digests in order: a rename that keeps the order keeps it. */

const key = sharedKey();
const files = { 'config.json': '{}', 'notes.txt': 'import os', 'weights.bin': 'w' };
const rename = (folder: string): void => renameSync(join(folder, 'notes.txt'), join(folder, 'notes.py'));
const document = { name: 'x.json', bytes: Buffer.from('{}') };
const attest = (folder: string) =>
  attestModel(folder, { signer: key.signer, predicates: () => [customPredicate('urn:x', document)] });
const verify = (folder: string) => verifyModel(folder, { publicKeys: [key.publicKey] });

it('an attestation made before a rename is not about what is signed after it', async () => {
  const folder = model(files);
  const { rootDigest } = await attest(folder);
  rename(folder);
  const signed = await signModel(folder, { signer: key.signer });
  expect(signed.rootDigest).toBe(rootDigest);
  expect(signed.notes.join()).toMatch('are about other files');
  const report = await verify(folder);
  expect(report.problems).toEqual([
    { code: 'attestation-subject', message: expect.stringContaining('the same contents under other names') },
  ]);
});

it('and is held against the model by the assurance report too', async () => {
  const folder = model(files);
  const trust = loadTrust({ publicKeys: [key.publicKey] });
  const states = async () => (await gatherAssurance(folder, { trust })).evidence.map(({ state }) => state);
  await attest(folder);
  expect(await states()).toEqual(['verified']);
  rename(folder);
  expect(await states()).toEqual(['invalid']);
});

it('an attestation of another program, which says no names, is accepted with a note', async () => {
  const folder = model(files);
  const { rootDigest } = await signModel(folder, { signer: key.signer });
  const privateKey = readPrivateKey(readFileSync(key.privateKey));
  const payload = payloadOf({ subjects: [{ name: 'm', sha256: rootDigest }], predicateType: 'urn:x', predicate: {} });
  const material = { publicKey: { hint: fingerprintOf(privateKey) } };
  const line = bundleText({ material, payload, signature: signPayload(privateKey, payload) });
  writeFileSync(join(folder, 'model.intoto.jsonl'), line);
  const report = await verify(folder);
  expect(report.ok).toBe(true);
  expect(report.notes.join()).toMatch('not of their names');
});

it('a second signer who signed other names does not count', async () => {
  const folder = model(files);
  const other = testKey();
  const second = join(scratch(), 'second.sig');
  await signModel(folder, { signer: other.signer, signature: second });
  rename(folder);
  await signModel(folder, { signer: key.signer });
  const report = await verifyModel(folder, {
    publicKeys: [key.publicKey, other.publicKey],
    signatures: [join(folder, 'model.sig'), second],
  });
  expect(report.problems.map(({ code }) => code)).toEqual(['root-digest-mismatch']);
});

it('nor does one who allowed no symbolic links, beside one who did', async () => {
  const folder = model(files);
  const other = testKey();
  const second = join(scratch(), 'second.sig');
  await signModel(folder, { signer: other.signer, signature: second });
  await signModel(folder, { signer: key.signer, allowSymlinks: true });
  const signatures = [join(folder, 'model.sig'), second];
  const report = await verifyModel(folder, { publicKeys: [key.publicKey, other.publicKey], signatures });
  expect(report.ok).toBe(false);
});

it('an empty list of signatures means the one beside the model, not that none is needed', async () => {
  const report = await verifyModel(model(), { publicKeys: [key.publicKey], signatures: [] });
  expect(report).toMatchObject({ ok: false, problems: [{ code: 'signature-missing' }] });
});
