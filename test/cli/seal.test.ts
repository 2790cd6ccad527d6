import { execFileSync, spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { CodedError } from '../../src/bytes/errors.ts';
import { defineKeygen } from '../../src/cli/commands/keygen.ts';
import { defineRewrap } from '../../src/cli/commands/rewrap.ts';
import { defineSeal } from '../../src/cli/commands/seal.ts';
import { defineUnseal } from '../../src/cli/commands/unseal.ts';
import { describeFailure } from '../../src/cli/failure.ts';
import { PassphraseRecipient } from '../../src/seal/keys/passphrase.ts';
import { sealBytes } from '../seal/sealing.ts';
import { serveVault, type StandIn, VAULT_TOKEN } from '../seal/key-services.ts';

/** Runs the built command line, as users do; `npm test` builds it first. */
const launcher = join(import.meta.dirname, '../../bin/vouchsafe.js');
const hasScript = spawnSync('script', ['--version']).status === 0;
const content = randomBytes(300_000);
let folder = '';
let recipient = '';
let vault: StandIn;

/** The built command line, as users run it: one of each kind, since each start costs more than what is tested. */
function spawned(
  args: readonly string[],
  input: Uint8Array | string = '',
  fds: number[] = [],
): SpawnSyncReturns<Buffer> {
  return spawnSync(process.execPath, [launcher, ...args], {
    cwd: folder,
    input,
    maxBuffer: 1 << 26,
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '' },
    stdio: ['pipe', 'pipe', 'pipe', ...fds],
  });
}

interface Outcome {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** The same commands in this process. */
async function run(...args: readonly string[]): Promise<Outcome> {
  const program = new Command().exitOverride();
  for (const define of [defineKeygen, defineSeal, defineUnseal, defineRewrap]) define(program);
  const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((chunk, told?: unknown) => {
      written[name].push(Buffer.from(chunk as string));
      if (typeof told === 'function') process.nextTick(told);
      return true;
    });
  }
  process.exitCode = 0;
  let status: number;
  try {
    await program.parseAsync(args, { from: 'user' });
    status = process.exitCode;
  } catch (error) {
    written.stderr.push(Buffer.from(describeFailure(error)));
    status = error instanceof CodedError ? error.exitCode : 2;
  } finally {
    vi.restoreAllMocks();
    process.exitCode = 0;
  }
  return { status, stdout: Buffer.concat(written.stdout), stderr: Buffer.concat(written.stderr).toString() };
}

const at = (name: string): string => join(folder, name);
const read = (name: string): Buffer => readFileSync(at(name));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vouchsafe-cli-'));
  vault = await serveVault();
  process.chdir(folder);
  mkdirSync(at('models/sub'), { recursive: true });
  writeFileSync(at('plain'), content);
  writeFileSync(at('models/a.bin'), content);
  writeFileSync(at('models/sub/b.txt'), 'text');
  writeFileSync(at('pw'), 'correct horse\n', { mode: 0o600 });
  const { stdout, status } = spawned(['keygen', 'seal', 'key.txt', '--format', 'json']);
  expect(status).toBe(0);
  recipient = (JSON.parse(String(stdout)) as { recipient: string }).recipient;
  expect((await run('seal', 'plain', '-r', recipient)).status).toBe(0);
});

afterAll(async () => {
  await vault.close();
  process.chdir(import.meta.dirname);
  rmSync(folder, { recursive: true, force: true });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('vouchsafe keygen seal', () => {
  test('keeps the identity from others and never replaces one', async () => {
    expect(statSync(at('key.txt')).mode & 0o777).toBe(0o600);
    const before = read('key.txt');
    const again = await run('keygen', 'seal', 'key.txt');
    expect([again.status, again.stderr]).toEqual([2, 'vouchsafe: cannot write key.txt: already exists\n']);
    expect(read('key.txt').equals(before)).toBe(true);
  });

  test('an identity file sealed with a passphrase opens files', async () => {
    const { stdout } = await run('keygen', 'seal', 'locked.age', '--pq', '--passphrase-file', 'pw', '-f', 'json');
    const { recipient: locked } = JSON.parse(String(stdout)) as { recipient: string };
    expect(read('locked.age').includes('AGE-SECRET-KEY')).toBe(false);
    expect((await run('seal', 'plain', '-r', locked, '-o', 'for-locked.age')).status).toBe(0);
    const { status, stdout: opened } = await run(
      'unseal',
      'for-locked.age',
      '-i',
      'locked.age',
      '--passphrase-file',
      'pw',
      '-o',
      '-',
    );
    expect([status, opened.equals(content)]).toEqual([0, true]);
  });
});

describe('vouchsafe seal and unseal', () => {
  test('a file, with mode 0600 when it is opened, and nothing replaced unless forced', async () => {
    expect((await run('unseal', 'plain.age', '-i', 'key.txt', '-o', 'opened')).status).toBe(0);
    expect(read('opened').equals(content)).toBe(true);
    expect(statSync(at('opened')).mode & 0o777).toBe(0o600);
    expect((await run('unseal', 'plain.age', '-i', 'key.txt', '-o', 'opened')).stderr).toContain('already exists');
    expect((await run('unseal', 'plain.age', '-i', 'key.txt', '-o', 'opened', '--force')).status).toBe(0);
    expect((await run('seal', 'plain', '-r', recipient)).stderr).toContain('already exists');
  });

  test('through pipes, armored', async () => {
    const sealed = spawned(['seal', '-', '-r', recipient, '--armor'], content);
    expect(sealed.status).toBe(0);
    expect(String(sealed.stdout.subarray(0, 34))).toBe('-----BEGIN AGE ENCRYPTED FILE-----');
    const opened = spawned(['unseal', '-', '-i', 'key.txt'], sealed.stdout);
    expect([opened.status, opened.stdout.equals(content)]).toEqual([0, true]);
  });

  test('a passphrase from a file and from a descriptor', async () => {
    // A small work factor, since stretching takes a second; keygen above seals with the usual one.
    const sealer = new PassphraseRecipient(Buffer.from('correct horse'), 10);
    writeFileSync(at('pw.age'), await sealBytes(content, [sealer]));
    const fromFile = await run('unseal', 'pw.age', '--passphrase-file', 'pw', '-o', '-');
    expect([fromFile.status, fromFile.stdout.equals(content)]).toEqual([0, true]);
    const opened = spawned(['unseal', 'pw.age', '--passphrase-fd', '3', '-o', '-'], '', [openSync(at('pw'), 'r')]);
    expect([opened.status, opened.stdout.equals(content)]).toEqual([0, true]);
  });

  test.skipIf(!hasScript)('a passphrase typed twice on the terminal, without being shown', async () => {
    const command = `'${process.execPath}' '${launcher}' seal plain --passphrase -o typed.age`;
    const typed = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      input: 'correct horse\rcorrect horse\r',
    });
    expect(typed.status, String(typed.stdout)).toBe(0);
    const opened = await run('unseal', 'typed.age', '--passphrase-file', 'pw', '-o', '-');
    expect(opened.stdout.equals(content)).toBe(true);
    const differ = spawnSync('script', ['-qec', command.replace('typed.age', 'x.age'), '/dev/null'], {
      cwd: folder,
      input: 'one\rtwo\r',
    });
    expect(String(differ.stdout)).toContain('the two passphrases differ');
    expect(existsSync(at('x.age'))).toBe(false);
  });

  test('a part by its bytes, and all but the beginning', async () => {
    const part = await run('unseal', 'plain.age', '-i', 'key.txt', '--range', '65530-131080', '-o', '-');
    expect(part.stdout.equals(content.subarray(65_530, 131_080))).toBe(true);
    const rest = await run('unseal', 'plain.age', '-i', 'key.txt', '--range', '299990-', '-o', '-');
    expect(rest.stdout.equals(content.subarray(299_990))).toBe(true);
    const outside = await run('unseal', 'plain.age', '-i', 'key.txt', '--range', '0-300001', '-o', 'part');
    expect([outside.status, outside.stderr]).toEqual([
      2,
      'vouchsafe: bytes 0 to 300001 are asked for, the content has 300000\n',
    ]);
    expect(existsSync(at('part'))).toBe(false);
  });

  test('a key of Vault, with the token from the environment and never shown', async () => {
    vi.stubEnv('VAULT_ADDR', vault.address);
    vi.stubEnv('VAULT_TOKEN', VAULT_TOKEN);
    expect(await run('seal', 'plain', '--vault-key', 'model', '-o', 'vault.age')).toMatchObject({ status: 0 });
    expect(await run('unseal', 'vault.age', '--vault-key', 'model', '-o', 'from-vault')).toMatchObject({ status: 0 });
    expect(read('from-vault').equals(content)).toBe(true);
    vi.stubEnv('VAULT_TOKEN', 'hvs.wrong-one');
    const refused = await run('unseal', 'vault.age', '--vault-key', 'model', '-o', 'x');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('the token is not valid');
    expect(String(refused.stdout) + refused.stderr).not.toContain('hvs.');
  });

  test('a cut file: nothing in a file, authentic parts in a pipe, exit code 1', async () => {
    writeFileSync(at('cut.age'), read('plain.age').subarray(0, 200_000));
    const toFile = await run('unseal', 'cut.age', '-i', 'key.txt', '-o', 'cut');
    expect(toFile.status).toBe(1);
    expect(toFile.stderr).toContain('the file was cut off, or its end was changed');
    expect(readdirSync(folder).filter((name) => name.includes('cut') && name !== 'cut.age')).toEqual([]);
    const toPipe = spawned(['unseal', 'cut.age', '-i', 'key.txt', '-o', '-']);
    expect(toPipe.status).toBe(1);
    expect(toPipe.stdout.equals(content.subarray(0, toPipe.stdout.length))).toBe(true);
  });

  test('what is asked for must make sense', async () => {
    const cases: [string[], string][] = [
      [['seal', 'plain'], 'nobody could open the result'],
      [['seal', 'plain', '-r', 'age1x'], 'is no recipient'],
      [['seal', 'plain', '-r', recipient, '--passphrase-file', 'pw'], 'a passphrase must be the only recipient'],
      [['seal', 'models', '-r', recipient, '-o', 'models/inside'], 'the result would be inside models'],
      [['unseal', 'plain', '-i', 'key.txt', '-o', 'x'], 'expected an age file'],
      [['unseal', 'plain.age', '-i', 'pw', '-o', 'x'], 'holds no identity'],
      [['unseal', 'pw.age', '-o', 'x'], 'there is no terminal to ask'],
    ];
    for (const [args, message] of cases) {
      const { status, stderr } = await run(...args);
      expect(stderr, args.join(' ')).toContain(message);
      expect(status, args.join(' ')).toBeGreaterThan(0);
    }
    expect(existsSync(at('x'))).toBe(false);
  });
});

describe('sealed folders', () => {
  test('there, checked, rewrapped and back', async () => {
    const { stdout } = await run('keygen', 'seal', 'new.txt', '-f', 'json');
    const other = (JSON.parse(String(stdout)) as { recipient: string }).recipient;
    const sealed = await run('seal', 'models', '-r', recipient, '--hide-names', '-f', 'json');
    expect(JSON.parse(String(sealed.stdout))).toMatchObject({
      sealed: [{ files: 2, plainBytes: 300_004 }],
      recipients: 1,
    });
    expect(readdirSync(at('models.sealed')).join(' ')).not.toMatch(/a\.bin|sub/);
    expect((await run('rewrap', 'models.sealed', '-i', 'key.txt', '-r', other, '--remove')).status).toBe(0);
    const shutOut = await run('unseal', 'models.sealed', '-i', 'key.txt', '-o', 'y');
    expect(shutOut.status, shutOut.stderr).toBe(1);
    expect(String((await run('unseal', 'models.sealed', '-i', 'new.txt', '--check')).stdout)).toContain(
      'checked models.sealed  2 files',
    );
    expect((await run('unseal', 'models.sealed', '-i', 'new.txt', '-o', 'back')).status).toBe(0);
    expect(read('back/a.bin').equals(content)).toBe(true);
    expect(String(read('back/sub/b.txt'))).toBe('text');
  });

  test('several inputs go into one folder', async () => {
    expect((await run('seal', 'plain', 'models', 'pw', '-r', recipient, '-o', 'several')).status).toBe(0);
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

describe('what is refused before anything is written', () => {
  test.each(['models', 'models.link'])('a result in the place of what holds the input (%s)', async (place) => {
    symlinkSync(at('models'), at('models.link'));
    const before = readdirSync(at('models'));
    const { status, stderr } = await run('seal', 'models/sub', '-r', recipient, '-o', place, '--force');
    expect([status, stderr]).toEqual([
      2,
      `vouchsafe: the result would take the place of ${place}, which holds models/sub\n`,
    ]);
    const inside = await run('seal', 'models', '-r', recipient, '-o', 'models.link/sub/x');
    expect(inside.stderr).toContain('the result would be inside models');
    expect(readdirSync(at('models'))).toEqual(before);
    rmSync(at('models.link'));
  });

  test.skipIf(process.platform === 'win32')('a pipe as the output, also when it is forced', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const { status, stderr } = await run('unseal', 'plain.age', '-i', 'key.txt', '-o', 'pipe', '--force');
    expect([status, stderr]).toEqual([2, 'vouchsafe: cannot write pipe: is no regular file\n']);
    expect(statSync(at('pipe')).isFIFO()).toBe(true);
    rmSync(at('pipe'));
  });

  test.skipIf(process.platform === 'win32')('secrets in files that others may read', async () => {
    for (const [name, source] of [
      ['open-key.txt', 'key.txt'],
      ['open-pw', 'pw'],
    ] as const) {
      writeFileSync(at(name), read(source));
      chmodSync(at(name), 0o640);
    }
    const key = await run('unseal', 'plain.age', '-i', 'open-key.txt', '-o', 'x');
    expect([key.status, key.stderr.split('\n')[0]]).toEqual([
      2,
      'vouchsafe: open-key.txt holds a secret, and others than its owner may use it',
    ]);
    const passphrase = await run('seal', 'plain', '--passphrase-file', 'open-pw', '-o', 'x');
    expect(passphrase.stderr).toContain('open-pw holds a secret');
    expect(existsSync(at('x'))).toBe(false);
  });

  test('a folder as standard input, which Node takes for nothing', () => {
    const command = `'${process.execPath}' '${launcher}' seal - -r ${recipient} -o x < .`;
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: folder });
    expect([status, String(stderr)]).toEqual([2, 'vouchsafe: standard input is a folder; name it instead of -\n']);
  });

  test.skipIf(!existsSync('/dev/full'))('a full device as standard output is said', () => {
    const command = `'${process.execPath}' '${launcher}' unseal plain.age -i key.txt -o - > /dev/full`;
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: folder });
    expect([status, String(stderr)]).toEqual([2, expect.stringContaining('cannot write')]);
  });
});

describe('one tensor of a sealed file', () => {
  const tensors = { first: Buffer.alloc(16_000_000, 1), second: randomBytes(800) };
  beforeAll(async () => {
    writeFileSync(at('model.gguf'), gguf(tensors));
    expect((await run('seal', 'model.gguf', '-r', recipient)).status).toBe(0);
  });

  test('comes out as it is, whatever became of the bytes of the others', async () => {
    // Of the first tensor only what tells formats apart is looked at, so a damage elsewhere stays unnoticed.
    const damaged = read('model.gguf.age');
    damaged.writeUInt8(damaged.readUInt8(5_100_000) ^ 1, 5_100_000);
    writeFileSync(at('damaged.gguf.age'), damaged);
    const { stdout, status } = await run(
      'unseal',
      'damaged.gguf.age',
      '-i',
      'key.txt',
      '--tensor',
      'second',
      '-o',
      '-',
    );
    expect([status, stdout.equals(tensors.second)]).toEqual([0, true]);
    expect((await run('unseal', 'damaged.gguf.age', '-i', 'key.txt', '--tensor', 'first', '-o', 'x')).status).toBe(1);
    expect(existsSync(at('x'))).toBe(false);
  });

  test('of many pieces comes out whole, and so does a part of many pieces', async () => {
    const whole = await run('unseal', 'model.gguf.age', '-i', 'key.txt', '--tensor', 'first', '-o', '-');
    expect([whole.status, whole.stdout.equals(tensors.first)]).toEqual([0, true]);
    expect((await run('unseal', 'model.gguf.age', '-i', 'key.txt', '--range', '5-9000000', '-o', 'part')).status).toBe(
      0,
    );
    expect(read('part').equals(read('model.gguf').subarray(5, 9_000_000))).toBe(true);
  });

  test('comes out as a safetensors file', async () => {
    expect(
      (await run('unseal', 'model.gguf.age', '-i', 'key.txt', '--tensor', 'second', '-o', 'second.safetensors')).status,
    ).toBe(0);
    const file = read('second.safetensors');
    const length = Number(file.readBigUInt64LE());
    expect(JSON.parse(String(file.subarray(8, 8 + length)))).toEqual({
      second: { dtype: 'F32', shape: [200], data_offsets: [0, 800] },
    });
    expect(file.subarray(8 + length).equals(tensors.second)).toBe(true);
    expect(length % 8).toBe(0);
  });

  test('that is not there is a clear error', async () => {
    const { status, stderr } = await run('unseal', 'model.gguf.age', '-i', 'key.txt', '--tensor', 'third', '-o', 'x');
    expect([status, stderr.split('\n')[0]]).toEqual([
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
