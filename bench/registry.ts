/**
 * Measures how long lists and searches of models take, on SQLite and, where VOUCHSAFE_TEST_POSTGRES_URL names a database, on PostgreSQL: 10,000
 * models with 1,000,000 files, half of whose paths are found nowhere else, in 100 projects, for callers who see all of it and little of it.
 * Prints a table in Markdown: wall-clock time, and processor time of this process.
 *
 * usage: node bench/registry.ts [--models N] [--files N] [--rounds N]
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import pg from 'pg';
import { type Access, openAccess } from '../src/access/access.ts';
import type { Caller } from '../src/access/caller.ts';
import { giveGrant } from '../src/access/grants/give-grant.ts';
import { makeProject } from '../src/access/grants/projects.ts';
import type { Scope } from '../src/contract/types/common.ts';
import { listModels as listForHub, modelsQuery } from '../src/registry/hub/list-models.ts';
import { findModelByName } from '../src/registry/models/find-model.ts';
import { listModels, type ModelSearch } from '../src/registry/models/list-models.ts';
import { summarise } from '../src/registry/models/summary.ts';
import { listFiles } from '../src/registry/versions/list-files.ts';
import { LocalBus } from '../src/store/bus/local-bus.ts';
import { newId } from '../src/store/new-id.ts';
import { openStore, type RecordsConfig } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: '10000' },
    files: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '15' },
  },
});
const models = Number(values.models);
/** Of each model. */
const files = Number(values.files);
const rounds = Number(values.rounds);

const PROJECTS = 100;
const MODELS_AT_ONCE = 250;
const POSTGRES_URL = process.env['VOUCHSAFE_TEST_POSTGRES_URL'];
const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-bench-'));

const WORDS = ['llama', 'mistral', 'bert', 'whisper', 'qwen', 'phi', 'falcon', 'bloom'];
const numbered = (prefix: string, at: number): string => `${prefix}_${String(at).padStart(26, '0')}`;

interface Measured {
  readonly what: string;
  readonly medianMs: number;
  readonly worstMs: number;
  /** Of this process: on SQLite everything, on PostgreSQL all but the database. */
  readonly processorMs: number;
}

try {
  const columns = new Map<string, readonly Measured[]>();
  columns.set('SQLite', await bench({ column: 'sqlite', folder }));
  if (POSTGRES_URL !== undefined) columns.set('PostgreSQL', await onPostgres(POSTGRES_URL));
  console.log(section(columns));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function onPostgres(url: string): Promise<readonly Measured[]> {
  const schema = `bench_${randomBytes(6).toString('hex')}`;
  try {
    return await bench({ column: 'postgres', url, schema, folder: join(folder, 'postgres') });
  } finally {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`drop schema if exists ${schema} cascade`);
    await client.end();
  }
}

async function bench(records: RecordsConfig): Promise<readonly Measured[]> {
  const store = await openStore({ records, enqueue: () => Promise.reject(new Error('no jobs here')) });
  const onError = (error: unknown): void => {
    throw error;
  };
  const bus = new LocalBus();
  const access = await openAccess({ store, bus, clock: Date.now, stepUpSeconds: 300, dualControl: 'always', onError });
  try {
    const projects = await makeRegistry(store);
    return await measureAll({ store, access }, projects);
  } finally {
    await access.close();
    await store.close();
  }
}

/** By statements that make very many rows. Answers with the ids of the projects. */
async function makeRegistry(store: Store): Promise<readonly string[]> {
  const by = { kind: 'person', id: newId('person') } as const;
  const projects: string[] = [];
  for (let at = 0; at < PROJECTS; at++) {
    const facts = { name: `project ${at}`, description: '', classification: 'internal' } as const;
    projects.push((await store.change((change) => makeProject(change, facts, { by, atMs: Date.now() }))).value);
  }
  for (let from = 0; from < models; from += MODELS_AT_ONCE) await makeModels(store, projects, from);
  if (store.dialect === 'postgres') await store.change(({ sql: db }) => sql`analyze`.execute(db));
  return projects;
}

async function makeModels(store: Store, projects: readonly string[], from: number): Promise<void> {
  const range = Array.from({ length: Math.min(MODELS_AT_ONCE, models - from) }, (_, at) => from + at);
  // Neither the order of names nor that of times is the order of ids.
  const idOf = (at: number): number => (at * 7_919) % models;
  const named = range.map((at) => ({
    at,
    id: numbered('mdl', idOf(at)),
    versionId: numbered('ver', idOf(at)),
    projectId: projects[at % PROJECTS] ?? '',
    name: `org-${at % 97}/${WORDS[at % WORDS.length]}-${at}`,
  }));
  await store.change(async ({ sql: db }) => {
    await db
      .insertInto('resources')
      .values(
        named.map(({ id, projectId, name, at }) => ({
          id,
          kind: 'model',
          parent_id: projectId,
          name,
          name_key: null,
          description: '',
          classification: at % 10 === 0 ? 'restricted' : 'internal',
          created_at: at,
          changed_epoch: 1,
        })),
      )
      .execute();
    await db
      .insertInto('registry_models')
      .values(
        named.map(({ id, versionId, projectId, name, at }) => ({
          id,
          project_id: projectId,
          name,
          name_key: name,
          tags: '["text"]',
          licence: 'apache-2.0',
          owner_kind: null,
          owner_id: null,
          created_at: at,
          changed_at: 1_700_000_000_000 + at,
          is_archived: 0,
          versions: 1,
          latest_version_id: versionId,
          released_version_id: versionId,
        })),
      )
      .execute();
    await db
      .insertInto('registry_versions')
      .values(
        named.map(({ id, versionId, at }) => ({
          id: versionId,
          model_id: id,
          number: 1,
          state: 'released',
          stage: 'none',
          message: '',
          source: '{"kind":"upload"}',
          created_at: at,
          file_count: files,
          byte_count: files * 1000,
          is_aside: 0,
          verdict: 'clean',
        })),
      )
      .execute();
  });
  for (const { at, versionId, id } of named) await makeFiles(store, { at, versionId, id });
}

/** Half of the paths are as those of every other model, half are found only here. */
async function makeFiles(
  store: Store,
  { at, versionId, id }: { readonly at: number; readonly versionId: string; readonly id: string },
): Promise<void> {
  await store.change(async ({ sql: db }) => {
    const paths = Array.from({ length: files }, (_, file) =>
      file % 2 === 0
        ? `model-${String(file).padStart(5, '0')}-of-00100.safetensors`
        : `weights/layer-${(at * files + file).toString(36).padStart(5, '0')}/part.bin`,
    );
    const rows = paths.map((path) => sql`(${versionId}, 'source', ${path}, 1000)`);
    await sql`insert into registry_files (version_id, side, path, bytes) values ${sql.join(rows)}`.execute(db);
    const text = [`org-${at % 97}/${WORDS[at % WORDS.length]}-${at}`, ...paths].join('\n');
    await db.insertInto('registry_search').values({ model_id: id, text }).execute();
  });
}

interface Means {
  readonly store: Store;
  readonly access: Access;
}

async function measureAll({ store, access }: Means, projects: readonly string[]): Promise<readonly Measured[]> {
  const all = await caller(store, [{ kind: 'server' }]);
  const few = await caller(
    store,
    projects.slice(0, 3).map((id) => ({ kind: 'project', id })),
  );
  const single = await caller(
    store,
    Array.from({ length: 50 }, (_, at) => ({ kind: 'model', id: numbered('mdl', at * 7) })),
  );
  const list = (who: Caller, search: Partial<ModelSearch>) => async (): Promise<unknown> => {
    const { allows: maySee } = await access.decideModels(who, 'models.read');
    return listModels(store, { limit: 50, order: 'changed', ...search, maySee });
  };
  const hubList = (who: Caller, query: object) => async (): Promise<unknown> => {
    const { allows: maySee } = await access.decideModels(who, 'models.read');
    return listForHub({ store }, modelsQuery.parse(query), maySee);
  };
  const lastPath = `layer-${((models - 2) * files + 1).toString(36).padStart(5, '0')}/`;
  const subjects: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['first page, what changed last', list(all, {})],
    ['first page, by name', list(all, { order: 'name' })],
    ['a page in the middle', list(all, { order: 'name', cursor: 'org-50' })],
    ['first page, sees 3 of 100 projects', list(few, {})],
    ['first page, sees 50 single models', list(single, {})],
    ['search, a part of very many names', list(all, { search: 'Llama' })],
    ['search, one name', list(all, { search: `-${Math.floor(models / 3)}` })],
    ['search, one path', list(all, { search: lastPath })],
    ['search, found nowhere', list(all, { search: 'model-00001-of-00101.safetensors' })],
    ['search, found nowhere, two letters', list(all, { search: '~x' })],
    ['search, one path, sees 3 of 100 projects', list(few, { search: lastPath })],
    ['newest version denied: none', list(all, { state: 'denied' })],
    ['hub interface, first page', hubList(all, {})],
    ['hub interface, first page, sees 3 of 100 projects', hubList(few, {})],
    ['hub interface, search, found nowhere', hubList(all, { search: 'llama nothing' })],
    ['hub interface, by author', hubList(all, { author: 'org-50', sort: 'lastModified' })],
    ['one model, by its name', async () => findModelByName(store.read, `org-1/${WORDS[1]}-1`)],
    [
      '200 files of a version',
      async () => listFiles(store.read, { versionId: numbered('ver', 1), side: 'source', limit: 200 }),
    ],
    [
      'summary',
      async () =>
        summarise(store.read, {
          principal: { kind: 'person', id: all.principal?.id ?? '' },
          reading: await access.decideModels(all, 'models.read'),
          approving: await access.decideModels(all, 'models.approve', { isVerified: true }),
        }),
    ],
  ];
  const measured: Measured[] = [];
  for (const [what, run] of subjects) measured.push({ what, ...(await measure(run)) });
  return measured;
}

async function measure(run: () => Promise<unknown>): Promise<Omit<Measured, 'what'>> {
  const times: number[] = [];
  const busy: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    times.push(performance.now() - startedAt);
    busy.push((user + system) / 1000);
  }
  return { medianMs: median(times), worstMs: Math.max(...times), processorMs: median(busy) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Somebody who may read there. */
async function caller(store: Store, scopes: readonly Scope[]): Promise<Caller> {
  const id = newId('person');
  const principal = { kind: 'person', id } as const;
  await store.change(async (change) => {
    const times = { created_at: 1, activated_at: 1, last_seen_at: null, locked_until: null };
    await change.sql
      .insertInto('people')
      .values({ id, state: 'active', webauthn_id: id, ...times })
      .execute();
    for (const scope of scopes) {
      await giveGrant(change, { principal, role: 'member', scope, reason: 'bench' }, Date.now());
    }
  });
  const credential = { kind: 'session', id: newId('session') } as const;
  const proved = { level: 2, verifiedAtMs: null, enrolmentRequired: false, scopes: null } as const;
  return {
    principal,
    credential,
    ...proved,
    address: '192.0.2.1',
    agent: '',
    purpose: null,
    requestId: newId('request'),
  };
}

function section(columns: ReadonlyMap<string, readonly Measured[]>): string {
  const names = [...columns.keys()];
  const whats = [...columns.values()][0]?.map(({ what }) => what) ?? [];
  const cells = (what: string): string[] =>
    names.flatMap((name) => {
      const found = columns.get(name)?.find((one) => one.what === what);
      return [found?.medianMs, found?.worstMs, found?.processorMs].map((ms = 0) => ms.toFixed(1));
    });
  return [
    `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.versions.node}, load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
    `${models.toLocaleString('en')} models with ${(models * files).toLocaleString('en')} files; ${rounds} times each, in ms`,
    '',
    `| what | ${names.flatMap((name) => [`${name}, median`, 'worst', 'processor']).join(' | ')} |`,
    `|---|${names.flatMap(() => ['--:', '--:', '--:']).join('|')}|`,
    ...whats.map((what) => `| ${what} | ${cells(what).join(' | ')} |`),
  ].join('\n');
}
