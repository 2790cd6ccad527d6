/** What is written here, verified by a program that shares no code with it; and the other way round. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { signModel } from '../../src/node/sign/sign-model.ts';
import { verifyModel } from '../../src/node/sign/verify-model.ts';
import { fingerprintOf, isEncryptedPem, readPrivateKey, readPublicKey } from '../../src/sign/keys.ts';
import { findPython } from '../oracle/ask-oracle.ts';
import { model, scratch, testKey } from './models.ts';

const python = findPython();
const hasOpenssl = spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0;
const reason = python === null ? 'no Python' : hasOpenssl ? '' : 'no openssl';
const files = {
  'a-b': '1',
  'a/b': '22',
  'a.txt': 'hello',
  'deep/er/x.bin': 'bytes',
  '\uff5e': 'wide',
  '\u{1f600}': 'high',
};
const HASHES = { 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' } as const;

describe.skipIf(reason !== '')(
  `verified with Python and openssl${reason === '' ? '' : ` (skipped: ${reason})`}`,
  () => {
    const ask = (bundle: string, key: string, folder: string, hash: string): Record<string, unknown> => {
      const script = join(import.meta.dirname, 'independent_verify.py');
      return JSON.parse(execFileSync(python ?? '', [script, bundle, key, folder, hash], { encoding: 'utf8' }));
    };

    it.each(Object.entries(HASHES))('a signature with %s', async (curve, hash) => {
      const folder = model(files);
      const key = testKey(curve as keyof typeof HASHES);
      for (const options of [{}, { shardSize: 2 }, { hash: 'blake2b' as const }]) {
        const { signature, rootDigest } = await signModel(folder, { signer: key.signer, ...options });
        const expected = {
          signature: true,
          hint: true,
          sorted: true,
          root: true,
          files: true,
          algorithms: true,
          rootDigest,
        };
        expect(ask(signature, key.publicKey, folder, hash)).toEqual(expected);
      }
    });

    it('says no to another key, and to other files', async () => {
      const folder = model(files);
      const [key, other] = [testKey(), testKey()];
      const { signature } = await signModel(folder, { signer: key.signer });
      writeFileSync(join(folder, 'a.txt'), 'hellO');
      expect(ask(signature, other.publicKey, folder, 'sha256')).toMatchObject({
        signature: false,
        hint: false,
        files: false,
      });
    });
  },
);

describe.skipIf(!hasOpenssl)('keys and certificates of openssl', () => {
  const openssl = (folder: string, ...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };

  it('are read in every form that it writes', () => {
    const folder = scratch();
    openssl(folder, 'ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', 'sec1.pem');
    openssl(folder, 'pkcs8', '-topk8', '-nocrypt', '-in', 'sec1.pem', '-out', 'pkcs8.pem');
    openssl(folder, 'pkcs8', '-topk8', '-in', 'sec1.pem', '-passout', 'pass:secret', '-out', 'encrypted.pem');
    openssl(folder, 'ec', '-in', 'sec1.pem', '-pubout', '-out', 'public.pem');
    const expected = fingerprintOf(readPublicKey(readFileSync(join(folder, 'public.pem'))));
    for (const name of ['sec1.pem', 'pkcs8.pem']) {
      expect(fingerprintOf(readPrivateKey(readFileSync(join(folder, name))))).toBe(expected);
    }
    const encrypted = readFileSync(join(folder, 'encrypted.pem'));
    expect(isEncryptedPem(encrypted)).toBe(true);
    expect(fingerprintOf(readPrivateKey(encrypted, Buffer.from('secret')))).toBe(expected);
    expect(() => readPrivateKey(encrypted)).toThrow('encrypted');
    expect(() => readPrivateKey(encrypted, Buffer.from('wrong'))).toThrow('wrong passphrase');
  });

  it('sign a bundle that is assembled by hand, with a payload spaced as the Python reference does', async () => {
    const folder = scratch();
    openssl(folder, 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'key.pem');
    openssl(folder, 'ec', '-in', 'key.pem', '-pubout', '-out', 'key.pub');
    const target = join(folder, 'model');
    mkdirSync(target);
    writeFileSync(join(target, 'x'), 'x');
    const digest = createHash('sha256').update('x').digest();
    const root = createHash('sha256').update(digest).digest('hex');
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'model', digest: { sha256: root } }],
      predicateType: 'https://model_signing/signature/v1.0',
      predicate: {
        resources: [{ algorithm: 'sha256', digest: digest.toString('hex'), name: 'x' }],
        serialization: { hash_type: 'sha256', allow_symlinks: false, method: 'files', ignore_paths: ['model.sig'] },
      },
    };
    const payload = Buffer.from(JSON.stringify(statement, null, 2));
    writeFileSync(
      join(folder, 'pae'),
      `DSSEv1 28 application/vnd.in-toto+json ${payload.length} ${payload.toString()}`,
    );
    openssl(folder, 'dgst', '-sha256', '-sign', 'key.pem', '-out', 'sig', 'pae');
    const hint = createHash('sha256')
      .update(readFileSync(join(folder, 'key.pub')))
      .digest('hex');
    const bundle = {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint }, tlogEntries: [] },
      dsseEnvelope: {
        payload: payload.toString('base64'),
        payloadType: 'application/vnd.in-toto+json',
        signatures: [{ sig: readFileSync(join(folder, 'sig')).toString('base64'), keyid: null }],
      },
    };
    writeFileSync(join(target, 'model.sig'), JSON.stringify(bundle, null, 1));
    expect((await verifyModel(target, { publicKeys: [join(folder, 'key.pub')] })).problems).toEqual([]);
  });
});
