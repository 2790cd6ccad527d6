import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The package as users get it: packed, unpacked into a fresh folder, run and imported from there. */
const root = join(import.meta.dirname, '../..');
let folder = '';
let files: readonly string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-pack-'));
  const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` };
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, env, stdio: 'pipe' });
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  files = execFileSync('tar', ['tzf', join(folder, archive)], { encoding: 'utf8' })
    .trim()
    .split('\n');
  mkdirSync(join(folder, 'node_modules'));
  execFileSync('tar', ['xzf', join(folder, archive), '-C', join(folder, 'node_modules')]);
  execFileSync('mv', [join(folder, 'node_modules/package'), join(folder, 'node_modules/vouchsafe')]);
  // Its dependencies are those installed here: a test has no network.
  for (const name of Object.keys(dependencies())) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  writeFileSync(join(folder, 'config.json'), '{"_target_": "os.system"}');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function dependencies(): Record<string, string> {
  const text = execFileSync('tar', [
    'xzOf',
    join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''),
    'package/package.json',
  ]);
  return (JSON.parse(text.toString()) as { dependencies: Record<string, string> }).dependencies;
}

function node(...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}

test('holds what it needs and nothing of the workshop', () => {
  expect(files).toContain('package/bin/vouchsafe.js');
  expect(files).toContain('package/dist/bundle/main.js');
  expect(files).toContain('package/dist/bundle/LICENSES.txt');
  expect(files).toContain('package/docs/schema/report.schema.json');
  expect(files.filter((file) => /^package\/(?:src|test|scripts|bench|node_modules)\//.test(file))).toEqual([]);
  expect(files.filter((file) => file.endsWith('.test.js'))).toEqual([]);
});

test('the command runs from it', () => {
  expect(node('node_modules/vouchsafe/bin/vouchsafe.js', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  const args = ['scan', 'config.json', 'config.json', '--fail-on', 'never', '--quiet'];
  expect(node('node_modules/vouchsafe/bin/vouchsafe.js', ...args)).toMatch(
    /^malicious config\.json: .*\nmalicious config\.json: .*\n$/,
  );
});

test('the library and its subpaths can be imported', () => {
  const script = `
    import { BufferSource, scanSource } from 'vouchsafe';
    import { scanFiles } from 'vouchsafe/node';
    import { emptyRoot } from 'vouchsafe/ledger';
    import schema from 'vouchsafe/report.schema.json' with { type: 'json' };
    const one = scanSource(new BufferSource(new TextEncoder().encode('{"_target_": "os.system"}')), 'config.json');
    const all = await scanFiles(['config.json', 'config.json']);
    console.log(one.verdict, all.verdict, emptyRoot()[0], schema.title);`;
  expect(node('--input-type=module', '-e', script)).toBe('malicious malicious 227 Vouchsafe scan report\n');
});
