import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Registry } from '../../src/registry/registry.ts';
import { assembleUploads } from '../../src/registry/uploads/assemble.ts';
import { moveVersion, writeReleased } from '../../src/registry/versions/move-version.ts';
import { RegistryError } from '../../src/registry/errors.ts';
import { type AnyBinding, bind } from '../../src/server/routes/bind.ts';
import { bindings } from '../../src/server/routes/index.ts';
import type { Blobs } from '../../src/store/blobs/blobs.ts';
import { makeTestStore, type TestStore } from '../build/store.ts';
import { openTestRegistry, type TestRegistry } from '../registry/fixture.ts';
import { BEARER, type ServedRegistry, serveRegistry } from '../registry/served.ts';

const MIB = 1024 * 1024;
const main = join(import.meta.dirname, '../../src/cli/main.ts');

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

let cwd: string;
let at: TestStore;
let test: TestRegistry;
let registry: Registry;
let served: ServedRegistry;

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'push-'));
  at = await makeTestStore({ enqueue: async () => 'job_01J8Z3J8Z3J8Z3J8Z3J8Z3J8Z3' });
  test = await openTestRegistry({ store: at.store });
  registry = { ...test.registry, limits: { ...test.registry.limits, partBytes: MIB } };
  served = await serve();
});
afterEach(async () => {
  await served.close();
  await test.end();
  await at.end();
  rmSync(cwd, { recursive: true });
});

const serve = (over: Partial<Parameters<typeof serveRegistry>[0]> = {}): Promise<ServedRegistry> =>
  serveRegistry({ registry, owner: test.owner, bindings: withFile(sendWhole), ...over });

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const all = { ...process.env, NO_COLOR: '', VOUCHSAFE_SERVER: served.origin, VOUCHSAFE_TOKEN: BEARER, ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd, env: all }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content);
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

const namesIn = (folder: string): readonly string[] =>
  readdirSync(join(cwd, folder), { recursive: true, encoding: 'utf8' }).toSorted(byText);

const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(cwd, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [
          path.slice(join(cwd, folder).length + 1),
          createHash('sha256').update(readFileSync(path)).digest('hex'),
        ];
      }),
  );

const versions = () =>
  at.store.read.selectFrom('registry_versions').select(['id', 'number', 'state']).orderBy('number').execute();

/** What the pipeline would do with a version that it admits. */
async function release(versionId: string): Promise<void> {
  await assembleUploads(registry, { versionId, signal: new AbortController().signal, onBytes: () => undefined });
  await at.store.change(async (change) => {
    const rows = await change.sql
      .selectFrom('registry_files')
      .selectAll()
      .where('version_id', '=', versionId)
      .execute();
    await change.sql
      .insertInto('registry_files')
      .values(rows.map((row) => ({ ...row, side: 'release' as const })))
      .execute();
    const step = { versionId, by: null, atMs: Date.now() };
    await moveVersion(change, registry.bus, { ...step, to: 'releasing' });
    const set = { revision: createHash('sha1').update(versionId).digest('hex') };
    await moveVersion(change, registry.bus, { ...step, to: 'released', set });
  });
}

type SendFile = (content: { digest: string; bytes: number }, start: number) => AsyncIterable<Uint8Array>;

const sendWhole: SendFile = ({ digest, bytes }, start) => registry.blobs.read(digest, { start, end: bytes });

/** All routes, with what sends files as a test wants it. */
function withFile(send: SendFile): readonly AnyBinding[] {
  const file = bind(
    'versions.file',
    async ({ params, query, wants }) => {
      const { state } = await at.store.read
        .selectFrom('registry_versions')
        .select('state')
        .where('id', '=', params.versionId)
        .executeTakeFirstOrThrow();
      if (state !== 'released') throw RegistryError.of(state === 'recalled' ? 'recalled' : 'not-downloadable');
      const { digest, bytes } = await at.store.read
        .selectFrom('registry_files')
        .select(['digest', 'bytes'])
        .where('version_id', '=', params.versionId)
        .where('side', '=', 'release')
        .where('path', '=', query.path)
        .executeTakeFirstOrThrow();
      const start = Number(/^bytes=(\d+)-$/.exec(wants.range ?? '')?.[1] ?? 0);
      return {
        content: Readable.from(send({ digest: digest ?? '', bytes }, start)),
        status: start === 0 ? 200 : 206,
        headers: start === 0 ? {} : { 'content-range': `bytes ${start}-${bytes - 1}/${bytes}` },
      };
    },
    async () => ({ kind: 'server' }),
  );
  return [...bindings.filter(({ id }) => id !== 'versions.file'), file];
}

function makeModel(): void {
  put('model/config.json', '{"model_type": "llama"}');
  put('model/weights/part ä.bin', Buffer.alloc(2 * MIB + 7, 9));
  put('model/empty', '');
}

describe('vouchsafe push', () => {
  it('makes the model, sends the folder, and does not send what is there already', async () => {
    makeModel();
    const first = await run(['push', 'model', 'acme/one', '--project', 'research', '--message', 'first']);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(/^sent 2\.10 MB of 3 files\nacme\/one version 1 is being examined\n$/);
    const [one] = await versions();
    await release(one?.id ?? '');
    put('model/config.json', '{"model_type": "other"}');
    const second = await run(['push', 'model', 'acme/one', '--format', 'json']);
    expect(JSON.parse(second.stdout)).toMatchObject({
      files: 3,
      sentBytes: 23,
      isResumed: false,
      version: { number: 2, state: 'examining', message: '' },
    });
  });

  it('an interrupted push goes on where it was, and begins no second version', async () => {
    makeModel();
    await served.close();
    let parts = 0;
    const dying: Blobs = Object.assign(Object.create(registry.blobs) as Blobs, {
      stat: registry.blobs.stat.bind(registry.blobs),
      put: async (...args: Parameters<Blobs['put']>) => {
        parts += 1;
        if (parts === 3) throw RegistryError.of('too-large', 'for this test');
        return registry.blobs.put(...args);
      },
    });
    served = await serve({ registry: { ...registry, blobs: dying } });
    const broken = await run(['push', 'model', 'acme/one', '--project', 'research', '--parallel', '1']);
    expect(broken.status).toBe(1);
    expect(broken.stderr).toContain('for this test');
    await served.close();
    served = await serve();
    const again = await run(['push', 'model', 'acme/one']);
    expect(again.stdout).toMatch(/^went on with an interrupted push, sent 1\.05 MB of 3 files\n/);
    expect(await versions()).toMatchObject([{ number: 1, state: 'examining' }]);
  });

  it('a store that is down in passing costs time, not the push', async () => {
    makeModel();
    await served.close();
    let calls = 0;
    const failing: Blobs = Object.assign(Object.create(registry.blobs) as Blobs, {
      stat: registry.blobs.stat.bind(registry.blobs),
      put: async (...args: Parameters<Blobs['put']>) => {
        calls += 1;
        if (calls <= 2) throw RegistryError.of('blobs-unavailable');
        return registry.blobs.put(...args);
      },
    });
    served = await serve({ registry: { ...registry, blobs: failing } });
    expect(await run(['push', 'model', 'acme/one', '--project', 'research'])).toMatchObject({ status: 0 });
  });

  it.each([
    ['denied', 1, 'acme/one version 1 was denied\n  deny by no-malware: found malicious code\n'],
    ['failed', 1, 'acme/one version 1 could not be examined\n  out of memory\n'],
  ] as const)('--wait tells what became of it: %s', async (to, status, text) => {
    makeModel();
    const running = run(['push', 'model', 'acme/one', '--project', 'research', '--wait']);
    await expect.poll(async () => (await versions())[0]?.state, { timeout: 30_000 }).toBe('examining');
    const reasons = [
      { rule: 'no-malware', effect: 'deny', message: 'found malicious code', waiverId: null },
      { rule: 'no-pickle', effect: 'deny', message: 'is a pickle', waiverId: 'wvr_00000000000000000000000001' },
      { rule: 'licence', effect: 'review', message: 'states no licence', waiverId: null },
      { rule: 'weights', effect: 'convert', message: 'is not safetensors', waiverId: null },
    ];
    const decision = JSON.stringify({ outcome: 'deny', convert: true, policyVersion: 1, reasons });
    const versionId = (await versions())[0]?.id ?? '';
    const set = to === 'denied' ? { decision } : { failure: 'out of memory' };
    await at.store.change((change) => moveVersion(change, registry.bus, { versionId, to, set, by: null, atMs: 1 }));
    const { stdout, status: found } = await running;
    expect([found, stdout.split('\n').slice(1).join('\n')]).toEqual([status, text]);
  });

  it('refuses links, names that not every system takes, a server in clear, a model that is not there, and nobody', async () => {
    makeModel();
    expect(await run(['push', 'model', 'acme/none'])).toMatchObject({ status: 1, stdout: '' });
    symlinkSync('/etc/passwd', join(cwd, 'model/link'));
    const linked = await run(['push', 'model', 'acme/one', '--project', 'research']);
    expect(linked.status).toBe(1);
    expect(linked.stderr).toContain('link leads to /etc/passwd');
    rmSync(join(cwd, 'model/link'));
    put('model/weights/a:b', 'x');
    const named = await run(['push', 'model', 'acme/one', '--project', 'research']);
    expect(named.status).toBe(1);
    expect(named.stderr).toContain('"weights/a:b" has one of < > : " | ? * \\, which Windows has other uses for');
    const clear = await run(['push', 'model', 'acme/one'], { VOUCHSAFE_SERVER: 'http://vouchsafe.example.org' });
    expect(clear).toMatchObject({ status: 2 });
    expect(clear.stderr).toContain('only sent over https');
    expect(await run(['push', 'model', 'acme/one'], { VOUCHSAFE_TOKEN: '' })).toMatchObject({ status: 2 });
    put('wrong.key', 'not-the-key\n');
    const unknown = await run(['push', 'model', 'acme/one', '--key-file', 'wrong.key']);
    expect(unknown.status).toBe(1);
    expect(unknown.stderr).not.toContain('not-the-key');
    expect(await versions()).toEqual([]);
  });
});

describe('vouchsafe pull', () => {
  let versionId: string;

  beforeEach(async () => {
    makeModel();
    await run(['push', 'model', 'acme/one', '--project', 'research']);
    versionId = (await versions())[0]?.id ?? '';
    await release(versionId);
  });

  const serveWith = async (send: SendFile): Promise<void> => {
    await served.close();
    served = await serve({ bindings: withFile(send) });
  };

  it('brings what was pushed, by name, number and revision, and keeps what is there', async () => {
    const revision = createHash('sha1').update(versionId).digest('hex');
    const pulled = await run(['pull', 'acme/one']);
    expect(pulled).toMatchObject({ status: 0, stderr: '' });
    expect(pulled.stdout).toBe(`acme/one version 1 is released, revision ${revision}\n3 files, 2.10 MB, in one\n`);
    expect(filesIn('one')).toEqual(filesIn('model'));
    expect(namesIn('one')).toEqual(namesIn('model'));
    put('one/config.json', 'damaged');
    expect(await run(['pull', `acme/one@${revision.slice(0, 10)}`, 'one'])).toMatchObject({ status: 0 });
    expect(filesIn('one')).toEqual(filesIn('model'));
    expect(await run(['pull', 'acme/one@1', 'two'])).toMatchObject({ status: 0 });
    for (const none of ['acme/one@2', 'acme/one@production', 'acme/none']) {
      expect(await run(['pull', none, 'three'])).toMatchObject({ status: 1 });
    }
  });

  it('brings by its name alone none that somebody asked the hub for aside, and says so where there is no other', async () => {
    put('model/config.json', '{"model_type": "proposed"}');
    await run(['push', 'model', 'acme/one']);
    const second = (await versions())[1]?.id ?? '';
    const aside = (id: string) =>
      at.store.change(({ sql }) =>
        sql.updateTable('registry_versions').set({ is_aside: 1 }).where('id', '=', id).execute(),
      );
    await aside(second);
    await release(second);
    expect((await run(['pull', 'acme/one', 'one'])).stdout).toContain('acme/one version 1 is released');
    expect((await run(['pull', 'acme/one@2', 'two'])).stdout).toContain('acme/one version 2 is released');
    await aside(versionId);
    const model = await at.store.read.selectFrom('registry_models').select('id').executeTakeFirstOrThrow();
    await at.store.change((change) => writeReleased(change, { model_id: model.id }, Date.now()));
    const none = await run(['pull', 'acme/one', 'three']);
    expect([none.status, none.stderr]).toEqual([1, expect.stringContaining('version 2 is had as acme/one@2')]);
  });

  it('goes on by range where an answer was cut off', async () => {
    const asked: number[] = [];
    await serveWith(async function* (content, start) {
      asked.push(start);
      if (content.bytes < MIB || start >= MIB) yield* sendWhole(content, start);
      else {
        yield* registry.blobs.read(content.digest, { start, end: start + MIB / 2 });
        throw new Error('cut');
      }
    });
    expect(await run(['pull', 'acme/one'])).toMatchObject({ status: 0 });
    expect(filesIn('one')).toEqual(filesIn('model'));
    expect(Math.max(...asked)).toBeGreaterThan(0);
  });

  it('puts nothing in place when one file is not what was announced', async () => {
    await serveWith(async function* ({ bytes }) {
      yield Buffer.alloc(bytes, 'x');
    });
    const wrong = await run(['pull', 'acme/one']);
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain('not what the server announced');
    expect(Object.keys(filesIn('one')).filter((path) => !path.startsWith('.vouchsafe-partial/'))).toEqual([]);
  });

  it('says why a recalled version cannot be had, also when it is recalled while it is downloaded', async () => {
    const set = { recall_reason: 'a backdoor was found', recalled_at: 1 };
    const recall = () =>
      at.store.change((change) =>
        moveVersion(change, registry.bus, { versionId, to: 'recalled', set, by: null, atMs: 1 }),
      );
    await serveWith(async function* (content, start) {
      yield* sendWhole(content, start);
      if (content.bytes > MIB) await recall();
    });
    const late = await run(['pull', 'acme/one']);
    expect(late.status).toBe(1);
    expect(late.stderr).toContain('was recalled');
    expect(Object.keys(filesIn('one')).filter((path) => !path.startsWith('.vouchsafe-partial/'))).toEqual([]);
    const after = await run(['pull', 'acme/one@1', 'two']);
    expect(after.stderr).toContain('a backdoor was found');
    expect(after.status).toBe(1);
  });

  it('refuses a folder with something else in it, links, and paths that leave it', async () => {
    put('one/pytorch_model.bin', 'left over');
    const leftOver = await run(['pull', 'acme/one']);
    expect(leftOver.status).toBe(1);
    expect(leftOver.stderr).toContain('pytorch_model.bin');
    mkdirSync(join(cwd, 'two'));
    symlinkSync('/tmp', join(cwd, 'two/weights'));
    expect(await run(['pull', 'acme/one', 'two'])).toMatchObject({ status: 1 });
    await at.store.change(async ({ sql }) => {
      const row = { version_id: versionId, side: 'release' as const, bytes: 1, digest: `sha256:${'0'.repeat(64)}` };
      await sql
        .insertInto('registry_files')
        .values({ ...row, path: '../outside' })
        .execute();
    });
    const outside = await run(['pull', 'acme/one', 'three']);
    expect(outside.status).toBe(1);
    expect(readdirSync(cwd)).not.toContain('outside');
  });

  it.each([
    ['.vouchsafe-partial/x', 'an interrupted pull'],
    ['.Vouchsafe-Partial', 'an interrupted pull'],
    ['CONFIG.json', '"config.json"'],
    ['config.json/x', 'is a file, and the folder of'],
    ['Weights/other.bin', 'in one folder'],
    ['weights:1', 'Windows has other uses for'],
    ['weights/nul.bin', 'Windows keeps for a device'],
    ['/outside', 'not relative'],
    ['a/../../outside', 'not relative'],
    ['..\\outside', 'Windows has other uses for'],
  ])('writes nothing where a server names a file %s', async (path, reason) => {
    await at.store.change(async ({ sql }) => {
      const row = { version_id: versionId, side: 'release' as const, bytes: 1, digest: `sha256:${'0'.repeat(64)}` };
      await sql
        .insertInto('registry_files')
        .values({ ...row, path })
        .execute();
    });
    const before = readdirSync(cwd);
    const refused = await run(['pull', 'acme/one']);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(reason);
    expect(readdirSync(cwd)).toEqual(before);
  });

  it('writes through no link, wherever it finds one', async () => {
    put('outside.txt', 'mine');
    put('other/keep', 'mine');
    const config = `sha256:${filesIn('model')['config.json'] ?? ''}`;
    const partial = createHash('sha256').update(`${config} config.json`).digest('hex');
    const places = ['config.json', 'weights', '.vouchsafe-partial', `.vouchsafe-partial/${partial}`];
    for (const [index, place] of places.entries()) {
      const folder = `linked-${index}`;
      mkdirSync(dirname(join(cwd, folder, place)), { recursive: true });
      symlinkSync(
        join(cwd, place === 'weights' || place === '.vouchsafe-partial' ? 'other' : 'outside.txt'),
        join(cwd, folder, place),
      );
      expect([place, await run(['pull', 'acme/one', folder])]).toMatchObject([place, { stdout: '' }]);
    }
    symlinkSync(join(cwd, 'other'), join(cwd, 'folder'));
    expect((await run(['pull', 'acme/one', 'folder'])).status).not.toBe(0);
    expect([readFileSync(join(cwd, 'outside.txt'), 'utf8'), namesIn('other')]).toEqual(['mine', ['keep']]);
  });

  it('does not read a list of files for ever', async () => {
    await served.close();
    const endless = bind(
      'versions.files',
      async () => ({ items: [], next: 'more' }),
      async () => ({ kind: 'server' }),
    );
    served = await serve({ bindings: [...bindings.filter(({ id }) => id !== 'versions.files'), endless] });
    const { status, stderr } = await run(['pull', 'acme/one']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('more than 1000 pages')]);
  });
});
