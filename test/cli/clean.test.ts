import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { CodedError } from '../../src/bytes/errors.ts';
import { cleaningRecordSchema } from '../../src/clean/record-schema.ts';
import type { CleanArguments } from '../../src/cli/clean/clean-arguments.ts';
import { runClean } from '../../src/cli/clean/run-clean.ts';

const root = mkdtempSync(join(tmpdir(), 'vouchsafe-cli-clean-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const run = promisify(execFile);

let place = '';
let count = 0;
beforeEach(() => {
  count += 1;
  place = join(root, String(count));
  mkdirSync(join(place, 'model'), { recursive: true });
  writeFileSync(join(place, 'model', 'config.json'), '{"a": {"_target_": "os.system"}, "b": 1}');
  writeFileSync(join(place, 'model', 'README.md'), '# Model\n');
});

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function clean(...args: readonly string[]): Promise<Result> {
  try {
    const { stdout, stderr } = await run(process.execPath, ['src/cli/main.ts', 'clean', ...args], {
      env: { ...process.env, NO_COLOR: '1' },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as Result;
    return { code, stdout, stderr };
  }
}

test('cleans a folder, says what it did, and keeps a record', async () => {
  const [model, out, record] = ['model', 'out', 'vouchsafe.cleaning.json'].map((name) => join(place, name)) as [
    string,
    string,
    string,
  ];
  const { code, stdout } = await clean(model, '-o', out, '--record', record);
  expect(code).toBe(0);
  expect(stdout).toContain('/a: removed as a whole (config-target-exec)');
  expect(stdout).toContain('was "a": {"_target_": "os.system"}');
  expect(stdout).toContain('1 file cleaned, 1 unchanged, 0 left out, 0 refused');
  expect(readFileSync(join(out, 'config.json'), 'utf8')).toBe('{"b": 1}');
  expect(cleaningRecordSchema.parse(JSON.parse(readFileSync(record, 'utf8')))).toMatchObject({ written: true });
});

test('a refusal is exit code 1, with its code and a way out, and leaves nothing', async () => {
  writeFileSync(join(place, 'model', 'x.pkl'), 'cos\nsystem\n(S"id"\ntR.');
  const { code, stdout } = await clean(join(place, 'model'), '-o', join(place, 'out'));
  expect(code).toBe(1);
  expect(stdout).toMatch(/not-cleanable: .*x\.pkl \(pickle\) cannot be cleaned: .*vouchsafe convert/);
  expect(stdout).toContain('nothing was written');
  expect(readdirSync(place)).toEqual(['model']);
});

test('JSON is the record, and a dry run writes nothing', async () => {
  const { code, stdout } = await clean(join(place, 'model', 'config.json'), '--dry-run', '-f', 'json');
  expect(code).toBe(0);
  expect(cleaningRecordSchema.parse(JSON.parse(stdout))).toMatchObject({ written: false, options: { dryRun: true } });
  expect(readFileSync(join(place, 'model', 'config.json'), 'utf8')).toContain('os.system');
});

test('names and texts of files do not draw on the terminal', async () => {
  writeFileSync(join(place, 'model', 'config.json'), '{"\\u001b[2J": {"_target_": "os.system\u202e"}, "b": 1}');
  const { stdout } = await clean(join(place, 'model'), '--dry-run');
  // oxlint-disable-next-line no-control-regex -- exactly these must not come out
  expect(stdout).not.toMatch(/[\u001b\u202e]/);
});

/** In this process, since starting one for each costs more than all of them. */
async function failureOf(inputs: readonly string[], options: Partial<CleanArguments>): Promise<string> {
  const whole: CleanArguments = { template: 'none', keepMetadata: 'all', format: 'json', progress: false, ...options };
  return runClean(inputs, whole).then(
    (code) => `exit code ${code}`,
    (error: unknown) =>
      error instanceof CodedError ? `${error.code}: ${error.message}` : Promise.reject(error as Error),
  );
}

test.each([
  [{}, /^usage: say where to write/],
  [{ inPlace: true, output: 'x' }, /^usage: .*exclude each other/],
  [{ backup: true, output: 'x' }, /^usage: --backup goes with --in-place/],
  [{ inPlace: true, backup: 'a/b' }, /^usage: .*suffix/],
  [{ output: 'x', policy: '/nowhere' }, /^unreadable: /],
  [{ output: '/nowhere/x' }, /^unwritable: /],
  [{ output: 'x', record: '/nowhere/x' }, /^unwritable: /],
] as const)('options %j make no sense: %s', async (options, expected) => {
  expect(await failureOf([join(place, 'model')], options)).toMatch(expected);
});

test('a record quotes what was dangerous, so it does not go where everything is clean', async () => {
  const out = join(place, 'out');
  const options = { output: out, record: join(out, 'vouchsafe.cleaning.json') };
  expect(await failureOf([join(place, 'model')], options)).toMatch(/^usage: the record quotes/);
});

test('two inputs of one name have no two places in a folder', async () => {
  mkdirSync(join(place, 'other', 'model'), { recursive: true });
  const inputs = [join(place, 'model'), join(place, 'other', 'model')];
  expect(await failureOf(inputs, { output: join(place, 'out') })).toMatch(/^usage: two inputs have the same name/);
});

test('input and output within each other are no two places', async () => {
  const model = join(place, 'model');
  for (const output of [join(model, 'out'), place]) {
    expect(await failureOf([model], { output, force: true })).toMatch(/^usage: .* one within the other/);
  }
  expect(existsSync(join(model, 'config.json'))).toBe(true);
});

test('what a policy allows is left as it is', async () => {
  writeFileSync(join(place, 'model', 'config.json'), '{"a": {"_target_": "acme.Model"}}');
  const policy = join(place, 'policy.yaml');
  writeFileSync(policy, 'allow:\n  targets: [acme]\n');
  const { code, stdout } = await clean(join(place, 'model'), '-o', join(place, 'out'), '--policy', policy);
  expect([code, stdout]).toEqual([0, '0 files cleaned, 2 unchanged, 0 left out, 0 refused\n']);
});
