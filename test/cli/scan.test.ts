import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseReport } from '../../src/scan/report-schema.ts';
import type { ScanReport } from '../../src/scan/scan-report.ts';

/** Runs the built command line, as users do; `npm test` builds it first. */
const launcher = join(import.meta.dirname, '../../bin/vouchsafe.js');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-cli-'));
  mkdirSync(join(folder, 'models/.git/objects'), { recursive: true });
  mkdirSync(join(folder, 'models/.git/refs'));
  const files = {
    'models/config.json': '{"hidden_size": 8}',
    'models/broken.json': '{"a":',
    'models/.git/HEAD': 'ref: refs/heads/main',
    'clean.json': '{}',
    'evil.json': '{"model": {"_target_": "os.system", "command": "echo pwned"}}',
    'policy.yaml':
      'suppressions:\n  - {rule: malformed, path: broken.json, reason: a test of ours, expires: 2999-01-01}\n  - {rule: malformed, path: gone.json, reason: long forgotten, expires: 2020-01-01}\n',
    'bad-policy.yaml': 'failOn: never\nlimit: {}\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  readonly input?: string;
  readonly env?: Record<string, string>;
}

function run(args: readonly string[], { input, env }: Run = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [launcher, ...args], {
    cwd: folder,
    encoding: 'utf8',
    input: input ?? '',
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '', ...env },
  });
}

function json(args: readonly string[], options: Run = {}): { report: ScanReport; status: number | null } {
  const { stdout, status } = run(['scan', '--format', 'json', ...args], options);
  return { report: parseReport(stdout), status };
}

describe('exit codes', () => {
  test.each([
    [['scan', 'clean.json'], 0],
    [['scan', 'models'], 1],
    [['scan', 'evil.json'], 1],
    [['scan', 'models', '--fail-on', 'suspicious'], 0],
    [['scan', 'evil.json', '--fail-on', 'malicious'], 1],
    [['scan', 'evil.json', '--fail-on', 'never'], 0],
    [['scan', 'missing.pt'], 2],
    [['scan', 'missing.pt', 'clean.json'], 1],
    [['scan', 'missing.pt', 'clean.json', '--fail-on', 'never'], 1],
    [['scan'], 2],
    [['scan', 'clean.json', '--jobs', '0'], 2],
    [['scan', 'clean.json', '--format', 'pdf'], 2],
    [['scan', 'clean.json', '--as', 'jsn'], 2],
    [['scan', 'clean.json', '--quiet', '--verbose'], 2],
    [['scan', 'clean.json', '--policy', 'bad-policy.yaml'], 2],
    [['scan', 'clean.json', '--policy', 'missing.yaml'], 2],
    [['scan', 'clean.json', '--baseline', 'clean.json'], 2],
    [['scan', 'clean.json', '--output', 'no/such/folder/a.json'], 2],
    [['scan', 'clean.json', '--output', 'a.pdf'], 2],
    [['scan', 'clean.json', '--output', 'models/../clean.json'], 2],
    [['scan', 'clean.json', 'evil.json', '--write-baseline', 'evil.json'], 2],
    [['nonsense'], 2],
    [['--version'], 0],
    [['--help'], 0],
    [['rules'], 0],
    [['rules', 'nonsense'], 2],
  ])('%j exits %i', (args, status) => {
    expect(run(args).status).toBe(status);
  });
});

describe('what is said on standard error', () => {
  test('one line for each thing that cannot be read; the rest is scanned', () => {
    symlinkSync('nowhere', join(folder, 'dangling'));
    const { stderr, stdout } = run(['scan', 'missing.pt', 'dangling', '/dev/null', 'clean.json']);
    expect(stderr.trimEnd().split('\n')).toEqual([
      'vouchsafe: missing.pt: no such file or directory',
      'vouchsafe: dangling: no such file or directory',
      'vouchsafe: /dev/null: is a character device, not a file',
    ]);
    expect(stdout).toContain('3 inconclusive, 1 clean');
  });

  test.each([
    [['scan', 'clean.json', '--policy', 'bad-policy.yaml'], 'vouchsafe: bad-policy.yaml:2:1: unknown key limit\n'],
    [['scan', 'clean.json', '--as', 'jsn'], 'vouchsafe: unknown file format jsn; did you mean json?\n'],
    [['sacn', 'x'], "vouchsafe: unknown command 'sacn'\n(Did you mean scan?)\n"],
    [['clean.json'], "vouchsafe: unknown command 'clean.json'\n(Did you mean vouchsafe scan clean.json?)\n"],
    [['scan', 'evil.json', '-q', '--fail-on', 'bad'], /Allowed choices are inconclusive, suspicious, malicious, never/],
    [['rules', 'malform'], 'vouchsafe: unknown rule malform; did you mean malformed?\n'],
    [['scan', 'clean.json', '-o', 'no/a.json'], 'vouchsafe: cannot write no/a.json: no such file or directory\n'],
    [['scan', 'models', '--fail-on', 'malicious'], 'vouchsafe: inconclusive, which --fail-on malicious accepts\n'],
  ])('%j', (args, expected) => {
    expect(run(args).stderr).toMatch(expected);
  });

  test('no escape sequences from the command line itself', () => {
    expect(run(['scan', 'a\u001b[31m.pt']).stderr).toContain('vouchsafe: a\\u{1b}[31m.pt: no such file');
    expect(run(['sc\u001b[31m']).stderr).not.toContain('\u001b');
  });
});

describe('reports', () => {
  test('JSON follows its schema and names git folders that were left out', () => {
    const { report, status } = json(['models']);
    expect(status).toBe(1);
    expect(report.artifacts.map((one) => [one.path, one.verdict])).toEqual([
      ['models/broken.json', 'inconclusive'],
      ['models/config.json', 'clean'],
    ]);
    expect(report.skipped).toMatchObject([{ path: 'models/.git', reason: 'git-directory', files: 1 }]);
  });

  test('every format to files at once, and the terminal report on standard output', () => {
    const names = ['r.json', 'r.sarif', 'r.xml', 'r.md', 'r.html', 'r.txt'];
    const { stdout, status } = run(['scan', 'evil.json', ...names.flatMap((name) => ['--output', name])]);
    expect(status).toBe(1);
    expect(stdout).toContain('MALICIOUS  evil.json');
    for (const name of names) expect(readFileSync(join(folder, name), 'utf8')).toContain('os.system');
    expect(readdirSync(folder).filter((name) => name.startsWith('.r.'))).toEqual([]);
  });

  test('colour only when asked for or on a terminal, and never against NO_COLOR', () => {
    expect(run(['scan', 'evil.json']).stdout).not.toContain('\u001b');
    expect(run(['scan', 'evil.json'], { env: { FORCE_COLOR: '1' } }).stdout).toContain('\u001b[31m');
    expect(run(['scan', 'evil.json'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).stdout).not.toContain('\u001b');
  });

  test('quiet prints nothing about clean files and one line about others', () => {
    expect(run(['scan', 'clean.json', '--quiet'])).toMatchObject({ stdout: '', stderr: '', status: 0 });
    expect(run(['scan', 'evil.json', '--quiet']).stdout).toMatch(/^malicious evil\.json: [^\n]+\n$/);
  });

  test('a reader that leaves early changes nothing', async () => {
    const child = spawn(process.execPath, [launcher, 'rules', '--format', 'json'], { cwd: folder });
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.once('exit', resolve));
    expect(status).toBe(0);
  });
});

describe('policy and baseline', () => {
  test('suppressed findings stay in the report; expired suppressions are noted', () => {
    const { report, status } = json(['models', '--policy', 'policy.yaml']);
    expect([status, report.verdict, report.summary.suppressed]).toEqual([0, 'clean', 1]);
    expect(report.notes).toEqual(['the suppression of malformed for gone.json expired on 2020-01-01: long forgotten']);
  });

  test('a baseline accepts what was there and nothing else', () => {
    expect(run(['scan', 'evil.json', '--write-baseline', 'base.json']).stderr).toMatch(
      /findings written to base\.json/,
    );
    expect(json(['evil.json', '--baseline', 'base.json'])).toMatchObject({ status: 0 });
    writeFileSync(
      join(folder, 'evil.json'),
      '{"model": {"_target_": "os.system", "command": "echo more"}, "x": {"_target_": "os.popen"}}',
    );
    expect(json(['evil.json', '--baseline', 'base.json'])).toMatchObject({
      status: 1,
      report: { verdict: 'malicious' },
    });
  });
});

describe('standard input', () => {
  test('is examined like a file, with a name as hint', () => {
    const { report, status } = json(['-', '--stdin-name', 'config.json'], { input: '{"_target_": "os.system"}' });
    expect(status).toBe(1);
    expect(report.artifacts[0]).toMatchObject({ path: 'config.json', format: 'json', verdict: 'malicious' });
  });

  test('empty input is an empty file', () => {
    expect(json(['-']).report.artifacts[0]).toMatchObject({ path: '<stdin>', size: 0 });
  });

  test('a directory is none', () => {
    const fd = openSync(folder, 'r');
    const { status, stderr } = spawnSync(process.execPath, [launcher, 'scan', '-'], {
      encoding: 'utf8',
      stdio: [fd, 'pipe', 'pipe'],
    });
    closeSync(fd);
    expect([status, stderr]).toEqual([2, expect.stringContaining('<stdin>: is a directory')]);
  });
});
