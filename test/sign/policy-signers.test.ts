import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { signModel } from '../../src/node/sign/sign-model.ts';
import { verifyModel } from '../../src/node/sign/verify-model.ts';
import { certificateSigner } from '../../src/sign/signers.ts';
import { issue, rootAuthority, signerCertificate } from '../build/x509.ts';
import { model, scratch, testKey } from './models.ts';

async function problems(folder: string, policy: object, signatures?: readonly string[]): Promise<string[]> {
  const file = join(scratch(), 'policy.yaml');
  writeFileSync(file, JSON.stringify(policy));
  return (await verifyModel(folder, { policy: file, signatures })).problems.map(({ code }) => code);
}

function rootFile(root: { readonly certificate: { toString(): string } }): string {
  const file = join(scratch(), 'root.pem');
  writeFileSync(file, root.certificate.toString());
  return file;
}

it('one key by itself and in a certificate is one signer for a threshold', async () => {
  const folder = model();
  const key = testKey();
  const root = rootAuthority();
  const privateKey = createPrivateKey(readFileSync(key.privateKey));
  const leaf = issue(root, { subject: 'models', publicKey: createPublicKey(privateKey), keyUsage: [0] });
  const second = join(folder, 'second.sig');
  await signModel(folder, { signer: certificateSigner(privateKey, [leaf]), signature: second });
  await signModel(folder, { signer: key.signer, ignorePaths: ['second.sig'] });
  const signers = [
    { name: 'release', key: { file: key.publicKey } },
    { name: 'lab', certificate: { roots: rootFile(root) } },
  ];
  const signatures = [join(folder, 'model.sig'), second];
  expect(await problems(folder, { signers }, signatures)).toEqual([]);
  expect(await problems(folder, { signers, threshold: 2 }, signatures)).toEqual(['policy-unmet']);
});

it('an authority named for one entry cannot make another of the same name', async () => {
  const [one, other] = [rootAuthority('one'), rootAuthority('other')];
  const folder = model();
  const forged = signerCertificate(other, { subject: 'alice' });
  await signModel(folder, { signer: certificateSigner(forged.privateKey, [forged.certificate]) });
  const signers = [
    { name: 'release', certificate: { roots: rootFile(one), subject: 'CN=alice' } },
    { name: 'release', certificate: { roots: rootFile(other), subject: 'CN=bob' } },
  ];
  expect(await problems(folder, { signers })).toEqual(['policy-unmet']);
});

it('somebody with two keys is one signer', async () => {
  const folder = model();
  const [old, current] = [testKey(), testKey()];
  await signModel(folder, { signer: old.signer });
  const signers = [old, current].map(({ publicKey }) => ({ name: 'release', key: { file: publicKey } }));
  expect(await problems(folder, { signers })).toEqual([]);
  const second = join(scratch(), 'second.sig');
  await signModel(folder, { signer: current.signer, signature: second });
  const signatures = [join(folder, 'model.sig'), second];
  expect(await problems(folder, { signers, threshold: 2 }, signatures)).toEqual(['policy-unmet']);
});
