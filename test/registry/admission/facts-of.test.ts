import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Examined, factsOf } from '../../../src/registry/admission/facts-of.ts';
import { admissionFacts, MAX_LISTED, MAX_TEXT } from '../../../src/registry/admission/facts.ts';
import { examineFolder } from '../../../src/registry/pipeline/examine/examine-folder.ts';
import type { ArtifactReport, Finding } from '../../../src/scan/report.ts';
import { asm } from '../../build/pickle.ts';
import { safetensorsWith } from '../../build/tensors.ts';
import { torchZip } from '../../build/torch.ts';

const files: Readonly<Record<string, string | Uint8Array>> = {
  'model.safetensors': safetensorsWith(),
  'pytorch_model.bin': torchZip(),
  'bad.pkl': asm().proto(2).global('os', 'system').binunicode('id').tuple1().reduce().stop().bytes(),
  'config.json': '{"model_type":"bert","auto_map":{"AutoModel":"modeling.Model"}}',
  'modeling.py': 'class Model: pass\n',
  'README.md': '---\nlicense: apache-2.0\n---\n# A model\n',
};

describe('the facts of a version', () => {
  let folder: string;
  let base: Examined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vouchsafe-facts-'));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const wanted = { name: 'acme/model', number: 1, scanThreads: 1, tell: () => undefined };
    base = {
      ...(await examineFolder(folder, wanted)),
      model: { name: 'acme/model', classification: 'internal', tags: ['demo'], licence: null },
      source: { kind: 'upload' },
      signatures: null,
      conversion: null,
      examinedAtMs: 1_000_000,
    };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** As if the scan had found these files. */
  const found = (artifacts: readonly ArtifactReport[], over: Partial<Examined> = {}) =>
    factsOf({ ...base, report: { ...base.report, artifacts }, facts: { ...base.facts, findings: [] }, ...over });
  const artifact = (over: Partial<ArtifactReport>): ArtifactReport => {
    const [first] = base.report.artifacts;
    if (first === undefined) throw new Error('the scan found nothing');
    return { ...first, format: 'json', findings: [], ...over };
  };
  const finding = (over: Partial<Finding>): Finding => {
    const [first] = base.report.artifacts.flatMap(({ findings }) => findings);
    if (first === undefined) throw new Error('the scan found nothing bad');
    return { ...first, ...over };
  };

  it('tell what the files are, what was found in them, and what of them is code', () => {
    const facts = factsOf(base);
    expect(facts).toMatchObject({
      model: { name: 'acme/model', classification: 'internal', tags: ['demo'] },
      verdict: 'malicious',
      examinedAtMs: 1_000_000,
      files: 6,
      largest: { path: 'pytorch_model.bin' },
      licences: { items: [{ name: 'Apache-2.0', kind: 'id', origin: 'README.md' }], total: 1 },
      code: { python: { items: ['modeling.py'], total: 1 }, remote: { items: ['config.json'], total: 1 } },
      signatures: null,
      conversion: { needed: { items: ['bad.pkl', 'pytorch_model.bin'], total: 2 }, refused: null },
    });
    const sizes = Object.values(files).map((content) => Buffer.from(content).length);
    expect(facts.bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(facts.formats?.items.map(({ id }) => id)).toContain('safetensors');
    expect(facts.findings?.items[0]).toMatchObject({ severity: 'critical', example: 'bad.pkl' });
    expect(() => admissionFacts.parse(facts)).not.toThrow();
  });

  it('count the same finding of many files once, the worst first, and none that was accepted', () => {
    const accepted = { suppressed: { reason: 'known', by: 'policy' as const } };
    const facts = found([
      artifact({ path: 'a', findings: [finding({ ruleId: 'mild', severity: 'low' })] }),
      artifact({ path: 'b', findings: [finding({ ruleId: 'bad', severity: 'critical' })] }),
      artifact({ path: 'c', findings: [finding({ ruleId: 'bad', severity: 'critical' })] }),
      artifact({ path: 'd', findings: [finding({ ruleId: 'fine', severity: 'critical', ...accepted })] }),
    ]);
    expect(facts.findings).toMatchObject({
      items: [
        { ruleId: 'bad', severity: 'critical', count: 2 },
        { ruleId: 'mild', severity: 'low', count: 1 },
      ],
      total: 2,
    });
  });

  it('take the worse verdict of the scan and of what the files say', () => {
    const clean = { ...base.report, verdict: 'clean' as const };
    expect(factsOf({ ...base, report: clean }).verdict).toBe('malicious');
    expect(factsOf({ ...base, facts: { ...base.facts, verdict: 'clean' } }).verdict).toBe('malicious');
  });

  it('stay small, say how much was cut, and keep what matters most', () => {
    const long = `${'x'.repeat(2000)}.py`;
    const many = Array.from({ length: MAX_LISTED + 5 }, (_, n) =>
      artifact({ path: `${n}-${long}`, findings: [finding({ ruleId: `rule-${n}`, severity: 'low' })] }),
    );
    const worst = artifact({ path: 'last', findings: [finding({ ruleId: 'bad', severity: 'critical' })] });
    const facts = found([...many, worst]);
    expect(facts.code?.python).toMatchObject({ items: { length: MAX_LISTED }, total: MAX_LISTED + 5 });
    expect(facts.findings).toMatchObject({ items: { length: MAX_LISTED }, total: MAX_LISTED + 6 });
    expect(facts.findings?.items[0]?.ruleId).toBe('bad');
    expect(facts.code?.python.items.every((one) => one.length <= MAX_TEXT)).toBe(true);
    expect(() => admissionFacts.parse(facts)).not.toThrow();
  });

  it('show what hides in names', () => {
    const facts = found([artifact({ path: 'a\u202Etxt.py', size: 5 })]);
    expect(facts.code?.python.items[0]).not.toContain('\u202E');
    expect(facts.largest?.path).not.toContain('\u202E');
  });

  it('have what its owner says of the licence beside what the files say', () => {
    const facts = factsOf({ ...base, model: { ...base.model, licence: 'MIT' } });
    expect(facts.licences?.items).toMatchObject([
      { name: 'MIT', origin: 'owner' },
      { name: 'Apache-2.0', origin: 'README.md' },
    ]);
    expect(facts.licences?.total).toBe(2);
  });

  it('hold a signer whose name does not fit for not verified, and drop what a verification says beside', () => {
    const fingerprint = 'ab'.repeat(32);
    const signers = [
      { method: 'key' as const, fingerprint, beside: 1 },
      { method: 'keyless' as const, identity: 'x'.repeat(MAX_TEXT + 1), issuer: 'https://issuer.example.org' },
    ];
    const { signatures } = factsOf({ ...base, signatures: { signers, unverified: ['why'] } });
    expect(signatures).toEqual({
      signers: { items: [{ method: 'key', fingerprint }], total: 1 },
      unverified: { items: ['why', 'the name of a signer is too long'], total: 2 },
    });
  });

  it('tell that nothing was tried from that nothing was refused', () => {
    expect(factsOf({ ...base, conversion: { refused: [] } }).conversion?.refused).toEqual({ items: [], total: 0 });
    const refused = ['bad.pkl: no tensors'];
    expect(factsOf({ ...base, conversion: { refused } }).conversion?.refused).toEqual({ items: refused, total: 1 });
  });

  it('say from where it came, cut to size', () => {
    const endpoint = 'https://hub.example.org';
    const source = { kind: 'hub' as const, endpoint, repository: 'r'.repeat(400), revision: 'a'.repeat(40) };
    const facts = factsOf({ ...base, source });
    expect(facts.source).toMatchObject({ kind: 'hub', endpoint });
    expect(JSON.stringify(facts.source).length).toBeLessThan(500);
  });
});
