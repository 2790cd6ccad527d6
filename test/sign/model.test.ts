import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildManifest, hashListing } from '../../src/node/sign/build-manifest.ts';
import { listModel } from '../../src/node/sign/list-model.ts';
import { signModel, type SignModelOptions } from '../../src/node/sign/sign-model.ts';
import { verifyModel, type VerifyOptions } from '../../src/node/sign/verify-model.ts';
import { bundleText } from '../../src/sign/bundle.ts';
import { fingerprintOf, readPrivateKey } from '../../src/sign/keys.ts';
import { rootDigest, sortResources, type Resource } from '../../src/sign/manifest.ts';
import { signPayload } from '../../src/sign/signature.ts';
import { certificateSigner } from '../../src/sign/signers.ts';
import { rootAuthority, signerCertificate, subAuthority } from '../build/x509.ts';
import { codeOf, codeOfAsync } from './code-of.ts';
import { model, scratch, sharedKey, testKey, writeFiles } from './models.ts';

const key = sharedKey();

const sign = (folder: string, options: Partial<SignModelOptions> = {}) =>
  signModel(folder, { signer: key.signer, ...options });
const verify = (folder: string, options: VerifyOptions = {}) =>
  verifyModel(folder, { publicKeys: [key.publicKey], ...options });

async function codes(folder: string, options: VerifyOptions = {}): Promise<string[]> {
  const { problems, ok } = await verify(folder, options);
  expect(ok).toBe(problems.length === 0);
  return problems.map(({ code }) => code);
}

/** Signs any statement: what a hostile or careless holder of the key could publish. */
function signedBy(resources: readonly object[], serialization: object = {}): string {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'm', digest: { sha256: rootDigest(resources as Resource[]) } }],
    predicateType: 'https://model_signing/signature/v1.0',
    predicate: {
      resources,
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ...serialization },
    },
  };
  const privateKey = readPrivateKey(readFileSync(key.privateKey));
  const payload = Buffer.from(JSON.stringify(statement));
  return bundleText({
    material: { publicKey: { hint: fingerprintOf(privateKey) } },
    payload,
    signature: signPayload(privateKey, payload),
  });
}

describe('a signed model', () => {
  it.each([
    {},
    { shardSize: 3 },
    { hash: 'blake2b' as const },
    { hash: 'blake3' as const },
    { hash: 'blake3' as const, shardSize: 2 },
  ])('verifies: %j', async (options) => {
    const folder = model({
      'a.txt': 'hello',
      'sub/b.bin': 'bytes',
      'a-b': 'x',
      'a/b': 'y',
      'with:colon': 'z',
      'é\n': 'odd',
    });
    await sign(folder, options);
    const report = await verify(folder);
    expect(report).toMatchObject({ ok: true, coveredFiles: 6, coveredBytes: 16 });
    expect(report.model?.rootDigests.codePoint).toBe(report.model?.rootDigest);
    expect(report.uncovered).toEqual([{ path: 'model.sig', why: 'the signature itself' }]);
  });

  it('may be a single file, with its signature beside it', async () => {
    const folder = model();
    await sign(join(folder, 'a.txt'));
    expect(existsSync(join(folder, 'a.txt.sig'))).toBe(true);
    expect(await codes(join(folder, 'a.txt'))).toEqual([]);
    renameSync(join(folder, 'a.txt'), join(folder, 'b.txt'));
    renameSync(join(folder, 'a.txt.sig'), join(folder, 'b.txt.sig'));
    expect((await codes(join(folder, 'b.txt'))).sort()).toEqual(['missing-file', 'unsigned-file']);
  });

  it('notices every kind of change', async () => {
    const folder = model({ a: 'aaaa', b: 'b', 'sub/c': 'c' });
    await sign(folder, { shardSize: 3 });
    const change = async (work: () => void, undo: () => void): Promise<string[]> => {
      work();
      const found = await codes(folder);
      undo();
      return found;
    };
    const file = join(folder, 'a');
    const restore = (): void => writeFileSync(file, 'aaaa');
    expect(await change(() => writeFileSync(file, 'aaab'), restore)).toEqual(['digest-mismatch']);
    expect(await change(() => writeFileSync(file, 'aaa'), restore)).toEqual(['digest-mismatch']);
    expect(await change(() => writeFileSync(file, 'aaaaa'), restore)).not.toEqual([]);
    expect(await change(() => rmSync(file), restore)).toEqual(['missing-file']);
    expect(
      await change(
        () => writeFileSync(join(folder, 'd'), ''),
        () => rmSync(join(folder, 'd')),
      ),
    ).toEqual([]);
    expect(
      await change(
        () => writeFileSync(join(folder, 'd'), 'd'),
        () => rmSync(join(folder, 'd')),
      ),
    ).toEqual(['unsigned-file']);
    expect(await codes(folder)).toEqual([]);
  });

  it('has to cover what was added, unless the verifier names it', async () => {
    const folder = model();
    await sign(folder);
    writeFiles(folder, { extra: 'x', 'more/deep': 'y' });
    expect(await codes(folder)).toEqual(['unsigned-file', 'unsigned-file']);
    expect(await codes(folder, { ignorePaths: ['extra', 'more'] })).toEqual([]);
    const report = await verify(folder, { ignoreUnsignedFiles: true });
    expect(report.ok).toBe(true);
    expect(report.uncovered.map(({ path }) => path)).toEqual(['model.sig', 'extra', 'more/deep']);
  });

  it('is not verified by a bundle that ignores everything (reference defect 4)', async () => {
    const folder = model({ evil: 'x' });
    const digest = 'ab'.repeat(32);
    writeFileSync(join(folder, 'model.sig'), signedBy([], { ignore_paths: ['.'] }));
    expect(await codes(folder)).toEqual(['empty-manifest']);
    writeFiles(folder, { ok: 'ok' });
    const { manifest } = await buildManifest(folder, { ignorePaths: ['evil'] });
    const resources = manifest.resources.map((one) => ({ ...one, algorithm: 'sha256' }));
    writeFileSync(join(folder, 'model.sig'), signedBy(resources, { ignore_paths: ['.', 'evil'] }));
    expect(await codes(folder)).toEqual(['unsigned-file']);
    writeFileSync(
      join(folder, 'model.sig'),
      signedBy([{ name: 'other', digest, algorithm: 'sha256' }], { ignore_paths: ['.'] }),
    );
    expect((await codes(folder)).sort()).toEqual(['missing-file', 'unsigned-file', 'unsigned-file']);
  });

  it('never leads the verifier out of the model', async () => {
    const folder = model();
    for (const name of ['../a.txt', '/etc/passwd', 'sub/../a.txt']) {
      writeFileSync(join(folder, 'model.sig'), signedBy([{ name, digest: 'ab'.repeat(32), algorithm: 'sha256' }]));
      expect(await codes(folder)).toEqual(['unsafe-name']);
    }
  });

  it('verifies in the order of the Python reference too (reference defect 1)', async () => {
    const folder = model({ 'a-b': '1', 'a/b': '2' });
    const { manifest } = await buildManifest(folder);
    const resources = sortResources(manifest.resources, 'path-component').map((one) => ({
      ...one,
      algorithm: 'sha256',
    }));
    writeFileSync(join(folder, 'model.sig'), signedBy(resources));
    const report = await verify(folder);
    expect(report.ok).toBe(true);
    expect(report.model?.rootDigest).toBe(report.model?.rootDigests.pathComponent);
    expect(report.model?.rootDigest).not.toBe(report.model?.rootDigests.codePoint);
  });

  it('may cover what is left out here by default: it is checked then', async () => {
    const folder = model({
      a: 'a',
      '.gitattributes': 'x',
      '.git/hook': 'y',
      '.git/other': 'z',
      'model.cdx.json': '{}',
    });
    const whole = model({ a: 'a', gitattributes: 'x', hook: 'y', bom: '{}' });
    const { manifest } = await buildManifest(whole);
    const names: Record<string, string> = { gitattributes: '.gitattributes', hook: '.git/hook', bom: 'model.cdx.json' };
    const resources = manifest.resources.map(({ name, digest }) => ({ name: names[name] ?? name, digest }));
    const sorted = sortResources(resources, 'code-point').map((one) => ({ ...one, algorithm: 'sha256' }));
    writeFileSync(join(folder, 'model.sig'), signedBy(sorted));
    const report = await verify(folder);
    expect(report.problems).toEqual([]);
    expect(report.uncovered.map(({ path }) => path)).toEqual(['model.sig', '.git/other']);
    writeFiles(folder, { '.git/hook': 'evil', 'model.cdx.json': '[]' });
    expect(await codes(folder)).toEqual(['digest-mismatch', 'digest-mismatch']);
  });

  it('is not hidden behind a hard link to its signature', async () => {
    const folder = model();
    await sign(folder);
    linkSync(join(folder, 'model.sig'), join(folder, 'evil.py'));
    expect(await codes(folder)).toEqual(['unsigned-file']);
  });

  it('may be reached through a link, with its signature named by another path', async () => {
    const folder = model();
    symlinkSync(folder, join(dirname(folder), 'link'));
    const signature = join(dirname(folder), 'link', 'named.sig');
    await sign(folder, { signature });
    expect(await codes(folder, { signatures: [signature] })).toEqual([]);
    expect(await codes(join(dirname(folder), 'link'), { signatures: [join(folder, 'named.sig')] })).toEqual([]);
  });

  it('is signed by another key, or by nobody', async () => {
    const folder = model();
    expect(await codes(folder)).toEqual(['signature-missing']);
    await signModel(folder, { signer: testKey().signer });
    expect(await codes(folder)).toEqual(['key-mismatch']);
  });

  it('may have several signatures, all of the same files', async () => {
    const folder = model();
    const other = testKey('P-521');
    const signatures = [join(folder, 'model.sig'), join(folder, 'second.sig')];
    await sign(folder);
    await signModel(folder, { signer: other.signer, signature: signatures[1] ?? '' });
    const options = { publicKeys: [key.publicKey, other.publicKey], signatures };
    // Each leaves the other out only when it is told to: the second was not there when the first was made.
    const report = await verifyModel(folder, options);
    expect(report.problems).toEqual([]);
    expect(report.signers).toHaveLength(2);
    appendFileSync(join(folder, 'a.txt'), '!');
    await signModel(folder, { signer: other.signer, signature: signatures[1] ?? '' });
    expect((await verifyModel(folder, options)).problems.map(({ code }) => code)).toEqual(['root-digest-mismatch']);
  });

  it('may be signed with a certificate', async () => {
    const folder = model();
    const root = rootAuthority();
    const middle = subAuthority(root, 'middle');
    const { privateKey, certificate } = signerCertificate(middle, {}, 'P-384');
    const roots = join(scratch(), 'root.pem');
    writeFileSync(roots, root.certificate.toString());
    await signModel(folder, {
      signer: certificateSigner(privateKey, [certificate, middle.certificate, root.certificate]),
    });
    const report = await verifyModel(folder, { certificateRoots: [roots] });
    expect(report.problems).toEqual([]);
    expect(report.signers[0]?.signer).toMatchObject({ method: 'certificate', subject: 'CN=signer' });
    const later = new Date(Date.now() + 10 * 365 * 24 * 3600 * 1000);
    const expired = await verifyModel(folder, { certificateRoots: [roots], now: later });
    expect(expired.problems.map(({ code }) => code)).toEqual(['certificate-expired']);
    const other = signerCertificate(root);
    expect(codeOf(() => certificateSigner(privateKey, [other.certificate]))).toBe('certificate-key-mismatch');
  });
});

describe('what is signed', () => {
  it('is everything but git, evidence and what is named (OMS §6.2)', async () => {
    const folder = model({
      a: 'a',
      '.git/config': 'x',
      '.gitattributes': 'x',
      'sub/.gitignore': 'y',
      '.hidden': 'z',
      'model.cdx.json': '{}',
    });
    const { manifest } = await buildManifest(folder, { ignorePaths: ['a'] });
    expect(manifest.resources.map(({ name }) => name)).toEqual(['.hidden', 'sub/.gitignore']);
    expect(manifest.serialization.ignorePaths).toEqual([
      '.git',
      '.gitattributes',
      '.github',
      '.gitignore',
      'a',
      'model.cdx.json',
      'model.intoto.jsonl',
      'model.sig',
      'model.spdx.json',
    ]);
  });

  it('is something', async () => {
    const folder = model({ '.gitignore': 'x' });
    expect(await codeOfAsync(() => sign(folder))).toBe('empty-manifest');
    expect(readdirSync(folder)).toEqual(['.gitignore']);
    const empty = model({ a: '' });
    expect(await codeOfAsync(() => sign(empty, { shardSize: 10 }))).toBe('empty-manifest');
    expect(await codeOfAsync(() => sign(empty))).toBe('none');
  });

  it('is no symbolic link, unless that is asked for (OMS §6.1.1)', async () => {
    const folder = model();
    const outside = join(dirname(folder), 'outside');
    writeFileSync(outside, 'out');
    symlinkSync('a.txt', join(folder, 'link'));
    symlinkSync(outside, join(folder, 'out'));
    symlinkSync('..', join(folder, 'sub', 'loop'));
    expect(await codeOfAsync(() => sign(folder))).toBe('symlink-refused');
    expect(await codeOfAsync(() => sign(folder, { ignorePaths: ['link', 'out', 'sub/loop'] }))).toBe('none');
    const { notes } = await sign(folder, { allowSymlinks: true });
    expect(notes.join('\n')).toMatch(/out leads out of the model/);
    expect(notes.join('\n')).toMatch(/sub\/loop leads back/);
    expect(await codes(folder)).toEqual([]);
    writeFileSync(outside, 'changed');
    expect(await codes(folder)).toEqual(['digest-mismatch']);
  });

  it('is no dangling link, pipe, or name that is not UTF-8', async () => {
    const folder = model();
    symlinkSync('nowhere', join(folder, 'dangling'));
    expect(await codeOfAsync(() => sign(folder, { allowSymlinks: true }))).toBe('special-file');
    rmSync(join(folder, 'dangling'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await codeOfAsync(() => sign(folder))).toBe('special-file');
    rmSync(join(folder, 'pipe'));
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff])]), 'x');
    expect(await codeOfAsync(() => sign(folder))).toBe('name-not-utf8');
  });

  it('is told to collide on other file systems', async () => {
    const folder = model({ 'Weights.bin': 'a', 'weights.bin': 'b', 'e\u0301': 'c', '\u00e9': 'd' });
    const { notes } = await buildManifest(folder);
    expect(notes.join('\n')).toMatch(/upper and lower case/);
    expect(notes.join('\n')).toMatch(/Unicode normalisation/);
  });

  it('is not replaced while it is hashed', async () => {
    const folder = model({ a: 'a', b: 'b' });
    const { files } = listModel(folder, { ignored: new Set(), ignoredFiles: new Set(), allowSymlinks: false });
    const hash = () => hashListing({ files }, { hash: 'sha256', allowSymlinks: false });
    writeFileSync(join(folder, 'a'), 'longer');
    expect(await codeOfAsync(hash)).toBe('file-changed');
    rmSync(join(folder, 'a'));
    symlinkSync('b', join(folder, 'a'));
    expect(await codeOfAsync(hash)).toBe('unreadable');
  });

  it('cannot be read, and then nothing is written', async () => {
    const folder = model();
    await sign(folder);
    const before = readFileSync(join(folder, 'model.sig'));
    symlinkSync('x', join(folder, 'dangling'));
    expect(await codeOfAsync(() => sign(folder))).toBe('symlink-refused');
    expect(readFileSync(join(folder, 'model.sig'))).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(['a.txt', 'dangling', 'model.sig', 'sub']);
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'model.sig.d'));
  });

  it('may be large: threads give what one gives', async () => {
    const bytes = Buffer.alloc(20 * 1024 * 1024);
    for (let at = 0; at < bytes.length; at += 4096) bytes.writeUInt32LE(at, at);
    const folder = model({ big: bytes, other: bytes.subarray(0, 7_000_001), small: 'x' });
    for (const options of [{}, { shardSize: 1_000_000 }]) {
      const [one, two] = await Promise.all([1, 2].map((jobs) => buildManifest(folder, { ...options, jobs })));
      expect(two?.manifest).toEqual(one?.manifest);
    }
  });
});
