import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CodedError } from '../../src/bytes/errors.ts';
import { convert } from '../../src/node/convert/convert.ts';
import { folderPlaces, recover } from '../../src/node/convert/destination.ts';
import type { ConvertOptions } from '../../src/node/convert/options.ts';
import { safetensors } from '../build/tensors.ts';

/**
 * What happens at one call of the file system. After `stop` every call that would change anything fails: the disk is
 * then as if the process had been killed there, whatever the code does on its way out.
 */
const fault = vi.hoisted(() => {
  const state: {
    calls: number;
    stopAt: number;
    atWrite?: (() => void) | undefined;
    atRead?: (() => void) | undefined;
  } = {
    calls: 0,
    stopAt: Number.POSITIVE_INFINITY,
  };
  return state;
});

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  type Call = (...args: unknown[]) => unknown;
  const counted =
    (call: unknown): Call =>
    (...args) => {
      fault.calls += 1;
      if (fault.calls >= fault.stopAt) throw new Error('stopped');
      return (call as Call)(...args);
    };
  const later =
    (call: unknown, hook: () => (() => void) | undefined): Call =>
    (...args) => {
      try {
        if (hook() === fault.atWrite) counted(() => undefined)();
        hook()?.();
      } catch (error) {
        return setImmediate(() => (args.at(-1) as (error: unknown) => void)(error));
      }
      return (call as Call)(...args);
    };
  const { renameSync, rmSync, fsyncSync, mkdirSync, openSync, writeSync, writeFileSync } = real;
  const changing = { renameSync, rmSync, fsyncSync, mkdirSync, openSync, writeSync, writeFileSync };
  const wrapped = Object.fromEntries(Object.entries(changing).map(([name, call]) => [name, counted(call)]));
  const write = later(real.write, () => fault.atWrite);
  const read = later(real.read, () => fault.atRead);
  return { ...real, ...wrapped, write, read, default: { ...real, ...wrapped, write, read } };
});

// Every other test scans; here only the file system matters, and threads would take most of the time.
vi.mock('../../src/node/convert/scan-inputs.ts', () => ({
  scanInputs: (files: readonly unknown[]) =>
    Promise.resolve(files.map(() => ({ verdict: 'clean', format: 'safetensors', sha256: null, reason: '' }))),
}));

const TENSORS = 4;
const BYTES = 40_000;
let scratch: string;

/** A file whose tensors are all filled with one byte. */
function model(fill: number): Uint8Array {
  const entries = Array.from({ length: TENSORS }, (_, i) => {
    return `"t${i}":{"dtype":"U8","shape":[${BYTES}],"data_offsets":[${i * BYTES},${(i + 1) * BYTES}]}`;
  });
  return safetensors(`{${entries.join(',')}}`, new Uint8Array(TENSORS * BYTES).fill(fill));
}

/** What a loader finds: the one byte that all tensors hold, `nothing` when there is nothing to load, `mixture` when it is broken. */
function load(folder: string): number | 'nothing' | 'mixture' {
  const index = join(folder, 'model.safetensors.index.json');
  const single = join(folder, 'model.safetensors');
  if (existsSync(single)) return fillOf([single]);
  if (!existsSync(index)) return 'nothing';
  const { weight_map: map } = JSON.parse(readFileSync(index, 'utf8')) as { weight_map: Record<string, string> };
  const files = [...new Set(Object.values(map))].map((name) => join(folder, name));
  return files.every((file) => existsSync(file)) && Object.keys(map).length === TENSORS ? fillOf(files) : 'mixture';
}

function fillOf(files: readonly string[]): number | 'mixture' {
  const fills = files.map((file) => {
    const bytes = readFileSync(file);
    const data = bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
    return data.every((byte) => byte === data[0]) ? data[0] : -1;
  });
  const [first = -1] = fills;
  return new Set(fills).size === 1 && first !== -1 ? first : 'mixture';
}

/** Runs until the file system stops at call `at`; returns how many calls there were. */
async function runUntil(at: number, options: ConvertOptions): Promise<number> {
  fault.calls = 0;
  fault.stopAt = at;
  try {
    await convert(options);
  } catch (error) {
    if (at === Number.POSITIVE_INFINITY) throw error;
  }
  fault.stopAt = Number.POSITIVE_INFINITY;
  return fault.calls;
}

const hiddenIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith('.'));
const a = (): string => join(scratch, 'a', 'model.safetensors');
const b = (): string => join(scratch, 'b', 'model.safetensors');

beforeAll(() => {
  // In memory where that is possible: every step is synced, and a disk takes its time.
  scratch = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'vouchsafe-crash-'));
  for (const [name, fill] of [
    ['a', 1],
    ['b', 2],
  ] as const) {
    mkdirSync(join(scratch, name));
    writeFileSync(join(scratch, name, 'model.safetensors'), model(fill));
  }
});
beforeEach(() => {
  fault.atWrite = undefined;
  fault.atRead = undefined;
  for (const name of readdirSync(scratch)) {
    if (name !== 'a' && name !== 'b') rmSync(join(scratch, name), { recursive: true });
  }
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a conversion that ends at any call of the file system', () => {
  it('leaves the old shards or the new ones in a folder, and the next start settles which', async () => {
    const [old, out] = [join(scratch, 'old'), join(scratch, 'out')];
    // Both models get the same file names, so that a mixture would load.
    const shards = { maxShardBytes: 90_000, force: true } as const;
    await convert({ inputs: [a()], output: old, ...shards });
    expect(load(old)).toBe(1);
    cpSync(old, out, { recursive: true });
    const calls = await runUntil(Number.POSITIVE_INFINITY, { inputs: [b()], output: out, ...shards });
    expect(load(out)).toBe(2);
    const seen = new Set<unknown>();
    for (let at = 1; at <= calls; at += 1) {
      rmSync(out, { recursive: true });
      cpSync(old, out, { recursive: true });
      await runUntil(at, { inputs: [b()], output: out, ...shards });
      const before = load(out);
      expect([1, 2, 'nothing'], `stopped at call ${at} of ${calls}`).toContain(before);
      recover(folderPlaces(out));
      const after = load(out);
      expect([1, 2], `settled after call ${at} of ${calls}`).toContain(after);
      if (before === 2) expect(after).toBe(2);
      expect(readdirSync(out).length, `stopped at call ${at} of ${calls}`).toBe(4);
      expect(hiddenIn(scratch)).toEqual([]);
      seen.add(before).add(after);
    }
    expect(seen).toEqual(new Set([1, 2, 'nothing']));
  });

  it('settles a journal however often settling is interrupted', async () => {
    const out = join(scratch, 'out');
    const shards = { maxShardBytes: 90_000, force: true } as const;
    await convert({ inputs: [a()], output: out, ...shards });
    const calls = await runUntil(Number.POSITIVE_INFINITY, {
      inputs: [b()],
      output: join(scratch, 'other'),
      ...shards,
    });
    for (let at = calls; load(out) !== 'nothing'; at += 1) {
      rmSync(out, { recursive: true });
      await convert({ inputs: [a()], output: out, ...shards });
      await runUntil(at, { inputs: [b()], output: out, ...shards });
    }
    for (let at = 1; load(out) !== 2; at += 1) {
      expect(load(out)).toBe('nothing');
      fault.calls = 0;
      fault.stopAt = at;
      try {
        recover(folderPlaces(out));
      } catch {
        // Stopped again.
      }
      fault.stopAt = Number.POSITIVE_INFINITY;
      expect(at).toBeLessThan(100);
    }
    recover(folderPlaces(out));
    expect(load(out)).toBe(2);
    expect(hiddenIn(scratch)).toEqual([]);
  });

  it('leaves a new folder whole or not there', async () => {
    const out = join(scratch, 'fresh');
    const calls = await runUntil(Number.POSITIVE_INFINITY, { inputs: [b()], output: out, hash: 'outputs' });
    for (let at = 1; at <= calls; at += 1) {
      rmSync(out, { recursive: true, force: true });
      await runUntil(at, { inputs: [b()], output: out });
      if (existsSync(out)) expect([load(out), readdirSync(out).length]).toEqual([2, 2]);
      recover(folderPlaces(out));
      expect(hiddenIn(scratch)).toEqual([]);
    }
  });

  it('leaves the old file or the new one, never with the record of the other', async () => {
    const out = join(scratch, 'single.safetensors');
    const calls = await runUntil(Number.POSITIVE_INFINITY, { inputs: [a()], output: out, force: true });
    for (let at = 1; at <= calls + 4; at += 2) {
      await convert({ inputs: [a()], output: out, force: true, metadata: new Map([['who', 'a']]) });
      await runUntil(at, { inputs: [b()], output: out, force: true, metadata: new Map([['who', 'b']]) });
      for (const settled of [false, true]) {
        const fill = fillOf([out]);
        expect([1, 2], `stopped at call ${at}`).toContain(fill);
        const record = `${out}.conversion.json`;
        if (settled) expect(existsSync(record)).toBe(true);
        if (existsSync(record)) expect(readFileSync(record, 'utf8')).toContain(`"value": "${fill === 1 ? 'a' : 'b'}"`);
        if (!settled) await convert({ inputs: [a()], output: out, dryRun: true, force: true });
      }
      expect(hiddenIn(scratch)).toEqual([]);
    }
  });

  it('takes a real SIGKILL in the middle of the copy like that', { timeout: 120_000 }, async () => {
    const [big, out] = [join(scratch, 'big.safetensors'), join(scratch, 'out')];
    writeFileSync(
      big,
      safetensors('{"w":{"dtype":"U8","shape":[200000000],"data_offsets":[0,200000000]}}', new Uint8Array(200_000_000)),
    );
    const main = join(import.meta.dirname, '../../src/cli/main.ts');
    const child = spawn(process.execPath, [main, 'convert', big, '-o', out], { stdio: 'ignore' });
    while (hiddenIn(scratch).length === 0 && child.exitCode === null) await sleep(5);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect(existsSync(out) ? readdirSync(out).length : 2).toBe(2);
    recover(folderPlaces(out));
    expect(hiddenIn(scratch)).toEqual([]);
  });
});

describe('a conversion that fails', () => {
  async function failure(options: ConvertOptions): Promise<string> {
    const before = readdirSync(scratch).sort();
    const error = await convert(options).then(
      () => undefined,
      (reason: unknown) => reason as CodedError,
    );
    expect(readdirSync(scratch).sort()).toEqual(before);
    return `${error?.code}: ${error?.message}`;
  }

  it('says that the disk is full and leaves what was there', async () => {
    const out = join(scratch, 'out');
    fault.atWrite = () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    };
    expect(await failure({ inputs: [b()], output: out })).toContain('no space is left on the device');
    expect(await failure({ inputs: [b()], output: `${out}.safetensors` })).toContain('no space is left on the device');
    fault.atWrite = undefined;
    await convert({ inputs: [a()], output: out });
    fault.atWrite = () => {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    };
    expect(await failure({ inputs: [b()], output: out, force: true })).toContain('no space is left on the device');
    expect(load(out)).toBe(1);
  });

  it('says that a file may grow no larger (RLIMIT_FSIZE)', () => {
    const main = join(import.meta.dirname, '../../src/cli/main.ts');
    const limited = 'ulimit -f 40; exec "$0" "$@"';
    const args = ['-c', limited, process.execPath, main, 'convert', b(), '-o', join(scratch, 'out')];
    const { status, stderr } = spawnSync('sh', args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringContaining('too large for the file system')]);
    expect(readdirSync(scratch).sort()).toEqual(['a', 'b']);
  });

  it('notices a source that is cut short, touched or replaced while it is read', async () => {
    const victim = join(scratch, 'victim.safetensors');
    const changes: readonly (readonly [string, () => void])[] = [
      ['truncated: ', () => truncateSync(victim, 1000)],
      ['source-changed: ', () => utimesSync(victim, 1, 1)],
      ['source-changed: ', () => cpSync(a(), victim, { force: true })],
    ];
    for (const [code, change] of changes) {
      writeFileSync(victim, model(3));
      fault.atRead = () => {
        fault.atRead = undefined;
        change();
      };
      expect(await failure({ inputs: [victim], output: join(scratch, 'out') })).toContain(code);
    }
  });

  it('says that a place cannot be written to, is a source, or is taken', async () => {
    const out = join(scratch, 'out.safetensors');
    expect(await failure({ inputs: [join(scratch, 'gone')], output: out })).toContain('unreadable: ');
    expect(await failure({ inputs: [b()], output: join(b(), 'x') })).toContain('output-is-input: ');
    expect(await failure({ inputs: [b()], output: '/proc/nowhere/x.safetensors' })).toContain('unwritable: ');
    expect(await failure({ inputs: [b()], output: b(), force: true })).toContain('output-is-input: ');
    expect(await failure({ inputs: [join(scratch, 'b')], output: join(scratch, 'b', 'c') })).toContain(
      'output-is-input: ',
    );
    expect(await failure({ inputs: [join(scratch, 'b')], output: scratch })).toContain('output-is-input: ');
    symlinkSync(b(), out);
    expect(await failure({ inputs: [b()], output: out, force: true })).toContain('output-is-input: ');
    rmSync(out);
    writeFileSync(out, 'mine');
    expect(await failure({ inputs: [b()], output: out })).toContain('output-exists: ');
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });
});

describe('a stage that somebody else planted', () => {
  const plant = (stage: string, journal: object): void => {
    mkdirSync(join(scratch, stage, 'new'), { recursive: true });
    writeFileSync(join(scratch, stage, 'new', 'pre-commit'), 'evil');
    writeFileSync(
      join(scratch, stage, 'journal.json'),
      JSON.stringify({ schemaVersion: '1.0', backup: null, remove: [], ...journal }),
    );
  };

  it.each([
    ['.out.vouchsafe-convert', { install: ['../hooks/pre-commit'] }],
    ['.out.vouchsafe-convert', { install: ['link/pre-commit'] }],
    ['.out.vouchsafe-convert', { install: [], remove: ['pre-commit'], backup: 'hooks' }],
    ['.out.vouchsafe-convert', { install: [], remove: ['link/pre-commit'], backup: 'out.before-conversion' }],
    ['.out.safetensors.vouchsafe-convert', { install: ['hooks/pre-commit'] }],
    ['.out.safetensors.vouchsafe-convert', { install: [], remove: ['hooks/mine'] }],
  ])('changes nothing outside the destination: %s %j', async (stage, journal) => {
    mkdirSync(join(scratch, 'hooks'));
    writeFileSync(join(scratch, 'hooks', 'mine'), 'mine');
    mkdirSync(join(scratch, 'out'));
    writeFileSync(join(scratch, 'out', 'pre-commit'), 'evil');
    symlinkSync(join(scratch, 'hooks'), join(scratch, 'out', 'link'));
    plant(stage, journal);
    const output = join(scratch, stage.includes('safetensors') ? 'out.safetensors' : 'out');
    await expect(convert({ inputs: [b()], output, force: true })).rejects.toMatchObject({ code: 'journal-invalid' });
    expect(readdirSync(join(scratch, 'hooks'))).toEqual(['mine']);
  });

  it('waits for the process that is at work there', async () => {
    mkdirSync(join(scratch, '.out.vouchsafe-convert'));
    writeFileSync(join(scratch, '.out.vouchsafe-convert', 'pid'), String(process.ppid));
    await expect(convert({ inputs: [b()], output: join(scratch, 'out') })).rejects.toMatchObject({
      code: 'output-busy',
    });
  });
});
