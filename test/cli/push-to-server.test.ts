import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asm } from '../build/pickle.ts';
import { safetensorsWith } from '../build/tensors.ts';
import { type RealRegistry, startRealRegistry } from '../registry/real-registry.ts';
import { makeKey } from '../server/real-server.ts';

/** The program as it is installed: needs a build. */
const program = join(import.meta.dirname, '../../bin/vouchsafe.js');
const hostile = asm().proto(2).global('os', 'system').binunicode('id').tuple1().reduce().stop().bytes();

let real: RealRegistry;
let cwd: string;
let token: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'push-to-server-'));
  real = await startRealRegistry('research');
  const key = await makeKey(real.boss, ['models.read', 'models.write', 'projects.read']);
  await real.give({ kind: 'service', id: key.serviceId }, 'engineer');
  token = key.secret;
}, 120_000);

afterAll(async () => {
  await real?.server.stop();
  rmSync(cwd, { recursive: true });
});

function run(...args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const env = { ...process.env, NO_COLOR: '1', VOUCHSAFE_SERVER: real.server.origin, VOUCHSAFE_TOKEN: token };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd, env }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

function put(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  mkdirSync(join(cwd, folder));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, folder, name), content);
}

const digestsIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(cwd, folder))
      .toSorted()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(cwd, folder, name)))
          .digest('hex'),
      ]),
  );

describe('push and pull with a server and its whole pipeline', { timeout: 120_000 }, () => {
  it('releases a clean model, and gives it out byte by byte as it came', async () => {
    const card = `---\nlicense: apache-2.0\n---\n# ${randomBytes(8).toString('hex')}\n`;
    put('good', { 'model.safetensors': safetensorsWith(), 'config.json': '{"model_type":"bert"}', 'README.md': card });
    const pushed = await run('push', 'good', 'acme/good', '--project', 'research', '--wait');
    expect(pushed, pushed.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('is released') });
    const pulled = await run('pull', 'acme/good', 'back');
    expect(pulled, pulled.stderr).toMatchObject({ status: 0 });
    expect(digestsIn('back')).toEqual(digestsIn('good'));
  });

  it('denies a pickle that runs code: exit code 1, with the reason, and nothing to pull', async () => {
    put('bad', { 'model.pkl': hostile });
    const pushed = await run('push', 'bad', 'acme/bad', '--project', 'research', '--wait');
    expect(pushed.status, pushed.stderr).toBe(1);
    expect(`${pushed.stdout}${pushed.stderr}`).toMatch(/was denied[\s\S]*deny by malicious: /);
    expect(await run('pull', 'acme/bad', 'none')).toMatchObject({ status: 1 });
    expect(() => readdirSync(join(cwd, 'none'))).toThrow('ENOENT');
  });
});
