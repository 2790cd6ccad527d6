/** The published vectors of OpenSSF Model Signing, and its schemas over what is written here. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { signModel } from '../../src/node/sign/sign-model.ts';
import { verifyModel, type VerifyOptions } from '../../src/node/sign/verify-model.ts';
import { readBundle } from '../../src/sign/bundle.ts';
import { codeOf } from './code-of.ts';
import { model, testKey } from './models.ts';

const vectors = join(import.meta.dirname, '..', 'fixtures', 'oms');
const trust: Readonly<Record<string, VerifyOptions>> = {
  'elliptic-key': { publicKeys: [join(vectors, 'keys', 'signing-key-pub.pem')] },
  certificate: { certificateRoots: [join(vectors, 'keys', 'ca-cert.pem')], now: new Date('2026-01-01') },
  sigstore: {
    trustedRoot: join(vectors, 'trusted_root.json'),
    identity: 'stefanb@us.ibm.com',
    identityProvider: 'https://sigstore.verify.ibm.com/oauth2',
  },
};
const folders = readdirSync(vectors).filter((name) => name.startsWith('v'));
const methodOf = (name: string): string => name.replace(/^v[\d.]+-/, '');
/** Before 1.0.1, keys signed one file of the folder, without recording its name. */
const targetOf = (name: string): string =>
  join(vectors, name, /^v(0\.3\.1|1\.0\.0)-elliptic-key$/.test(name) ? 'signme-1' : '');

function verify(name: string, options: VerifyOptions = {}) {
  return verifyModel(targetOf(name), {
    ...trust[methodOf(name)],
    signatures: [join(vectors, name, 'model.sig')],
    ignorePaths: ['ignore-me'],
    ...options,
  });
}

it('finds the vectors of all versions and methods', () => {
  expect(folders).toHaveLength(13);
});

describe.each(folders)('%s', (name) => {
  it('verifies', async () => {
    const report = await verify(name);
    expect(report.problems).toEqual([]);
    expect(report.coveredFiles).toBeGreaterThan(0);
  });

  it('does not verify with the means of another method', async () => {
    for (const [method, other] of Object.entries(trust)) {
      if (method === methodOf(name)) continue;
      const { problems } = await verifyModel(targetOf(name), {
        ...other,
        signatures: [join(vectors, name, 'model.sig')],
      });
      expect(problems.map(({ code }) => code)).toEqual(['method-mismatch']);
    }
  });
});

describe('what the Python reference 1.1.1 writes', () => {
  const reference = join(vectors, 'reference');
  const publicKeys = [join(reference, 'key.pub')];

  it.each([
    ['files', 'model', 'sorted by path component'],
    ['shards', 'model', 'names its shard hashes'],
    ['blake2', 'model', 'sorted by path component'],
    ['single-file', 'model/x.bin', 'name of the file was not recorded'],
  ])('as %s verifies, with a note (reference defects 1 to 3)', async (name, target, note) => {
    const report = await verifyModel(join(reference, target), {
      publicKeys,
      signatures: [join(reference, `${name}.sig`)],
    });
    expect(report.problems).toEqual([]);
    expect(report.notes.join('\n')).toMatch(note);
  });

  it('about one file is not good for a folder', async () => {
    const { problems } = await verifyModel(join(reference, 'model'), {
      publicKeys,
      signatures: [join(reference, 'single-file.sig')],
    });
    expect(problems.map(({ code }) => code)).toContain('missing-file');
  });
});

describe('the exceptions', () => {
  it.each(folders.filter((name) => /^v1\.(0\.1|1\.0)-/.test(name)))(
    '%s leaves a file out that the verifier has to name too (reference defect 4)',
    async (name) => {
      const { problems } = await verify(name, { ignorePaths: [] });
      expect(problems.map(({ code }) => code)).toEqual(['unsigned-file']);
    },
  );

  it('certificates are judged by their dates: these end in April 2035 (reference defect 5)', async () => {
    const { problems } = await verify('v1.1.0-certificate', { now: new Date('2035-05-01') });
    expect(problems.map(({ code }) => code)).toEqual(['certificate-expired']);
  });

  it('version 0.2 is said to be old', async () => {
    expect((await verify('v0.2.0-certificate')).notes.join()).toMatch('version 0.2');
  });

  it('another identity, and another issuer, are refused', async () => {
    for (const other of [{ identity: 'stefanb@example.org' }, { identityProvider: 'https://accounts.google.com' }]) {
      const { problems } = await verify('v1.1.0-sigstore', other);
      expect(problems.map(({ code }) => code)).toEqual(['identity-mismatch']);
    }
  });
});

describe('vectors of the specification', () => {
  const invalid = join(vectors, 'spec', 'invalid');
  it.each(readdirSync(invalid).filter((name) => name !== 'missing-tlog-entries.bundle.json'))(
    '%s is no bundle',
    (name) => {
      expect(codeOf(() => readBundle(readFileSync(join(invalid, name))))).toBe('bundle-malformed');
    },
  );

  it('a statement of another predicate is no signature of a model', async () => {
    const file = join(vectors, 'spec', 'invalid-payload', 'wrong-predicate.bundle.json');
    const read = (): string => {
      const { statement } = readBundle(readFileSync(file));
      return statement.kind;
    };
    const code = codeOf(read);
    expect(code === 'none' ? read() : code).toMatch(/attestation|malformed|unsupported/);
    const { ok } = await verifyModel(targetOf('v1.1.0-certificate'), { ...trust['certificate'], signatures: [file] });
    expect(ok).toBe(false);
  });

  it('a keyless bundle without a log entry is refused', async () => {
    const file = join(invalid, 'missing-tlog-entries.bundle.json');
    const { problems } = await verifyModel(targetOf('v1.1.0-sigstore'), { ...trust['sigstore'], signatures: [file] });
    expect(problems.map(({ code }) => code)).toHaveLength(1);
  });
});

describe('bundles written here', () => {
  const schema = (name: string): object =>
    JSON.parse(readFileSync(join(vectors, 'schemas', `${name}.schema.json`), 'utf8'));
  const ajv = new Ajv2020({ schemas: ['envelope', 'predicate', 'statement', 'bundle'].map(schema), strict: false });

  it.each([{}, { shardSize: 1 }, { hash: 'blake2b' as const }, { hash: 'blake3' as const }])(
    'fit the schemas of the specification: %j',
    async (options) => {
      const folder = model();
      const { signer } = testKey();
      const { signature } = await signModel(folder, { signer, ...options });
      const text = readFileSync(signature, 'utf8');
      const isValid = (id: string, value: unknown): void => {
        expect(ajv.validate(`https://model_signing/${id}/v1.0/schema`, value), ajv.errorsText()).toBe(true);
      };
      isValid('bundle', JSON.parse(text));
      isValid('statement', JSON.parse(readBundle(text).payload.toString()));
    },
  );
});
