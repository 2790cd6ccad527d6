import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHubReference } from '../../src/cli/import/hub-reference.ts';
import { type HubStandIn, startHubStandIn } from '../build/hub-stand-in.ts';
import { asm } from '../build/pickle.ts';
import { safetensorsWith } from '../build/tensors.ts';
import { behindIt, type RealRegistry, startRealRegistry } from '../registry/real-registry.ts';
import { makeKey } from '../server/real-server.ts';

const program = join(import.meta.dirname, '../../src/cli/main.ts');
const clean = {
  'model.safetensors': safetensorsWith(),
  'config.json': '{"model_type":"bert"}',
  'README.md': '---\nlicense: apache-2.0\n---\n# a model\n',
};
const hostile = asm().proto(2).global('os', 'system').binunicode('id').tuple1().reduce().stop().bytes();

let hub: HubStandIn;
let real: RealRegistry;
let cwd: string;
let token: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'import-'));
  hub = await startHubStandIn();
  real = await startRealRegistry('research', behindIt(hub, 'research'));
  const key = await makeKey(real.boss, ['models.read', 'models.write', 'projects.read']);
  await real.give({ kind: 'service', id: key.serviceId }, 'engineer');
  token = key.secret;
}, 120_000);

afterAll(async () => {
  await real?.server.stop();
  await hub?.end();
  rmSync(cwd, { recursive: true });
});

function run(...args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const env = { ...process.env, NO_COLOR: '1', VOUCHSAFE_SERVER: real.server.origin, VOUCHSAFE_TOKEN: token };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'import', ...args], { cwd, env }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe('vouchsafe import', { timeout: 120_000 }, () => {
  it.each([
    ['hf://acme/bert', { repository: 'acme/bert', revision: 'main' }],
    ['hf://gpt2@v1.0', { repository: 'gpt2', revision: 'v1.0' }],
    ['hf://acme/bert@refs/pr/4', { repository: 'acme/bert', revision: 'refs/pr/4' }],
  ])('understands %s', (text, reference) => {
    expect(parseHubReference(text)).toEqual(reference);
  });

  it.each([
    'acme/bert',
    'hf://',
    'hf://acme/bert@',
    'hf://acme/bert@a@b',
    'hf://acme/../bert',
    'hf://acme/bert/tree/main',
    'https://huggingface.co/acme/bert',
    'hf://acme/bert@\n',
  ])('refuses %j', (text) => {
    expect(() => parseHubReference(text)).toThrow('expected hf://OWNER/NAME');
  });

  it('has a clean model fetched and released, into a project, and finds it there the next time', async () => {
    const commit = hub.put('acme/clean', { files: clean });
    const first = await run('hf://acme/clean', '--project', 'research', '--wait');
    expect(first, first.stderr).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout.split('\n')).toEqual([
      `acme/clean at ${commit}, from ${hub.endpoint}`,
      expect.stringMatching(/^acme\/clean version 1 is released, found clean, revision [0-9a-f]{40}$/),
      '',
    ]);
    const again = await run('hf://acme/clean', '--format', 'json');
    expect(again, again.stderr).toMatchObject({ status: 0 });
    expect(JSON.parse(again.stdout)).toMatchObject({ version: { number: 1, state: 'released' } });
  });

  it('takes a branch and another name, and does not wait unless it is told to', async () => {
    hub.put('acme/branched', { files: { 'config.json': '{}' } });
    const commit = hub.put('acme/branched', { files: clean, revision: 'v2' });
    hub.fail({ fault: 'stall', at: 'file', path: 'model.safetensors' });
    const asked = await run('hf://acme/branched@v2', '--to', 'ours/branched', '--project', real.projectId);
    hub.heal();
    expect(asked, asked.stderr).toMatchObject({ status: 0 });
    expect(asked.stdout).toBe(
      `acme/branched at ${commit}, from ${hub.endpoint}\nours/branched version 1 is being fetched from the hub\n`,
    );
  });

  it('ends with 1 and the reasons where the version is denied, or the hub lied', async () => {
    hub.put('acme/hostile', { files: { 'model.pkl': hostile } });
    const denied = await run('hf://acme/hostile', '--project', 'research', '--wait');
    expect(denied.status, denied.stderr).toBe(1);
    expect(denied.stdout).toMatch(/acme\/hostile version 1 was denied, found malicious\n {2}deny by malicious: /);
    expect(denied.stdout).not.toContain('review by');
    hub.put('acme/damaged', { files: clean });
    hub.fail({ fault: 'wrong-hash', at: 'file', path: 'config.json' });
    const failed = await run('hf://acme/damaged', '--project', 'research', '--wait');
    hub.heal();
    expect(failed.status, failed.stderr).toBe(1);
    expect(failed.stdout).toMatch(/version 1 could not be fetched or examined\n {2}.*config\.json/);
  });

  it('says what is missing: the model on the hub, a project, or a project of that name', async () => {
    const nowhere = await run('hf://acme/nowhere', '--project', 'research');
    expect(nowhere).toMatchObject({ status: 1, stdout: '' });
    expect(nowhere.stderr).toContain('the hub does not give this out');
    hub.put('acme/new', { files: clean });
    const homeless = await run('hf://acme/new');
    expect(homeless).toMatchObject({ status: 1, stdout: '' });
    expect(homeless.stderr).toContain('--project makes it in a project');
    const elsewhere = await run('hf://acme/new', '--project', 'nowhere');
    expect(elsewhere).toMatchObject({ status: 2, stdout: '' });
    expect(elsewhere.stderr).toContain('there is no project nowhere');
    const wrong = await run('acme/new');
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(wrong.stderr).toContain('expected hf://OWNER/NAME');
  });
});
