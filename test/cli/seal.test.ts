import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveVault, type StandIn, VAULT_TOKEN } from '../seal/key-services.ts';

/** Runs the built command line, as users do; `npm test` builds it first. */
const launcher = join(import.meta.dirname, '../../bin/vouchsafe.js');
const hasScript = spawnSync('script', ['--version']).status === 0;
const content = randomBytes(300_000);
let folder = '';
let recipient = '';
let vault: StandIn;

function run(args: readonly string[], input: Uint8Array | string = '', stdio: number[] = []): SpawnSyncReturns<Buffer> {
  return spawnSync(process.execPath, [launcher, ...args], {
    cwd: folder,
    input,
    maxBuffer: 1 << 26,
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '' },
    stdio: ['pipe', 'pipe', 'pipe', ...stdio],
  });
}

/** Without blocking this process, which has a service to run. */
function runAside(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ status: number | null; text: string }> {
  const child = spawn(process.execPath, [launcher, ...args], { cwd: folder, env: { ...process.env, ...env } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, text })));
}

const at = (name: string): string => join(folder, name);
const read = (name: string): Buffer => readFileSync(at(name));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-cli-'));
  vault = await serveVault();
  mkdirSync(at('models/sub'), { recursive: true });
  writeFileSync(at('plain'), content);
  writeFileSync(at('models/a.bin'), content);
  writeFileSync(at('models/sub/b.txt'), 'text');
  writeFileSync(at('pw'), 'correct horse\n');
  const { stdout, status } = run(['keygen', 'seal', 'key.txt', '--format', 'json']);
  expect(status).toBe(0);
  recipient = (JSON.parse(String(stdout)) as { recipient: string }).recipient;
  expect(run(['seal', 'plain', '-r', recipient]).status).toBe(0);
});

afterAll(async () => {
  await vault.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('vouchsafe keygen seal', () => {
  test('keeps the identity from others and never replaces one', () => {
    expect(statSync(at('key.txt')).mode & 0o777).toBe(0o600);
    const before = read('key.txt');
    const again = run(['keygen', 'seal', 'key.txt']);
    expect([again.status, String(again.stderr)]).toEqual([2, 'vouchsafe: cannot write key.txt: already exists\n']);
    expect(read('key.txt').equals(before)).toBe(true);
  });

  test('an identity file sealed with a passphrase opens files', () => {
    const { stdout } = run(['keygen', 'seal', 'locked.age', '--pq', '--passphrase-file', 'pw', '-f', 'json']);
    const { recipient: locked } = JSON.parse(String(stdout)) as { recipient: string };
    expect(read('locked.age').includes('AGE-SECRET-KEY')).toBe(false);
    expect(run(['seal', 'plain', '-r', locked, '-o', 'for-locked.age']).status).toBe(0);
    const { status, stdout: opened } = run([
      'unseal',
      'for-locked.age',
      '-i',
      'locked.age',
      '--passphrase-file',
      'pw',
      '-o',
      '-',
    ]);
    expect([status, opened.equals(content)]).toEqual([0, true]);
  });
});

describe('vouchsafe seal and unseal', () => {
  test('a file, with mode 0600 when it is opened, and nothing replaced unless forced', () => {
    expect(run(['unseal', 'plain.age', '-i', 'key.txt', '-o', 'opened']).status).toBe(0);
    expect(read('opened').equals(content)).toBe(true);
    expect(statSync(at('opened')).mode & 0o777).toBe(0o600);
    expect(String(run(['unseal', 'plain.age', '-i', 'key.txt', '-o', 'opened']).stderr)).toContain('already exists');
    expect(run(['unseal', 'plain.age', '-i', 'key.txt', '-o', 'opened', '--force']).status).toBe(0);
    expect(String(run(['seal', 'plain', '-r', recipient]).stderr)).toContain('already exists');
  });

  test('through pipes, armored', () => {
    const sealed = run(['seal', '-', '-r', recipient, '--armor'], content);
    expect(sealed.status).toBe(0);
    expect(String(sealed.stdout.subarray(0, 34))).toBe('-----BEGIN AGE ENCRYPTED FILE-----');
    const opened = run(['unseal', '-', '-i', 'key.txt'], sealed.stdout);
    expect([opened.status, opened.stdout.equals(content)]).toEqual([0, true]);
  });

  test('a passphrase from a file and from a descriptor', () => {
    expect(run(['seal', 'plain', '--passphrase-file', 'pw', '-o', 'pw.age']).status).toBe(0);
    const opened = run(['unseal', 'pw.age', '--passphrase-fd', '3', '-o', '-'], '', [openSync(at('pw'), 'r')]);
    expect([opened.status, opened.stdout.equals(content)]).toEqual([0, true]);
  });

  test.skipIf(!hasScript)('a passphrase typed twice on the terminal, without being shown', () => {
    const command = `'${process.execPath}' '${launcher}' seal plain --passphrase -o typed.age`;
    const typed = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      input: 'correct horse\rcorrect horse\r',
    });
    expect(typed.status, String(typed.stdout)).toBe(0);
    const opened = run(['unseal', 'typed.age', '--passphrase-file', 'pw', '-o', '-']);
    expect(opened.stdout.equals(content)).toBe(true);
    const differ = spawnSync('script', ['-qec', command.replace('typed.age', 'x.age'), '/dev/null'], {
      cwd: folder,
      input: 'one\rtwo\r',
    });
    expect(String(differ.stdout)).toContain('the two passphrases differ');
    expect(existsSync(at('x.age'))).toBe(false);
  });

  test('a part by its bytes, and all but the beginning', () => {
    const part = run(['unseal', 'plain.age', '-i', 'key.txt', '--range', '65530-131080', '-o', '-']);
    expect(part.stdout.equals(content.subarray(65_530, 131_080))).toBe(true);
    const rest = run(['unseal', 'plain.age', '-i', 'key.txt', '--range', '299990-', '-o', '-']);
    expect(rest.stdout.equals(content.subarray(299_990))).toBe(true);
    const outside = run(['unseal', 'plain.age', '-i', 'key.txt', '--range', '0-300001', '-o', 'part']);
    expect([outside.status, String(outside.stderr)]).toEqual([
      2,
      'vouchsafe: bytes 0 to 300001 are asked for, the content has 300000\n',
    ]);
    expect(existsSync(at('part'))).toBe(false);
  });

  test('a key of Vault, with the token from the environment and never shown', async () => {
    const env = { VAULT_ADDR: vault.address, VAULT_TOKEN };
    expect(await runAside(['seal', 'plain', '--vault-key', 'model', '-o', 'vault.age'], env)).toMatchObject({
      status: 0,
    });
    expect(await runAside(['unseal', 'vault.age', '--vault-key', 'model', '-o', 'from-vault'], env)).toMatchObject({
      status: 0,
    });
    expect(read('from-vault').equals(content)).toBe(true);
    const refused = await runAside(['unseal', 'vault.age', '--vault-key', 'model', '-o', 'x'], {
      ...env,
      VAULT_TOKEN: 'hvs.wrong-one',
    });
    expect(refused.status).toBe(2);
    expect(refused.text).toContain('the token is not valid');
    expect(refused.text).not.toContain('hvs.');
  });

  test('a cut file: nothing in a file, authentic parts in a pipe, exit code 1', () => {
    writeFileSync(at('cut.age'), read('plain.age').subarray(0, 200_000));
    const toFile = run(['unseal', 'cut.age', '-i', 'key.txt', '-o', 'cut']);
    expect(toFile.status).toBe(1);
    expect(String(toFile.stderr)).toContain('the file was cut off, or its end was changed');
    expect(readdirSync(folder).filter((name) => name.includes('cut') && name !== 'cut.age')).toEqual([]);
    const toPipe = run(['unseal', 'cut.age', '-i', 'key.txt', '-o', '-']);
    expect(toPipe.status).toBe(1);
    expect(toPipe.stdout.equals(content.subarray(0, toPipe.stdout.length))).toBe(true);
  });

  test('what is asked for must make sense', () => {
    const cases: [string[], string][] = [
      [['seal', 'plain'], 'nobody could open the result'],
      [['seal', 'plain', '-r', 'age1x'], 'is no recipient'],
      [['seal', 'plain', '-r', recipient, '--passphrase-file', 'pw'], 'a passphrase must be the only recipient'],
      [['seal', 'models', '-r', recipient, '-o', 'models/inside'], 'inside the one that is sealed'],
      [['unseal', 'plain', '-i', 'key.txt', '-o', 'x'], 'expected an age file'],
      [['unseal', 'plain.age', '-i', 'plain', '-o', 'x'], 'holds no identity'],
      [['unseal', 'pw.age', '-o', 'x'], 'there is no terminal to ask'],
    ];
    for (const [args, message] of cases) {
      const { status, stderr } = run(args);
      expect(String(stderr), args.join(' ')).toContain(message);
      expect(status, args.join(' ')).toBeGreaterThan(0);
    }
    expect(existsSync(at('x'))).toBe(false);
  });
});

describe('sealed folders', () => {
  test('there, checked, rewrapped and back', () => {
    const { stdout } = run(['keygen', 'seal', 'new.txt', '-f', 'json']);
    const other = (JSON.parse(String(stdout)) as { recipient: string }).recipient;
    const sealed = run(['seal', 'models', '-r', recipient, '--hide-names', '-f', 'json']);
    expect(JSON.parse(String(sealed.stdout))).toMatchObject({
      sealed: [{ files: 2, plainBytes: 300_004 }],
      recipients: 1,
    });
    expect(readdirSync(at('models.sealed')).join(' ')).not.toMatch(/a\.bin|sub/);
    expect(run(['rewrap', 'models.sealed', '-i', 'key.txt', '-r', other, '--remove']).status).toBe(0);
    const shutOut = run(['unseal', 'models.sealed', '-i', 'key.txt', '-o', 'y']);
    expect(shutOut.status, String(shutOut.stderr)).toBe(1);
    expect(String(run(['unseal', 'models.sealed', '-i', 'new.txt', '--check']).stdout)).toContain(
      'checked models.sealed  2 files',
    );
    expect(run(['unseal', 'models.sealed', '-i', 'new.txt', '-o', 'back']).status).toBe(0);
    expect(read('back/a.bin').equals(content)).toBe(true);
    expect(String(read('back/sub/b.txt'))).toBe('text');
  });

  test('several inputs go into one folder', () => {
    expect(run(['seal', 'plain', 'models', 'pw', '-r', recipient, '-o', 'several']).status).toBe(0);
    expect(readdirSync(at('several')).sort()).toEqual(['models.sealed', 'plain.age', 'pw.age']);
  });
});

/** A GGUF file of two tensors. */
function gguf(tensors: Readonly<Record<string, Buffer>>): Buffer {
  const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
  const u64 = (value: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
  let offset = 0;
  const infos = Object.entries(tensors).map(([name, bytes]) => {
    const info = Buffer.concat([
      u64(name.length),
      Buffer.from(name),
      u32(1),
      u64(bytes.length / 4),
      u32(0),
      u64(offset),
    ]);
    offset += Math.ceil(bytes.length / 32) * 32;
    return info;
  });
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(infos.length), u64(0), ...infos]);
  const pad = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);
  return Buffer.concat([pad(head), ...Object.values(tensors).map(pad)]);
}

describe('one tensor of a sealed file', () => {
  const tensors = { first: Buffer.alloc(16_000_000, 1), second: randomBytes(800) };
  beforeAll(() => {
    writeFileSync(at('model.gguf'), gguf(tensors));
    expect(run(['seal', 'model.gguf', '-r', recipient]).status).toBe(0);
  });

  test('comes out as it is, whatever became of the bytes of the others', () => {
    // Of the first tensor only what tells formats apart is looked at, so a damage elsewhere stays unnoticed.
    const damaged = read('model.gguf.age');
    damaged.writeUInt8(damaged.readUInt8(5_100_000) ^ 1, 5_100_000);
    writeFileSync(at('damaged.gguf.age'), damaged);
    const { stdout, status } = run(['unseal', 'damaged.gguf.age', '-i', 'key.txt', '--tensor', 'second', '-o', '-']);
    expect([status, stdout.equals(tensors.second)]).toEqual([0, true]);
    expect(run(['unseal', 'damaged.gguf.age', '-i', 'key.txt', '--tensor', 'first', '-o', 'x']).status).toBe(1);
    expect(existsSync(at('x'))).toBe(false);
  });

  test('comes out as a safetensors file', () => {
    expect(
      run(['unseal', 'model.gguf.age', '-i', 'key.txt', '--tensor', 'second', '-o', 'second.safetensors']).status,
    ).toBe(0);
    const file = read('second.safetensors');
    const length = Number(file.readBigUInt64LE());
    expect(JSON.parse(String(file.subarray(8, 8 + length)))).toEqual({
      second: { dtype: 'F32', shape: [200], data_offsets: [0, 800] },
    });
    expect(file.subarray(8 + length).equals(tensors.second)).toBe(true);
    expect(length % 8).toBe(0);
  });

  test('that is not there is a clear error', () => {
    const { status, stderr } = run(['unseal', 'model.gguf.age', '-i', 'key.txt', '--tensor', 'third', '-o', 'x']);
    expect([status, String(stderr).split('\n')[0]]).toEqual([
      2,
      'vouchsafe: the tensor third cannot be taken out: there is none of that name among 2',
    ]);
  });
});

test('ended in the middle, nothing half-written is left', async () => {
  const large = at('large');
  writeFileSync(large, '');
  truncateSync(large, 2 ** 30);
  const child = spawn(process.execPath, [launcher, 'seal', 'large', '-r', recipient], { cwd: folder });
  const temporary = (): string[] => readdirSync(folder).filter((name) => name.startsWith('.large'));
  while (temporary().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill('SIGTERM');
  await new Promise((resolve) => child.on('close', resolve));
  expect(temporary()).toEqual([]);
  expect(existsSync(at('large.age'))).toBe(false);
  rmSync(large);
  expect(createHash('sha256').update(read('plain')).digest('hex')).toBe(
    createHash('sha256').update(content).digest('hex'),
  );
});
