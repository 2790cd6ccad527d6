import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assuranceSchema } from '../../src/assurance/schema.ts';
import { writeFolder, zoo } from '../bom/zoo.ts';

/** Runs the built command line, as users do; `npm test` builds it first. */
const launcher = join(import.meta.dirname, '../../bin/vouchsafe.js');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-bom-cli-'));
  for (const name of ['full', 'hostile']) writeFolder(join(folder, name), zoo[name] ?? {});
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], env: Record<string, string> = {}): SpawnSyncReturns<string> {
  const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1', ...env } };
  return spawnSync(process.execPath, [launcher, ...args], { ...options, encoding: 'utf8' });
}

describe('vouchsafe bom', () => {
  test('writes a document that depends on the files and SOURCE_DATE_EPOCH alone, and checks it', () => {
    const env = { SOURCE_DATE_EPOCH: '1000000000' };
    const first = run(['bom', 'full'], env);
    expect(first.status).toBe(0);
    expect(JSON.parse(first.stdout).metadata.timestamp).toBe('2001-09-09T01:46:40Z');
    expect(run(['bom', 'full', '--jobs', '1'], env).stdout).toBe(first.stdout);
    expect(run(['bom', 'full', '-o', 'full/model.cdx.json'], env).status).toBe(0);
    expect(readFileSync(join(folder, 'full/model.cdx.json'), 'utf8')).toBe(first.stdout);
    expect(run(['bom', '--check', 'full/model.cdx.json', 'full']).status).toBe(0);
    writeFileSync(join(folder, 'full/new.json'), '{}');
    const differing = run(['bom', 'full', '--check', 'full/model.cdx.json', '--json']);
    expect(differing.status).toBe(1);
    const found = JSON.parse(differing.stdout).differences.map((one: { code: string }) => one.code);
    expect(found).toEqual(['root-digest-differs', 'file-unlisted']);
    rmSync(join(folder, 'full/new.json'));
  });

  test('writes SPDX by the ending of the file', () => {
    expect(run(['bom', 'hostile', '-o', 'h.spdx.json']).status).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'h.spdx.json'), 'utf8'))['@graph'][0].specVersion).toBe('3.0.1');
  });

  test.each([
    [['bom'], 2, 'name a model file or folder'],
    [['bom', 'gone'], 2, 'no such file or directory'],
    [['bom', 'full', '-o', 'full/other.json'], 2, 'would become a part of the model'],
    [['bom', '--check', 'full/README.md'], 1, 'is no bill of materials'],
    [['bom', '--check', 'full/config.json'], 1, 'is no bill of materials'],
    [['bom', 'full', '--spec-version', '1.4'], 2, 'Allowed choices'],
  ])('%j fails with %d', (args, status, text) => {
    const result = run(args);
    expect(result.stderr).toContain(text);
    expect(result.status).toBe(status);
    expect(readdirSync(join(folder, 'full'))).not.toContain('other.json');
  });

  test.skipIf(process.platform === 'win32')(
    'writes through no link of the model, over no model and no signature',
    () => {
      writeFolder(join(folder, 'linked'), { 'a.json': '{}' });
      writeFileSync(join(folder, 'precious'), 'precious');
      symlinkSync('../precious', join(folder, 'linked/model.cdx.json'));
      const through = run(['bom', 'linked', '-o', 'linked/model.cdx.json']);
      expect([through.status, readFileSync(join(folder, 'precious'), 'utf8')]).toEqual([2, 'precious']);
      symlinkSync('linked/a.json', join(folder, 'link.json'));
      writeFileSync(join(folder, 'link.json.sig'), 'a signature');
      for (const place of ['linked/a.json', 'link.json.sig']) {
        const { status, stderr } = run(['bom', 'link.json', '-o', place]);
        expect([status, stderr]).toEqual([2, expect.stringContaining('would become a part of the model')]);
      }
      expect(readFileSync(join(folder, 'linked/a.json'), 'utf8')).toBe('{}');
    },
  );

  test('refuses an epoch that is none', () => {
    expect(run(['bom', 'full'], { SOURCE_DATE_EPOCH: 'yesterday' }).status).toBe(2);
  });
});

describe('vouchsafe report', () => {
  test('answers in words, and in JSON that keeps to its schema', () => {
    const { stdout, status } = run(['report', 'hostile']);
    expect(stdout).toContain('May this model be used? No');
    expect(status).toBe(1);
    const made = assuranceSchema.parse(JSON.parse(run(['report', 'full', '-f', 'json']).stdout));
    expect(made.answer).toBe('conditionally');
  });

  test('takes no key and no policy that came with the model', () => {
    writeFolder(join(folder, 'judging'), { 'a.json': '{}', 'key.pub': 'x', 'policy.yaml': '{}' });
    for (const args of [
      ['--public-key', 'judging/key.pub'],
      ['--policy', 'judging/policy.yaml'],
      ['--scan-policy', './judging/../judging/policy.yaml'],
    ]) {
      const { status, stderr } = run(['report', 'judging', ...args]);
      expect([status, stderr]).toEqual([2, expect.stringContaining('came with the model')]);
    }
    const twice = run(['report', 'judging', '-o', 'x.html', '--pdf', 'x.html']);
    expect([twice.status, twice.stderr]).toEqual([2, expect.stringContaining('both name')]);
  });

  test('writes nothing into the model, and nothing at all when the PDF cannot be made', () => {
    expect(run(['report', 'full', '-o', 'full/report.html']).status).toBe(2);
    const { status, stderr } = run(['report', 'full', '-o', 'r.html', '--pdf', 'r.pdf', '--browser', 'none']);
    expect([status, stderr.includes('no browser was found')]).toEqual([2, true]);
    expect([existsSync(join(folder, 'r.html')), existsSync(join(folder, 'r.pdf'))]).toEqual([false, false]);
    expect(run(['report', 'full', '-o', 'r.html']).status).toBe(0);
    expect(readFileSync(join(folder, 'r.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  test.each([
    [['report'], 'missing required argument'],
    [['report', 'gone'], 'no such file or directory'],
    [['report', 'full', '-o', 'r.docx'], 'its ending names no format'],
    [['report', 'full', '--public-key', 'hostile/README.md'], 'no public key'],
    [['report', 'full', '--policy', 'gone.yaml'], 'cannot read gone.yaml'],
  ])('%j cannot run', (args, text) => {
    const result = run(args);
    expect(result.stderr).toContain(text);
    expect(result.status).toBe(2);
  });
});
