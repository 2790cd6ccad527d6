import { createHash, createPrivateKey, sign } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderAssuranceHtml } from '../../src/assurance/html/page.ts';
import { assuranceSchema, type AssuranceReport } from '../../src/assurance/schema.ts';
import { cyclonedxOf } from '../../src/bom/cyclonedx/emit.ts';
import { gatherAssurance } from '../../src/node/assurance/gather-assurance.ts';
import { findBrowser, printPdf } from '../../src/node/assurance/print-pdf.ts';
import { gatherFacts } from '../../src/node/bom/gather-facts.ts';
import { sha256Text } from '../../src/node/digest.ts';
import { discardUnfinished } from '../../src/node/output-file.ts';
import { bundleText } from '../../src/sign/bundle.ts';
import { IN_TOTO_PAYLOAD_TYPE, preAuthEncoding } from '../../src/sign/dsse.ts';
import { fingerprintOf, newKeyPair, readPublicKey } from '../../src/sign/keys.ts';
import { parseSigningPolicy } from '../../src/sign/policy.ts';
import type { Trust } from '../../src/sign/verify-bundle.ts';
import { scanHere } from '../bom/scan-here.ts';
import { type ModelFolder, writeFolder, zoo } from '../bom/zoo.ts';

const now = new Date('2026-01-02T03:04:05Z');
const pair = newKeyPair('P-256');
const publicKey = readPublicKey(pair.publicPem);
const trust: Trust = { publicKeys: [publicKey], certificateRoots: [], identities: [], trustedRoot: null, now };
let base = '';
let hostile: AssuranceReport;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'vouchsafe-report-'));
  hostile = await report(writeFolder(join(base, 'hostile'), folderOf('hostile')));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A folder of the zoo. */
function folderOf(name: string): ModelFolder {
  const folder = zoo[name];
  if (folder === undefined) throw new Error(`the zoo has no ${name}`);
  return folder;
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

function bundleOf(predicateType: string, predicate: unknown, root: string): string {
  const subject = [{ name: 'm', digest: { sha256: root } }];
  const payload = Buffer.from(
    JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate }),
  );
  const material = { publicKey: { hint: fingerprintOf(publicKey) } };
  const signed = preAuthEncoding(IN_TOTO_PAYLOAD_TYPE, payload);
  return bundleText({ material, payload, signature: sign('sha256', signed, createPrivateKey(pair.privatePem)) });
}

/** Writes a folder and signs it, as OMS has it. */
function signedFolder(name: string, files: ModelFolder): { folder: string; root: string } {
  const folder = writeFolder(join(base, name), files);
  const resources = Object.entries(files)
    .map(([path, content]) => ({ name: path, digest: sha256(content), algorithm: 'sha256' }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const root = sha256(Buffer.from(resources.map(({ digest }) => digest).join(''), 'hex'));
  const serialization = { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: ['model.sig'] };
  const text = bundleOf('https://model_signing/signature/v1.0', { resources, serialization }, root);
  writeFileSync(join(folder, 'model.sig'), text);
  return { folder, root };
}

const report = (folder: string, who: Trust | null = null): Promise<AssuranceReport> =>
  gatherAssurance(folder, {
    trust: who === null ? undefined : { trust: who, policy: null },
    now,
    scanner: scanHere,
  });
const codes = (made: AssuranceReport, weight: string): string[] =>
  made.reasons.filter((one) => one.weight === weight).map((one) => one.code);
const html = (made: AssuranceReport): string => renderAssuranceHtml(made, sha256Text);

describe('the answer', () => {
  test('is yes for a clean model, signed by somebody who is trusted, with a licence', async () => {
    const { folder } = signedFolder('good', folderOf('full'));
    const made = await report(folder, trust);
    expect(made.answer).toBe('yes');
    expect(codes(made, 'supports')).toEqual(['clean', 'signed', 'licence']);
    expect(made.evidence[0]).toMatchObject({ state: 'verified', file: 'model.sig' });
    expect(made.files.every((one) => one.signed === true && one.accountedBytes === one.size)).toBe(true);
  });

  test('is conditional when nobody was named to trust, or another key', async () => {
    const { folder } = signedFolder('unknown-signer', folderOf('full'));
    const made = await report(folder);
    expect(made.answer).toBe('conditionally');
    expect(codes(made, 'open')).toEqual(['signature-unverified']);
    expect(made.evidence[0]?.state).toBe('not-verified');
    const other = { ...trust, publicKeys: [readPublicKey(newKeyPair('P-256').publicPem)] };
    const refused = await report(folder, other);
    expect(refused.answer).toBe('no');
    expect(refused.reasons[0]?.text).toMatch(/^The signature was not accepted: it is by somebody you did not name \(/);
    expect(codes(refused, 'blocks')).toEqual(['signature-invalid']);
  });

  test('is conditional without a signature or licence', async () => {
    const made = await report(writeFolder(join(base, 'bare'), folderOf('bare')));
    expect(made.answer).toBe('conditionally');
    expect(codes(made, 'open')).toEqual(['unsigned', 'licence-missing']);
    expect(made.open.map((one) => one.code)).toEqual(
      expect.arrayContaining(['unsigned', 'licence-missing', 'datasets-missing', 'bom-missing']),
    );
  });

  test('is conditional when a file was added after signing, and no when one was changed', async () => {
    const { folder } = signedFolder('tampered', folderOf('full'));
    writeFileSync(join(folder, 'added.json'), '{}');
    const added = await report(folder, trust);
    expect(added.answer).toBe('conditionally');
    expect(codes(added, 'open')).toEqual(['unsigned-files']);
    writeFileSync(join(folder, 'config.json'), '{"a": 1}');
    const changed = await report(folder, trust);
    expect(changed.answer).toBe('no');
    expect(codes(changed, 'blocks')).toEqual(['digest-mismatch']);
  });

  test('is no for a folder with the signature of one file in it that does not record its name (OMS §6.1.2)', async () => {
    const files = { ...folderOf('full'), LICENSE: 'text' };
    const folder = writeFolder(join(base, 'nameless'), files);
    const resources = [{ name: '.', digest: sha256('text'), algorithm: 'sha256' }];
    const root = sha256(Buffer.from(sha256('text'), 'hex'));
    const serialization = { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: [] };
    const text = bundleOf('https://model_signing/signature/v1.0', { resources, serialization }, root);
    writeFileSync(join(folder, 'model.sig'), text);
    const made = await report(folder, trust);
    expect(made.answer).toBe('no');
    expect(codes(made, 'blocks')).toEqual(['digest-mismatch']);
    writeFileSync(join(folder, 'LICENSE.sig'), text);
    expect(codes(await report(join(folder, 'LICENSE'), trust), 'supports')).toContain('signed');
  });

  test.skipIf(process.platform === 'win32')(
    'is not yet when a signed file became a link, which verify refuses too (OMS §6.1.1)',
    async () => {
      const { folder } = signedFolder('linked', folderOf('full'));
      writeFileSync(join(base, 'outside.json'), folderOf('full')['config.json'] ?? '');
      rmSync(join(folder, 'config.json'));
      symlinkSync(join(base, 'outside.json'), join(folder, 'config.json'));
      const made = await report(folder, trust);
      expect([made.answer, codes(made, 'undecided')]).toEqual(['not-yet', ['symlink-refused']]);
    },
  );

  test.skipIf(process.platform === 'win32')('is not yet when evidence is there that cannot be read', async () => {
    const { folder } = signedFolder('unreadable', folderOf('full'));
    mkdirSync(join(folder, 'model.intoto.jsonl'));
    expect(codes(await report(folder, trust), 'undecided')).toEqual(['file-unreadable']);
    const file = join(writeFolder(join(base, 'loops'), { 'm.json': '{}' }), 'm.json');
    symlinkSync('m.json.sig', `${file}.sig`);
    expect(codes(await report(file), 'undecided')).toEqual(['file-unreadable']);
  });

  test('a name to which no ending can be added is no error', async () => {
    const name = `${'m'.repeat(250)}.json`;
    const folder = writeFolder(join(base, 'long'), { [name]: '{}' });
    expect((await report(join(folder, name))).answer).toBe('conditionally');
  });

  test('does not call a model harmless in which somebody accepted what acts', async () => {
    const suppressed = { by: 'policy', reason: 'known' } as const;
    const accepting: typeof scanHere = async (targets) => {
      const made = await scanHere(targets);
      const artifacts = made.artifacts.map((one) => ({
        ...one,
        verdict: 'clean' as const,
        findings: one.findings.map((finding) => ({ ...finding, suppressed })),
      }));
      return { ...made, artifacts };
    };
    const made = await gatherAssurance(join(base, 'hostile'), { now, scanner: accepting });
    expect(made.answer).toBe('conditionally');
    const texts = made.reasons.map((one) => one.text).join(' ');
    expect(texts).toContain('among them something that acts when the model is loaded');
    expect(texts).toContain('nothing but what was accepted was found');
  });

  test('is not yet with a folder of version control, which nobody looked into and which can hold programs', async () => {
    const folder = writeFolder(join(base, 'git'), folderOf('full'));
    const skipping: typeof scanHere = async (targets) => {
      const made = await scanHere(targets);
      const detail = '3 files of a git repository';
      const skipped = [{ path: `${folder}/.git`, reason: 'git-directory', detail, files: 3 }] as const;
      return { ...made, skipped, summary: { ...made.summary, skippedFiles: 3 } };
    };
    const made = await gatherAssurance(folder, { now, scanner: skipping });
    expect(codes(made, 'undecided')).toEqual(['not-examined']);
    expect(made.open[0]).toMatchObject({ code: 'not-examined', todo: expect.stringContaining('--include-git') });
  });

  test('is no for what acts when it is loaded', () => {
    const made = hostile;
    expect(made.answer).toBe('no');
    expect(codes(made, 'blocks')).toEqual(['malicious']);
    expect(made.findings[0]).toMatchObject({ severity: 'critical', accepted: null });
    expect(made.findings[0]?.why).not.toBeNull();
  });

  test('is not yet for what was not understood, encrypted files among it', async () => {
    const sealed = 'age-encryption.org/v1\n-> X25519 abc\nxyz\n-> mlkem768x25519 abc\nxyz\n--- mac\n\u0001\u0002';
    const made = await report(writeFolder(join(base, 'sealed'), { 'a.json': '{}', 'w.safetensors.age': sealed }));
    expect(made.answer).toBe('not-yet');
    expect(made.sealed).toEqual([{ path: 'w.safetensors.age', recipients: ['X25519', 'mlkem768x25519'] }]);
    expect(codes(made, 'undecided')).toContain('sealed');
  });
});

describe('evidence', () => {
  test('attestations are checked one by one: signature, subject, kind', async () => {
    const { folder, root } = signedFolder('attested', folderOf('full'));
    const good = bundleOf('https://example.org/claim', {}, root);
    const other = bundleOf('https://example.org/claim', {}, 'a'.repeat(64));
    writeFileSync(join(folder, 'model.intoto.jsonl'), [good, other, '{"no": "bundle"}', ''].join('\n'));
    const made = await report(folder, trust);
    expect(made.evidence.slice(1).map((one) => one.state)).toEqual(['verified', 'invalid', 'invalid']);
    expect(codes(made, 'undecided')).toEqual(['evidence-invalid', 'evidence-invalid']);
  });

  test('a bill of materials is compared with the files', async () => {
    const folder = writeFolder(join(base, 'listed'), folderOf('full'));
    const { facts } = await gatherFacts(folder, { scanner: scanHere });
    const bom = cyclonedxOf(facts, { specVersion: '1.6', timestamp: now, rules: new Map() });
    writeFileSync(join(folder, 'model.cdx.json'), JSON.stringify(bom));
    expect((await report(folder)).evidence).toEqual([expect.objectContaining({ state: 'not-verified' })]);
    writeFileSync(join(folder, 'config.json'), '{}');
    const detail = 'it is about other files: its root digest is another one';
    expect((await report(folder)).evidence).toEqual([expect.objectContaining({ state: 'invalid', detail })]);
    writeFileSync(join(folder, 'model.cdx.json'), 'no json');
    expect((await report(folder)).evidence).toEqual([expect.objectContaining({ state: 'invalid' })]);
  });

  test('a bill of materials that somebody trusted attested, word for word, is verified', async () => {
    const { folder, root } = signedFolder('attested-bom', folderOf('full'));
    const { facts } = await gatherFacts(folder, { scanner: scanHere });
    const bom = cyclonedxOf(facts, { specVersion: '1.6', timestamp: now, rules: new Map() });
    const text = JSON.stringify(bom);
    writeFileSync(join(folder, 'model.cdx.json'), text);
    writeFileSync(join(folder, 'model.intoto.jsonl'), bundleOf('https://cyclonedx.org/bom', JSON.parse(text), root));
    const stateOf = async (): Promise<string | undefined> => (await report(folder, trust)).evidence.at(-1)?.state;
    expect(await stateOf()).toBe('verified');
    writeFileSync(join(folder, 'model.cdx.json'), text.replace('Tiny', 'Tony'));
    expect(await stateOf()).toBe('not-verified');
  });

  test('an attested scan that failed is told, and a policy that asks for a passed one is not met', async () => {
    const { folder, root } = signedFolder('failed-scan', folderOf('full'));
    const configuration = [
      { annotations: { kind: 'scan', tool: 'vouchsafe', toolVersion: '0.1.0', startedAt: now.toISOString() } },
    ];
    const predicate = { result: 'FAILED', configuration, failedTests: ['pickle-dangerous-import'] };
    const type = 'https://in-toto.io/attestation/test-result/v0.1';
    writeFileSync(join(folder, 'model.intoto.jsonl'), bundleOf(type, predicate, root));
    const policy = parseSigningPolicy(
      `signers:\n- {name: release, key: {fingerprint: ${fingerprintOf(publicKey)}}}\nattestations:\n- {type: scan}\n`,
      'policy.yaml',
    );
    const files = { keys: new Map(), roots: new Map() };
    const loaded = { trust, policy: { policy, files } };
    const made = await gatherAssurance(folder, { trust: loaded, now, scanner: scanHere });
    expect(codes(made, 'undecided')).toEqual(['attested-failure']);
    expect(codes(made, 'blocks')).toEqual(['policy-unmet']);
    const passed = { ...predicate, result: 'PASSED', failedTests: [] };
    writeFileSync(join(folder, 'model.intoto.jsonl'), bundleOf(type, passed, root));
    const met = await gatherAssurance(folder, { trust: loaded, now, scanner: scanHere });
    expect(codes(met, 'supports')).toContain('policy-met');
    expect(met.evidence[0]?.signer).toMatch(/^release: key /);
  });

  test('a cleaning record is shown, and one of another shape is not', async () => {
    const change = { place: '/chat_template', rules: ['jinja-ssti'], was: '<script>', did: 'removed' };
    const recordOf = (sha256: string): string => {
      const file = { path: 'src/a.json', status: 'cleaned', after: { size: 2, sha256 }, changes: [change] };
      return JSON.stringify({ tool: { name: 'vouchsafe', version: '0.1.0' }, files: [file] });
    };
    const folder = writeFolder(join(base, 'cleaned'), {
      'a.json': '{}',
      'vouchsafe.cleaning.json': recordOf(sha256('{}')),
    });
    const made = await report(folder);
    expect(made.cleaning?.changes).toEqual([
      { path: 'src/a.json', place: '/chat_template', was: '<script>', did: 'removed' },
    ]);
    expect(made.cleaning?.files).toEqual([expect.objectContaining({ state: 'same' })]);
    expect(codes(made, 'supports')).toContain('cleaned');
    expect(html(made)).toContain('<code>&lt;script&gt;</code>');
    writeFileSync(join(folder, 'vouchsafe.cleaning.json'), recordOf('a'.repeat(64)));
    expect(codes(await report(folder), 'undecided')).toEqual(['cleaning-differs']);
    writeFileSync(join(folder, 'vouchsafe.cleaning.json'), '[1]');
    expect((await report(folder)).cleaning).toBeNull();
    rmSync(join(folder, 'vouchsafe.cleaning.json'));
    writeFileSync(`${folder}.cleaning.json`, recordOf(sha256('{}')));
    expect((await report(folder)).cleaning?.file).toBe('../cleaned.cleaning.json');
  });

  test('a conversion record is compared with the files that it says were written', async () => {
    const folder = writeFolder(join(base, 'converted'), folderOf('converted'));
    const file = join(folder, 'vouchsafe.conversion.json');
    const record = JSON.parse(String(zoo['converted']?.['vouchsafe.conversion.json']));
    expect((await report(folder)).conversion?.outputs).toEqual([expect.objectContaining({ state: 'differs' })]);
    record.outputs[0].size = folderOf('converted')['model.safetensors']?.length;
    writeFileSync(file, JSON.stringify(record));
    expect((await report(folder)).conversion?.outputs).toEqual([expect.objectContaining({ state: 'no-digest' })]);
    record.outputs[0].sha256 = 'b'.repeat(64);
    record.refused = [{}];
    writeFileSync(file, JSON.stringify(record));
    expect(codes(await report(folder), 'undecided')).toEqual(['conversion-differs', 'conversion-partial']);
    writeFileSync(file, '[1]');
    expect((await report(folder)).open.map((one) => one.code)).toContain('not-read');
  });
});

describe('the page', () => {
  test('is the same for the same folder, and keeps to its schema', async () => {
    const { folder } = signedFolder('stable', folderOf('full'));
    const [one, two] = [await report(folder, trust), await report(folder, trust)];
    expect(html(one)).toBe(html(two));
    expect(assuranceSchema.parse(structuredClone(one))).toEqual(one);
    const ids = ['answer', 'open', 'findings', 'evidence', 'changes', 'bom', 'sealed', 'files', 'again'];
    for (const id of ids) expect(html(one)).toContain(` id="${id}"`);
    expect(html(one)).toContain('measured now');
    expect(html(one)).toContain('stated by a file');
  });

  test('shows hostile names and texts, and obeys none of them (CVE-2021-42574 among them)', () => {
    const page = html(hostile);
    const [head = '', body = ''] = page.split('</style>');
    expect(head).toContain("default-src 'none'; style-src 'sha256-");
    expect(body).not.toMatch(/<script|<img|<b>\s*"|javascript:|onerror=/i);
    expect(body).toContain('&lt;script&gt;alert(1)&lt;');
    // oxlint-disable-next-line no-control-regex -- controls are what must not be there
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
    expect(page).not.toMatch(/\s(?:style|on\w+)=/);
    for (const [, attribute = ''] of body.matchAll(/(?:href|src)="([^"]*)"/g)) {
      expect(attribute).toMatch(
        /^(?:#[a-z]+|https:\/\/(?:cwe\.mitre\.org|nvd\.nist\.gov|github\.com|atlas\.mitre\.org)\/.*)$/,
      );
    }
  });

  test('every element that is opened is closed, whatever the names', () => {
    const page = html(hostile);
    const open: string[] = [];
    for (const [, slash, tag = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
      if (['meta', 'br'].includes(tag)) continue;
      if (slash === '') open.push(tag);
      else expect(open.pop()).toBe(tag);
    }
    expect(open).toEqual([]);
  });
});

/** Relative luminance and contrast, WCAG 2.1 §1.4.3. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const parts = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => Number(part) / 255);
    const [r = 0, g = 0, b = 0] = parts.map((part) =>
      part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe('the page in a real browser', () => {
  test.skipIf(browser() === null)('asks for nothing, runs nothing, fits a phone, and is readable', async () => {
    const { chromium } = await import('playwright-core');
    const file = join(base, 'page.html');
    writeFileSync(file, html(hostile));
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const started = await chromium.launch({ executablePath: browser() ?? '', args });
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await started.newContext({ viewport: { width: 390, height: 800 }, colorScheme });
        const page = await context.newPage();
        const asked: string[] = [];
        const said: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        page.on('console', (message) => said.push(message.text()));
        page.on('dialog', (dialog) => void dialog.dismiss().then(() => said.push('dialog')));
        await page.goto(pathToFileURL(file).href);
        expect(asked).toEqual([pathToFileURL(file).href]);
        expect(said).toEqual([]);
        const seen = await page.evaluate(LOOK);
        expect(seen.width).toBeLessThanOrEqual(390);
        expect(seen.scripts).toBe(0);
        expect(seen.colours.length).toBeGreaterThan(50);
        for (const { text, colour, behind } of seen.colours) {
          expect(contrast(colour, behind), `${text}: ${colour} on ${behind}`).toBeGreaterThanOrEqual(4.5);
        }
        await context.close();
      }
    } finally {
      await started.close();
    }
  });
});

/** Run in the page: its width, its scripts, and the colours of everything that has text of its own. */
const LOOK = `(() => {
  const opaque = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$|^transparent$/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const own = [...document.querySelectorAll('main *')].filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''));
  return {
    width: document.documentElement.scrollWidth,
    scripts: document.scripts.length,
    colours: own.map((one) => ({ text: one.textContent.slice(0, 30), colour: getComputedStyle(one).color, behind: opaque(one) })),
  };
})()` as unknown as () => {
  width: number;
  scripts: number;
  colours: { text: string; colour: string; behind: string }[];
};

function browser(): string | null {
  try {
    return findBrowser();
  } catch {
    return null;
  }
}

describe('the PDF', () => {
  test.skipIf(browser() === null)('is made by a browser of this machine, which leaves nothing behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('vouchsafe-print-'));
    const bytes = await printPdf('<!doctype html><h1>Report</h1>');
    expect(Buffer.from(bytes.subarray(0, 5)).toString()).toBe('%PDF-');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('vouchsafe-print-'))).toEqual(before);
  });

  test('without a browser is an error that says what to do', async () => {
    await expect(printPdf('x', { browser: join(base, 'none') })).rejects.toMatchObject({ code: 'browser-missing' });
  });

  test.skipIf(process.platform === 'win32')('by a program that makes none, or never ends, is an error', async () => {
    const script = (name: string, text: string): string => {
      writeFileSync(join(base, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      return join(base, name);
    };
    const failing = script('failing', 'echo "no display" >&2; exit 1');
    await expect(printPdf('x', { browser: failing })).rejects.toMatchObject({ code: 'browser-failed' });
    const stuck = script('stuck', 'sleep 600');
    await expect(printPdf('x', { browser: stuck, maxSeconds: 0.2 })).rejects.toMatchObject({ code: 'browser-timeout' });
    // A process that left the group holds its standard error open; it ends by itself here.
    const leaving = script('leaving', 'setsid sleep 20 & echo "no display" >&2; exit 1');
    await expect(printPdf('x', { browser: leaving, maxSeconds: 10 })).rejects.toMatchObject({ code: 'browser-failed' });
  });

  test.skipIf(process.platform === 'win32')('leaves no folder and no browser behind when it has to end', async () => {
    const script = join(base, 'waiting');
    writeFileSync(script, `#!/bin/sh\necho $$ > ${join(base, 'pid')}\nsleep 600\n`, { mode: 0o755 });
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('vouchsafe-print-'));
    const printing = printPdf('x', { browser: script, maxSeconds: 30 }).catch((error: unknown) => error);
    await expect
      .poll(() => existsSync(join(base, 'pid')) && readFileSync(join(base, 'pid'), 'utf8'))
      .toMatch(/^\d+\n$/);
    discardUnfinished();
    expect(await printing).toMatchObject({ code: 'browser-failed' });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('vouchsafe-print-'))).toEqual(before);
    expect(() => process.kill(Number(readFileSync(join(base, 'pid'), 'utf8')), 0)).toThrow('ESRCH');
  });
});
