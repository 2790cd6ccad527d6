import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scanFiles } from '../../src/node/scan-files.ts';
import { attestModel } from '../../src/node/sign/attest-model.ts';
import { signModel } from '../../src/node/sign/sign-model.ts';
import { verifyModel, type VerifyOptions } from '../../src/node/sign/verify-model.ts';
import { readAttestations } from '../../src/sign/attestation.ts';
import {
  bomPredicate,
  conversionPredicate,
  customPredicate,
  scanPredicate,
  validationPredicate,
  type AttestedModel,
  type Predicate,
} from '../../src/sign/predicates.ts';
import { bundleText } from '../../src/sign/bundle.ts';
import { readPrivateKey } from '../../src/sign/keys.ts';
import { fingerprintOf, readPublicKey } from '../../src/sign/keys.ts';
import { signPayload } from '../../src/sign/signature.ts';
import { payloadOf } from '../../src/sign/statement.ts';
import { codeOf, codeOfAsync } from './code-of.ts';
import { model, scratch, sharedKey, testKey, writeFiles, type TestKey } from './models.ts';

const key = sharedKey();
const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');
const document = (value: unknown, name = 'doc.json') => ({ name, bytes: Buffer.from(JSON.stringify(value)) });

async function signed(files?: Record<string, string>): Promise<string> {
  const folder = model(files);
  await signModel(folder, { signer: key.signer });
  return folder;
}

function attest(folder: string, make: (model: AttestedModel) => Predicate, by: TestKey = key) {
  return attestModel(folder, { signer: by.signer, predicates: (model) => [make(model)] });
}

const verify = (folder: string, options: VerifyOptions = {}) =>
  verifyModel(folder, { publicKeys: [key.publicKey], ...options });
const codes = async (folder: string, options?: VerifyOptions): Promise<string[]> =>
  (await verify(folder, options)).problems.map(({ code }) => code);

async function scanReport(folder: string, hash = true) {
  return document(await scanFiles([folder], { hash }), 'report.json');
}

const record = (sources: object[], outputs: object[]) =>
  document({
    tool: { name: 'vouchsafe', version: '0.1.0' },
    createdAt: '2026-01-01T00:00:00Z',
    options: {},
    sources,
    outputs,
  });

describe('attestations', () => {
  it('are appended, keep those before them, and are about the root digest', async () => {
    const folder = await signed();
    await attest(folder, () => customPredicate('urn:one', document({ a: 1 })));
    const file = join(folder, 'model.intoto.jsonl');
    const before = readFileSync(file);
    writeFileSync(file, before.subarray(0, -1));
    const { rootDigest } = await attest(folder, () => customPredicate('urn:two', document({ b: 2 })));
    expect(readFileSync(file).subarray(0, before.length)).toEqual(before);
    const report = await verify(folder, { attestations: true });
    expect(report.problems).toEqual([]);
    expect(report.attestations.map(({ claim }) => claim?.predicateType)).toEqual(['urn:one', 'urn:two']);
    expect(report.model?.rootDigest).toBe(rootDigest);
  });

  it('are made only of files that are as they were signed', async () => {
    const folder = await signed();
    appendFileSync(join(folder, 'a.txt'), '!');
    expect(await codeOfAsync(() => attest(folder, () => customPredicate('urn:one', document({}))))).toBe(
      'digest-mismatch',
    );
    expect(existsSync(join(folder, 'model.intoto.jsonl'))).toBe(false);
  });

  it('can be made without a signature, about the digest that a signature would have', async () => {
    const folder = model();
    const { rootDigest } = await attest(folder, () => customPredicate('urn:one', document({})));
    expect((await signModel(folder, { signer: key.signer })).rootDigest).toBe(rootDigest);
    expect(await codes(folder, { attestations: true })).toEqual([]);
  });

  it('of another model are refused', async () => {
    const [one, other] = [await signed(), await signed({ x: 'x' })];
    await attest(other, () => customPredicate('urn:one', document({})));
    writeFiles(one, { 'model.intoto.jsonl': readFileSync(join(other, 'model.intoto.jsonl')) });
    expect(await codes(one)).toEqual(['attestation-subject']);
    const { notes } = await signModel(one, { signer: key.signer });
    expect(notes.join()).toMatch('1 attestations');
  });

  it('of strangers are not believed, and fail when they have to hold', async () => {
    const folder = await signed();
    await attest(folder, () => customPredicate('urn:one', document({})), testKey());
    const report = await verify(folder);
    expect(report.ok).toBe(true);
    expect(report.notes.join()).toMatch('not believed');
    expect(await codes(folder, { attestations: true })).toEqual(['key-mismatch']);
  });

  it('that are damaged fail, each by its line', async () => {
    const folder = await signed();
    await attest(folder, () => customPredicate('urn:one', document({})));
    const file = join(folder, 'model.intoto.jsonl');
    const [line = ''] = readFileSync(file, 'utf8').split('\n');
    const { dsseEnvelope, ...rest } = JSON.parse(line);
    const payload = Buffer.from(
      Buffer.from(dsseEnvelope.payload, 'base64').toString().replace('urn:one', 'urn:two'),
    ).toString('base64');
    const forged = JSON.stringify({ ...rest, dsseEnvelope: { ...dsseEnvelope, payload } });
    writeFileSync(file, `${forged}\n\n${line}\ngarbage\n${readFileSync(join(folder, 'model.sig'), 'utf8')}\n`);
    expect(await codes(folder)).toEqual(['signature-invalid', 'bundle-malformed', 'attestation-invalid']);
    expect((await verify(folder)).attestations.map(({ line }) => line)).toEqual([1, 3, 4, 5]);
  });

  it('are not without number', () => {
    expect(codeOf(() => readAttestations(Buffer.from('{}\n'.repeat(1001))))).toBe('size-limit');
  });
});

describe('an attested scan', () => {
  it('says result, rules, tool and the digest of the report', async () => {
    const folder = await signed({ 'bad.pkl': 'cos\nsystem\n(S"id"\ntR.', 'good.json': '{}' });
    const report = await scanReport(folder);
    await attest(folder, (about) => scanPredicate(report, about));
    const { attestations } = await verify(folder, { attestations: true });
    expect(attestations[0]?.claim).toMatchObject({ kind: 'scan', result: 'FAILED', tool: { name: 'vouchsafe' } });
    expect(attestations[0]?.claim?.failed.length).toBeGreaterThan(0);
    const line = readFileSync(join(folder, 'model.intoto.jsonl'), 'utf8');
    const payload = Buffer.from(JSON.parse(line).dsseEnvelope.payload, 'base64').toString();
    expect(payload).toContain(createHash('sha256').update(report.bytes).digest('hex'));
    expect(payload).toContain('"matchedBy":"sha256"');
  });

  it('has to be of these files: all of them, with these digests or sizes', async () => {
    const folder = await signed();
    const report = JSON.parse((await scanReport(folder)).bytes.toString());
    const change = async (work: (artifact: Record<string, unknown>) => void): Promise<string> => {
      const copy = structuredClone(report);
      work(copy.artifacts.find(({ path }: { path: string }) => basename(path) === 'a.txt'));
      return codeOfAsync(() => attest(folder, (about) => scanPredicate(document(copy), about)));
    };
    expect(await change((one) => Object.assign(one, { sha256: sha256('other') }))).toBe('report-mismatch');
    expect(await change((one) => Object.assign(one, { sha256: undefined, size: 99 }))).toBe('report-mismatch');
    expect(await change((one) => Object.assign(one, { path: 'elsewhere/a.txt' }))).toBe('report-mismatch');
    expect(await change((one) => Object.assign(one, { format: 'unreadable' }))).toBe('report-mismatch');
    expect(await change((one) => Object.assign(one, { sha256: undefined }))).toBe('none');
    const other = await scanReport(model({ z: 'z' }));
    expect(await codeOfAsync(() => attest(folder, (about) => scanPredicate(other, about)))).toBe('report-mismatch');
    expect(await codeOfAsync(() => attest(folder, (about) => scanPredicate(document({ no: 'report' }), about)))).toBe(
      'attestation-invalid',
    );
  });
});

describe('an attested conversion', () => {
  it('ties the model to what it was made from', async () => {
    const source = model({ 'in.pkl': 'source', 'other.txt': 'x' });
    const folder = await signed({ 'out.safetensors': 'out' });
    const sources = [{ path: 'in.pkl', sha256: sha256('source'), size: 6, format: 'pickle' }];
    const outputs = [{ path: 'out.safetensors', size: 3, sha256: sha256('out') }];
    await attest(folder, (about) => conversionPredicate(record(sources, outputs), about));
    const report = await verify(folder, { source });
    expect(report.problems).toEqual([]);
    expect(report.source?.files).toEqual([{ path: 'in.pkl', sha256: sha256('source'), matches: true }]);
    expect(report.attestations[0]?.claim).toMatchObject({ kind: 'conversion', dependencies: [{ name: 'in.pkl' }] });
    expect((await verify(folder, { source: join(source, 'in.pkl') })).ok).toBe(true);
    writeFileSync(join(source, 'in.pkl'), 'changed');
    expect(await codes(folder, { source })).toEqual(['source-mismatch']);
    expect(await codes(folder, { source: model() })).toEqual(['source-mismatch']);
  });

  it('whose outputs are not these files is refused', async () => {
    const folder = await signed({ out: 'out' });
    for (const outputs of [
      [{ path: 'gone', size: 3, sha256: null }],
      [{ path: 'out', size: 3, sha256: sha256('x') }],
      [{ path: 'out', size: 4, sha256: null }],
    ]) {
      expect(await codeOfAsync(() => attest(folder, (about) => conversionPredicate(record([], outputs), about)))).toBe(
        'report-mismatch',
      );
    }
  });

  it('whose sources have no digest proves nothing about them', async () => {
    const folder = await signed({ out: 'out' });
    const sources = [{ path: 'in', sha256: null, size: 1, format: 'pickle' }];
    await attest(folder, (about) => conversionPredicate(record(sources, []), about));
    expect(await codes(folder, { source: model({ in: 'x' }) })).toEqual(['source-mismatch']);
  });

  it('that is not there proves nothing either', async () => {
    expect(await codes(await signed(), { source: model() })).toEqual(['source-mismatch']);
  });
});

describe('a bill of materials', () => {
  const bom = { bomFormat: 'CycloneDX', specVersion: '1.6' };

  it('beside a model has to be the attested one', async () => {
    const folder = await signed();
    writeFiles(folder, { 'model.cdx.json': JSON.stringify(bom) });
    expect(await codes(folder)).toEqual(['evidence-unverified']);
    expect(await codes(folder, { ignorePaths: ['model.cdx.json'] })).toEqual([]);
    await attest(folder, () => bomPredicate(document(bom)));
    expect(await codes(folder)).toEqual([]);
    writeFiles(folder, { 'model.cdx.json': JSON.stringify(bom, null, 2) });
    expect(await codes(folder)).toEqual([]);
    writeFiles(folder, { 'model.cdx.json': JSON.stringify({ ...bom, components: [] }) });
    expect(await codes(folder)).toEqual(['evidence-unverified']);
    writeFiles(folder, { 'model.cdx.json': 'no json' });
    expect(await codes(folder)).toEqual(['attestation-invalid']);
  });

  it('attested by a stranger is not believed', async () => {
    const folder = await signed();
    writeFiles(folder, { 'model.spdx.json': JSON.stringify({ spdxVersion: 'SPDX-2.3' }) });
    await attest(folder, () => bomPredicate(document({ spdxVersion: 'SPDX-2.3' })), testKey());
    expect(await codes(folder)).toEqual(['evidence-unverified']);
  });

  it('is CycloneDX or SPDX, in either generation', () => {
    expect(bomPredicate(document(bom)).predicateType).toBe('https://cyclonedx.org/bom');
    for (const spdx of [
      { spdxVersion: 'SPDX-2.3' },
      { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld' },
    ]) {
      expect(bomPredicate(document(spdx)).predicateType).toBe('https://spdx.dev/Document');
    }
    for (const other of [{}, null, [], 1])
      expect(codeOf(() => bomPredicate(document(other)))).toBe('attestation-invalid');
  });
});

describe('other predicates', () => {
  it('need a URI as their type, and JSON', () => {
    expect(codeOf(() => customPredicate('no uri', document({})))).toBe('attestation-invalid');
    expect(codeOf(() => customPredicate('urn:x', { name: 'x', bytes: Buffer.from('{') }))).toBe('attestation-invalid');
  });

  it('for tests are no scans: nobody compared those with the files', () => {
    const scan = { result: 'PASSED', configuration: [{ annotations: { kind: 'scan' } }] };
    expect(codeOf(() => validationPredicate(document(scan)))).toBe('attestation-invalid');
  });

  it('for tests have the form of in-toto', async () => {
    expect(codeOf(() => validationPredicate(document({ result: 'GOOD' })))).toBe('attestation-invalid');
    const folder = await signed();
    await attest(folder, () =>
      validationPredicate(document({ result: 'PASSED', configuration: [], passedTests: ['t'] })),
    );
    expect((await verify(folder)).attestations[0]?.claim).toMatchObject({ kind: 'validation', result: 'PASSED' });
  });
});

describe('a signing policy', () => {
  const passed = (startedAt: string, changes: object = {}) =>
    document({
      result: 'PASSED',
      configuration: [
        { name: 'r', annotations: { kind: 'scan', tool: 'vouchsafe', toolVersion: '0.9.1', startedAt, ...changes } },
      ],
    });
  const scanResult = (made: ReturnType<typeof document>) =>
    customPredicate('https://in-toto.io/attestation/test-result/v0.1', made);
  const now = new Date('2026-06-30T00:00:00Z');

  async function underPolicy(folder: string, text: string): Promise<string[]> {
    const file = join(scratch(), 'policy.yaml');
    writeFileSync(file, text);
    const { problems } = await verifyModel(folder, { policy: file, now });
    return problems.map(({ message }) => message.replace(/^the policy is not met: /, ''));
  }

  const base = `signers:\n  - name: release\n    key: { file: ${key.publicKey} }\n`;

  it('says who must have signed', async () => {
    const folder = await signed();
    expect(await underPolicy(folder, base)).toEqual([]);
    const other = testKey();
    const two = `${base}  - name: other\n    key: { file: ${other.publicKey} }\n`;
    expect(await underPolicy(folder, `${two}threshold: 2\n`)).toEqual([
      '2 of release, other must have signed, found release',
    ]);
    expect(await underPolicy(folder, `${two}modelSigners: [other]\n`)).toEqual([
      '1 of other must have signed, found none',
    ]);
    const pinned = `signers:\n  - name: release\n    key: { fingerprint: ${fingerprintOf(readPublicKey(readFileSync(key.publicKey)))}, file: ${key.publicKey} }\n`;
    expect(await underPolicy(folder, pinned)).toEqual([]);
  });

  it('says what must be attested, how, how recently, with what, and by whom', async () => {
    const folder = await signed();
    const wanted = (more: string): string => `${base}attestations:\n  - { type: scan${more} }\n`;
    expect((await underPolicy(folder, wanted('')))[0]).toMatch('there is none');
    await attest(folder, () => scanResult(passed('2026-06-01T00:00:00Z')));
    expect(await underPolicy(folder, wanted(''))).toEqual([]);
    expect(await underPolicy(folder, wanted(', maxAgeDays: 30'))).toEqual([]);
    expect((await underPolicy(folder, wanted(', maxAgeDays: 28')))[0]).toMatch('more than 28 days ago');
    expect(await underPolicy(folder, wanted(', tool: { name: vouchsafe, minVersion: "0.9" }'))).toEqual([]);
    expect((await underPolicy(folder, wanted(', tool: { name: vouchsafe, minVersion: "0.10" }')))[0]).toMatch(
      'older than 0.10',
    );
    expect((await underPolicy(folder, wanted(', tool: { name: other }')))[0]).toMatch('made with vouchsafe');
    expect((await underPolicy(folder, wanted(', results: [FAILED]')))[0]).toMatch('its result is PASSED');
    expect(await underPolicy(folder, wanted(', signers: [release]'))).toEqual([]);
  });

  it('does not take an attestation that is dated in the future, or not at all', async () => {
    const folder = await signed();
    await attest(folder, () => scanResult(passed('2030-01-01T00:00:00Z')));
    await attest(folder, () => scanResult(passed('yesterday')));
    const [problem] = await underPolicy(folder, `${base}attestations:\n  - { type: scan, maxAgeDays: 30 }\n`);
    expect(problem).toMatch('dated in the future');
    expect(problem).toMatch('does not say when');
  });

  it('asks for a result that is not there, and for no type that is only a word', async () => {
    const folder = await signed();
    await attest(folder, () => customPredicate('urn:review', document({})));
    const wanted = (type: string, more = ''): string => `${base}attestations:\n  - { type: "${type}"${more} }\n`;
    expect(await underPolicy(folder, wanted('urn:review'))).toEqual([]);
    expect((await underPolicy(folder, wanted('urn:review', ', results: [PASSED]')))[0]).toMatch('it has no result');
    expect((await underPolicy(folder, wanted('other')))[0]).toMatch('there is none');
  });

  it('does not take attestations of strangers', async () => {
    const folder = await signed();
    await attest(folder, () => scanResult(passed('2026-06-29T00:00:00Z')), testKey());
    expect(await underPolicy(folder, `${base}attestations:\n  - { type: scan }\n`)).toHaveLength(1);
  });

  it.each([
    ['', 'signers'],
    ['signers: []', 'signers'],
    ['signers:\n  - name: x', '2:5'],
    ['signers:\n  - name: x\n    key: {}', 'fingerprint'],
    ['signers:\n  - name: x\n    key: { fingerprint: abc }', '3:25'],
    [`${base}colour: red`, 'colour'],
    [`${base}modelSigners: [nobody]`, 'nobody'],
    [`${base}threshold: 0`, 'threshold'],
    // A number would be 0.1.
    [`${base}attestations: [{ type: scan, tool: { name: x, minVersion: 0.10 } }]`, 'minVersion'],
    ['signers: [', '1:'],
    ['a: &a [*a]', ''],
  ])('that is wrong is refused, with the place: %j', async (text, place) => {
    const file = join(scratch(), 'policy.yaml');
    writeFileSync(file, text);
    const failure = await verifyModel(model(), { policy: file }).then(
      () => null,
      (error: Error) => error,
    );
    expect(failure).toMatchObject({ code: 'policy-malformed', exitCode: 2 });
    expect(failure?.message).toMatch(place);
  });
});

it('an attestation whose predicate is not what its type says does not hold', async () => {
  const folder = await signed();
  const privateKey = readPrivateKey(readFileSync(key.privateKey));
  const { rootDigest } = await attest(folder, () => customPredicate('urn:x', document({})));
  const payload = payloadOf({
    subjects: [{ name: 'm', sha256: rootDigest }],
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: { result: 'FINE' },
  });
  const material = { publicKey: { hint: fingerprintOf(privateKey) } };
  appendFileSync(
    join(folder, 'model.intoto.jsonl'),
    bundleText({ material, payload, signature: signPayload(privateKey, payload) }),
  );
  expect(await codes(folder)).toEqual(['attestation-invalid']);
});
