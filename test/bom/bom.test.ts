import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareBom } from '../../src/bom/compare.ts';
import { cyclonedxOf } from '../../src/bom/cyclonedx/emit.ts';
import { type SpecVersion, specVersions } from '../../src/bom/cyclonedx/types.ts';
import type { ModelFacts } from '../../src/bom/facts.ts';
import { readBom } from '../../src/bom/read-bom.ts';
import { spdxOf } from '../../src/bom/spdx/emit.ts';
import { schemaProblems } from '../../src/bom/validate.ts';
import { gatherFacts } from '../../src/node/bom/gather-facts.ts';
import { rules } from '../../src/rules/index.ts';
import { jsonText } from '../../src/scan/json-safe.ts';
import { ruleIndex } from '../../src/scan/reporters/wording.ts';
import { bundleText } from '../../src/sign/bundle.ts';
import { scanHere } from './scan-here.ts';
import { HOSTILE, writeFolder, zoo } from './zoo.ts';

const reference = {
  '1.6': new Validation.JsonStrictValidator(Spec.Version.v1dot6),
  '1.7': new Validation.JsonStrictValidator(Spec.Version.v1dot7),
};
const options = { timestamp: new Date('2026-01-02T03:04:05Z'), rules: ruleIndex(rules) };
let base = '';
const facts = new Map<string, ModelFacts>();

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'vouchsafe-bom-'));
  for (const [name, files] of Object.entries(zoo)) {
    const folder = writeFolder(join(base, name), files);
    facts.set(name, await gather(folder));
  }
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** The facts as any version of this program would state them. */
async function gather(path: string): Promise<ModelFacts> {
  const { facts } = await gatherFacts(path, { scanner: scanHere });
  return { ...facts, tool: { name: 'vouchsafe', version: '1.2.3' } };
}

const factsOf = (name: string): ModelFacts => facts.get(name) as ModelFacts;
const cyclonedx = (name: string, specVersion: SpecVersion = '1.6'): string =>
  jsonText(cyclonedxOf(factsOf(name), { ...options, specVersion }), 2);
const spdx = (name: string): string => jsonText(spdxOf(factsOf(name), options), 2);
type Loose = any; // oxlint-disable-line typescript/no-explicit-any -- what a test looks into
const parsed = (text: string): Loose => JSON.parse(text);

describe.each(Object.keys(zoo))('the bill of materials of %s', (name) => {
  test.each(specVersions)('is valid CycloneDX %s, also to the reference library', async (version) => {
    const text = cyclonedx(name, version);
    expect(await schemaProblems(JSON.parse(text), `CycloneDX ${version}`)).toEqual([]);
    expect(await reference[version].validate(text)).toBeNull();
  });

  test('is valid SPDX 3.0.1', async () => {
    expect(await schemaProblems(JSON.parse(spdx(name)), 'SPDX 3.0.1')).toEqual([]);
  });

  test('lists every file with the SHA-256 that it has, and refers only to what is in it', () => {
    const bom = parsed(cyclonedx(name));
    const files = bom.components.filter((one: { type: string }) => one.type === 'file');
    const digests = Object.values(zoo[name] ?? {}).map((content) => createHash('sha256').update(content).digest('hex'));
    expect(files.map((one: Loose) => one.hashes[0].content).sort()).toEqual(digests.sort());
    const text = JSON.stringify(bom);
    const refs = new Set([...text.matchAll(/"bom-ref":("(?:[^"\\]|\\.)*")/g)].map((match) => match[1]));
    for (const match of text.matchAll(/"ref":("(?:[^"\\]|\\.)*")/g)) expect(refs).toContain(match[1]);
  });

  test('agrees with the files that it lists', () => {
    expect(compareBom(readBom(parsed(cyclonedx(name)), 'x'), factsOf(name))).toEqual([]);
    expect(compareBom(readBom(parsed(spdx(name)), 'x'), factsOf(name))).toEqual([]);
  });

  test('holds no raw control or direction character', () => {
    for (const text of [cyclonedx(name), spdx(name)]) {
      // oxlint-disable-next-line no-control-regex -- controls are what must not be there
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    }
  });
});

test.each(['full', 'hostile'])('the bill of materials of %s is the same in another run', async (name) => {
  const again = await gather(join(base, name));
  expect(jsonText(cyclonedxOf(again, { ...options, specVersion: '1.6' }), 2)).toBe(cyclonedx(name));
  expect(jsonText(spdxOf(again, options), 2)).toBe(spdx(name));
});

describe('what the files say', () => {
  test('of a full model card, whole', () => {
    expect(cyclonedx('full')).toMatchSnapshot();
  });

  test('of a GGUF file', () => {
    const { name, statements, templates } = factsOf('gguf');
    expect(name.value).toBe('Tiny Q4');
    expect(statements.licences[0]?.value).toEqual({ name: 'MIT', kind: 'id' });
    expect(statements.baseModels[0]).toEqual({
      value: 'Base',
      origin: { file: 'tiny-Q4.gguf', pointer: '/general.base_model.0.name' },
    });
    expect(templates.map((one) => one.sha256)).toEqual([createHash('sha256').update('{{ messages }}').digest('hex')]);
    expect(factsOf('gguf').tensors.map((one) => one.parameters)).toEqual([4]);
  });

  test('of several licences, and of an expression', () => {
    expect(parsed(cyclonedx('several')).metadata.component.licenses).toEqual([
      { license: { id: 'MIT', acknowledgement: 'declared', url: 'https://example.org/l' } },
      { license: { id: 'GPL-3.0', acknowledgement: 'declared', url: 'https://example.org/l' } },
      { license: { name: 'my-licence', acknowledgement: 'declared', url: 'https://example.org/l' } },
    ]);
    expect(parsed(cyclonedx('expression')).metadata.component.licenses).toEqual([
      { expression: 'MIT OR Apache-2.0', acknowledgement: 'declared' },
    ]);
    expect(spdx('several')).toContain('LicenseRef-my-licence');
  });

  test.each(['bare', 'empty-card', 'card-without-front-matter'])('nothing is invented for %s', (name) => {
    const { component } = parsed(cyclonedx(name)).metadata;
    const allowed = ['type', 'bom-ref', 'name', 'hashes', 'properties'];
    expect(Object.keys(component).sort()).toEqual(allowed.sort());
    expect(component.name).toBe(name);
    const model = parsed(spdx(name))['@graph'].find((one: { type: string }) => one.type === 'ai_AIPackage');
    const fields = ['type', 'spdxId', 'creationInfo', 'name', 'software_primaryPurpose', 'verifiedUsing', 'extension'];
    expect(Object.keys(model).sort()).toEqual(fields.sort());
  });

  test('a placeholder of a card template is no statement', () => {
    expect(factsOf('full').statements.limitations.map((one) => one.value)).toEqual(['It makes things up.']);
  });

  test('a front matter that is no YAML, or expands without end, is a note and no statement', () => {
    for (const name of ['broken-yaml', 'alias-bomb']) {
      expect(factsOf(name).notes.join('\n')).toContain('front matter of README.md was not read');
      expect(factsOf(name).statements.licences).toEqual([]);
    }
  });

  test('a conversion record becomes a workflow from its sources to its outputs', () => {
    const [formula] = parsed(cyclonedx('converted')).formulation;
    const [workflow] = formula.workflows;
    expect(workflow.inputs[0].resource.externalReference).toMatchObject({ url: 'pytorch%20model%3A1.bin' });
    expect(workflow.outputs).toEqual([{ type: 'artifact', resource: { ref: 'file:model.safetensors' } }]);
    expect(parsed(cyclonedx('hostile')).formulation).toBeUndefined();
    const { conversion, ...others } = factsOf('converted');
    const never = { ...others, conversion: conversion && { ...conversion, createdAt: '2026-99-99T99:99:99Z' } };
    const text = jsonText(cyclonedxOf(never, { ...options, specVersion: '1.6' }), 2);
    expect(parsed(text).formulation[0].workflows[0].timeEnd).toBeUndefined();
  });

  test('findings are VEX: what acts when loaded is exploitable, with the rule and what to do', () => {
    const found = parsed(cyclonedx('hostile')).vulnerabilities;
    const exec = found.find((one: { id: string }) => one.id === 'config-target-exec');
    expect(exec.analysis.state).toBe('exploitable');
    expect(exec.affects).toEqual([{ ref: 'file:evil.json' }]);
    expect(exec.recommendation).toBe(rules.find((one) => one.id === 'config-target-exec')?.fix);
    expect(spdx('hostile')).toContain('security_VexAffectedVulnAssessmentRelationship');
  });

  test('an address that is no web address is not linked', () => {
    expect(cyclonedx('hostile')).not.toContain('javascript:');
    expect(cyclonedx('hostile')).toContain(JSON.stringify('\\u{202e}').slice(1, -1));
    expect(factsOf('hostile').statements.datasets[0]?.value).not.toContain(HOSTILE);
  });
});

test.skipIf(process.platform !== 'linux')(
  'paths are those below the folder, whatever bytes the names have',
  async () => {
    const folder = writeFolder(join(base, 'b\u00fccher \\xab'), {
      'a.json': '{}',
      'CONFIG.json': '{"model_type": "decoy"}',
    });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]), '{}');
    writeFileSync(join(folder, 'model.cdx.json'), '{}');
    writeFileSync(join(folder, 'config.json'), '{"model_type": "real"}');
    const { files, statements } = await gather(folder);
    expect(files.map((one) => one.path)).toEqual(['CONFIG.json', 'a.json', 'config.json', '\\xff']);
    expect(statements.architectureFamily?.value).toBe('real');
  },
);

test('a list that leaves a folder of version control out does not claim to be whole', async () => {
  const whole = factsOf('full');
  const left = { ...whole, isComplete: false };
  const bom = cyclonedxOf(left, { ...options, specVersion: '1.6' });
  expect(
    [cyclonedxOf(whole, { ...options, specVersion: '1.6' }), bom].map((one) => one.compositions?.[0]?.aggregate),
  ).toEqual(['complete', 'incomplete']);
  expect(await schemaProblems(parsed(jsonText(bom, 0)), 'CycloneDX 1.6')).toEqual([]);
  expect(await schemaProblems(parsed(jsonText(spdxOf(left, options), 0)), 'SPDX 3.0.1')).toEqual([]);
  const scanner: typeof scanHere = async (targets) => {
    const skipped = [{ path: '.git', reason: 'git-directory', detail: '3 files', files: 3 }] as const;
    return { ...(await scanHere(targets)), skipped };
  };
  expect((await gatherFacts(join(base, 'full'), { scanner })).facts.isComplete).toBe(false);
});

test('a file that appears after the scan is no part of a list', async () => {
  const folder = writeFolder(join(base, 'growing'), { 'a.json': '{}' });
  const scanner: typeof scanHere = async (targets) => {
    const made = await scanHere(targets);
    writeFileSync(join(folder, 'late.bin'), 'x');
    return made;
  };
  await expect(gatherFacts(folder, { scanner })).rejects.toMatchObject({ code: 'changed' });
});

describe('the root digest', () => {
  const signatureOf = (resources: { name: string; digest: string }[], how: object = {}): string => {
    const root = createHash('sha256')
      .update(Buffer.from(resources.map((one) => one.digest).join(''), 'hex'))
      .digest('hex');
    const serialization = {
      method: 'files',
      hash_type: 'sha256',
      allow_symlinks: false,
      ignore_paths: ['model.sig'],
      ...how,
    };
    const payload = Buffer.from(
      JSON.stringify({
        _type: 'https://in-toto.io/Statement/v1',
        subject: [{ name: 'm', digest: { sha256: root } }],
        predicateType: 'https://model_signing/signature/v1.0',
        predicate: {
          resources: resources.map((one) => ({ ...one, algorithm: serialization.hash_type })),
          serialization,
        },
      }),
    );
    return bundleText({ material: { publicKey: { hint: 'ab' } }, payload, signature: Buffer.from('x') });
  };
  const digest = (content: string): string => createHash('sha256').update(content).digest('hex');

  test('leaves out repository files and evidence (OMS §6.2), in code point order', () => {
    const { root, files } = factsOf('sharded');
    const covered = files.filter((one) => one.isCovered).map((one) => one.path);
    expect(covered).not.toContain('.gitattributes');
    const ordered = files.filter((one) => one.isCovered).toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const hash = createHash('sha256');
    for (const one of ordered) hash.update(one.sha256, 'hex');
    expect(root).toMatchObject({ sha256: hash.digest('hex'), source: 'computed' });
  });

  test('is the one that model.sig signs, while the files are the ones it signs', async () => {
    const folder = writeFolder(join(base, 'signed'), { 'a.json': '{}', 'b.json': '[]', 'new.json': '1' });
    const resources = [
      { name: 'a.json', digest: digest('{}') },
      { name: 'b.json', digest: digest('[]') },
    ];
    writeFileSync(join(folder, 'model.sig'), signatureOf(resources));
    const { facts: signed } = await gatherFacts(folder, { scanner: scanHere });
    expect(signed.root).toMatchObject({ source: 'signed', signature: 'model.sig' });
    expect(signed.files.map((one) => [one.path, one.isCovered])).toEqual([
      ['a.json', true],
      ['b.json', true],
      ['new.json', false],
    ]);
    writeFileSync(join(folder, 'b.json'), '[1]');
    await expect(gatherFacts(folder, { scanner: scanHere })).rejects.toMatchObject({ code: 'digest-mismatch' });
    writeFileSync(join(folder, 'model.sig'), '{"a": 1}');
    await expect(gatherFacts(folder, { scanner: scanHere })).rejects.toMatchObject({ code: 'signature-unreadable' });
  });

  test('is recomputed in the way of the signature, shards of another hash (OMS §6.3)', async () => {
    const folder = writeFolder(join(base, 'shards'), { 'a.bin': 'x'.repeat(20), 'b.json': '{}' });
    const blake = (text: string): string => createHash('blake2b512').update(text).digest('hex');
    const resources = [
      { name: 'a.bin:0:16', digest: blake('x'.repeat(16)) },
      { name: 'a.bin:16:20', digest: blake('xxxx') },
      { name: 'b.json:0:2', digest: blake('{}') },
    ];
    const how = { method: 'shards', hash_type: 'blake2b', shard_size: 16 };
    writeFileSync(join(folder, 'model.sig'), signatureOf(resources, how));
    expect((await gatherFacts(folder, { scanner: scanHere })).facts.root.source).toBe('signed');
    writeFileSync(join(folder, 'a.bin'), `${'x'.repeat(19)}y`);
    await expect(gatherFacts(folder, { scanner: scanHere })).rejects.toMatchObject({ code: 'digest-mismatch' });
  });

  test('of a single file, with evidence beside it', async () => {
    const folder = writeFolder(join(base, 'single'), { 'm.json': '{}' });
    const file = join(folder, 'm.json');
    const { facts: alone } = await gatherFacts(file, { scanner: scanHere });
    expect(alone.root.sha256).toBe(createHash('sha256').update(digest('{}'), 'hex').digest('hex'));
    writeFileSync(`${file}.sig`, signatureOf([{ name: 'm.json', digest: digest('{}') }]));
    writeFileSync(`${file}.conversion.json`, String(zoo['converted']?.['vouchsafe.conversion.json']));
    const { facts: evident } = await gatherFacts(file, { scanner: scanHere });
    expect([evident.root.source, evident.conversion?.file]).toEqual(['signed', 'm.json.conversion.json']);
  });
});

describe('a comparison', () => {
  test('names each file that is missing, new or changed, and counts that differ', async () => {
    const before = parsed(cyclonedx('gguf'));
    before.components[0].hashes[0].content = 'b'.repeat(64);
    before.components[0].properties.find((one: { name: string }) => one.name === 'vouchsafe:parameters').value = '5';
    before.components.push({ type: 'file', name: 'gone', hashes: [] });
    const codes = compareBom(readBom(before, 'x'), factsOf('gguf')).map((one) => one.code);
    expect(codes).toEqual(['file-differs', 'file-missing', 'count-differs']);
    const other = compareBom(readBom(parsed(cyclonedx('bare')), 'x'), factsOf('gguf')).map((one) => one.code);
    expect(other).toEqual(['root-digest-differs', 'file-missing', 'file-unlisted']);
  });

  /** Codes for the document of a zoo folder, changed; a change that names nothing changes nothing. */
  const codesOf = (name: string, change: (bom: Loose) => void): string[] => {
    const bom = parsed(cyclonedx(name));
    change(bom);
    return compareBom(readBom(bom, 'x'), factsOf(name)).map((one) => one.code);
  };
  const propertyOf = (component: Loose, name: string): Loose =>
    component.properties.find((one: { name: string }) => one.name === `vouchsafe:${name}`);

  test('finds a file that is listed twice, with two digests, or deep in another component', () => {
    const wrong = { alg: 'SHA-256', content: 'b'.repeat(64) };
    expect(codesOf('bare', (bom) => bom.components.unshift({ ...bom.components[0], hashes: [wrong] }))).toEqual([
      'file-differs',
      'file-listed-twice',
    ]);
    expect(codesOf('bare', (bom) => bom.components[0].hashes.push(wrong))).toEqual(['file-differs']);
    expect(codesOf('bare', (bom) => bom.metadata.component.hashes.push(wrong))).toEqual(['root-digest-differs']);
    const hidden = { type: 'library', name: 'x', components: [{ type: 'file', name: 'gone.bin', hashes: [wrong] }] };
    expect(codesOf('bare', (bom) => bom.components.push(hidden))).toEqual(['file-missing']);
    expect(codesOf('bare', (bom) => (bom.components[0].hashes[0].alg = 'SHA-512'))).toEqual(['file-without-digest']);
  });

  test('finds sizes, sums and verdicts that are made up', () => {
    expect(codesOf('bare', (bom) => (propertyOf(bom.components[0], 'size').value = '7'))).toEqual(['count-differs']);
    const sum = (bom: Loose): Loose => propertyOf(bom.metadata.component, 'parameters:safetensors');
    expect(codesOf('bare', (bom) => (sum(bom).value = '7000000000'))).toEqual(['count-differs']);
    const counted = { name: 'vouchsafe:parameters', value: '7000000000' };
    expect(codesOf('full', (bom) => bom.components[0].properties.push(counted))).toEqual(['count-differs']);
    expect(codesOf('hostile', (bom) => (propertyOf(bom.metadata.component, 'verdict').value = 'clean'))).toEqual([
      'verdict-differs',
    ]);
    expect(codesOf('bare', (bom) => (propertyOf(bom.metadata.component, 'verdict').value = 'malicious'))).toEqual([]);
  });

  test('tells a name from one that looks like it once its characters are spelled out', async () => {
    const folder = writeFolder(join(base, 'alike'), { 'a\u202eb.json': '{}', 'a\\u{202e}b.json': '[]' });
    const alike = await gather(folder);
    const bom = parsed(jsonText(cyclonedxOf(alike, { ...options, specVersion: '1.6' }), 2));
    expect(new Set(bom.components.map((one: { name: string }) => one.name)).size).toBe(2);
    expect(compareBom(readBom(bom, 'x'), alike)).toEqual([]);
    bom.components.pop();
    expect(compareBom(readBom(bom, 'x'), alike).map((one) => one.code)).toEqual(['file-unlisted']);
  });

  test('takes every model that an SPDX document has files of by its digest', () => {
    const document = parsed(spdx('bare'));
    const model = document['@graph'].find((one: { type: string }) => one.type === 'ai_AIPackage');
    model.verifiedUsing.push({ type: 'Hash', algorithm: 'sha256', hashValue: 'b'.repeat(64) });
    expect(compareBom(readBom(document, 'x'), factsOf('bare')).map((one) => one.code)).toEqual(['root-digest-differs']);
  });

  test('a document that breaks its schema is told so, and one of another kind refused', async () => {
    const broken = { ...parsed(cyclonedx('bare')), nonsense: 1 };
    expect(await schemaProblems(broken, 'CycloneDX 1.6')).toEqual([expect.stringContaining('nonsense')]);
    expect(await schemaProblems({ '@context': 'x', '@graph': [] }, 'SPDX 3.0.1')).not.toEqual([]);
    for (const one of [null, 3, [], {}, { bomFormat: 'CycloneDX', specVersion: '1.4' }]) {
      expect(() => readBom(one, 'x')).toThrow(expect.objectContaining({ code: 'not-a-bom' }));
    }
  });
});
