/**
 * Measures a decision about access, in microseconds: with everything in memory, asked again and asked for the first time, for somebody with
 * 10 and with 10,000 grants, beside Cedar asked with parsed policies and schema, and Cedar asked as its simplest call has it.
 * Prints a table: medians of batches of wall-clock time, the 99th percentile of single decisions, and processor time.
 *
 * usage: node bench/policy.ts [--decisions N] [--rounds N]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isAuthorized, preparsePolicySet, preparseSchema, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { openAccess } from '../src/access/access.ts';
import type { Caller } from '../src/access/caller.ts';
import { cedarSchema } from '../src/access/policies/cedar-schema.ts';
import { defaultPolicies } from '../src/access/policies/default-policies.ts';
import { parsePolicies } from '../src/access/policies/parse-policies.ts';
import type { Scope } from '../src/contract/types/common.ts';
import { LocalBus } from '../src/store/bus/local-bus.ts';
import { newId } from '../src/store/new-id.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Change, Store } from '../src/store/store.ts';

const { values } = parseArgs({ options: { decisions: { type: 'string' }, rounds: { type: 'string' } } });
const decisions = Number(values.decisions ?? 2_000);
const rounds = Number(values.rounds ?? 9);
const MANY = 10_000;
let numbered = 0;

interface Subject {
  readonly name: string;
  /** One decision; numbered, so that it can be another each time. */
  readonly run: (at: number) => unknown;
  /** Fewer, where one takes long. */
  readonly share?: number;
}

async function bench(folder: string): Promise<void> {
  const enqueue = async (): Promise<never> => {
    throw new Error('no jobs here');
  };
  const store = await openStore({ records: { column: 'sqlite', folder }, enqueue });
  const onError = (error: unknown): void => {
    throw error;
  };
  const bus = new LocalBus();
  const access = await openAccess({ store, bus, clock: Date.now, stepUpSeconds: 300, dualControl: 'always', onError });
  try {
    const few = await engineer(store, 10);
    const many = await engineer(store, MANY);
    const decide = ({ caller, model }: Engineer, address: string) =>
      access.authorizer.decide({ ...caller, address }, 'models.write', model);
    for (const one of [few, many]) {
      if (!(await decide(one, '192.0.2.1')).allowed) throw new Error('expected to be allowed');
    }
    await measure([
      { name: 'decision, 10 grants', run: () => decide(few, '192.0.2.1') },
      { name: 'decision, 10,000 grants', run: () => decide(many, '192.0.2.1') },
      { name: 'first decision of somebody, 10 grants', run: firstTime(access.records.policies.prepared, few) },
      {
        name: 'denied with a reason',
        run: () => access.authorizer.decide(few.caller, 'people.read', { kind: 'server' }),
      },
      { name: 'Cedar, parsed before, all policies and the schema', run: parsedCedar() },
      { name: 'Cedar, `isAuthorized`', run: plainCedar(), share: 0.05 },
    ]);
  } finally {
    await access.close();
    await store.close();
  }
}

interface Engineer {
  readonly caller: Caller;
  readonly model: Scope;
}

/** Somebody who is engineer on as many models, each in its project. */
async function engineer(store: Store, grants: number): Promise<Engineer> {
  const personId = newId('person');
  const models = Array.from({ length: grants }, () => newId('model'));
  await store.change(async ({ sql }) => {
    const person = { id: personId, state: 'active', webauthn_id: personId, created_at: 1 } as const;
    const absent = { activated_at: null, last_seen_at: null, locked_until: null };
    await sql
      .insertInto('people')
      .values({ ...person, ...absent })
      .execute();
  });
  for (let from = 0; from < grants; from += 500) {
    await store.change(async (change) => {
      for (const id of models.slice(from, from + 500)) await grantOn(change, personId, id);
    });
  }
  const [id = ''] = models;
  const caller: Caller = {
    principal: { kind: 'person', id: personId },
    credential: { kind: 'session', id: newId('session') },
    level: 2,
    verifiedAtMs: null,
    enrolmentRequired: false,
    scopes: null,
    address: '192.0.2.1',
    agent: '',
    purpose: null,
    requestId: newId('request'),
  };
  return { caller, model: { kind: 'model', id } };
}

async function grantOn({ sql }: Change, personId: string, id: string): Promise<void> {
  const model = { id, kind: 'model', parent_id: null, name: id, name_key: null, description: '' } as const;
  await sql
    .insertInto('resources')
    .values({ ...model, classification: 'internal', created_at: 1, changed_epoch: 0 })
    .execute();
  const principal = { principal_kind: 'person', principal_id: personId } as const;
  const scope = { scope_kind: 'model', scope_id: id } as const;
  const never = { given_by_kind: null, given_by_id: null, expires_at: null, revoked_at: null, last_used_at: null };
  const facts = { role: 'engineer', conditions: '{}', reason: 'measured', created_at: 1, changed_epoch: 0 };
  await sql
    .insertInto('grants')
    .values({ id: newId('grant'), ...principal, ...scope, ...never, ...facts })
    .execute();
}

type Prepared = Awaited<ReturnType<typeof openAccess>>['records']['policies']['prepared'];

/** Cedar has to answer each time: nobody asked before. */
function firstTime(prepared: Prepared, { model }: Engineer): Subject['run'] {
  return (at) =>
    prepared.evaluate({
      principal: { kind: 'person', id: `per_${at}` },
      roles: ['engineer'],
      action: 'models.write',
      resource: { scope: model, projectId: null, classification: 'internal' },
      context,
    });
}

const context = {
  level: 2,
  recentlyVerified: false,
  address: '192.0.2.1',
  hour: 12,
  weekday: 3,
  purpose: '',
  classification: 'internal',
  sensitivity: 1,
  credential: 'session',
} as const;

const question = {
  principal: { type: 'Person', id: 'per_1' },
  action: { type: 'Action', id: 'models.write' },
  resource: { type: 'Model', id: 'mdl_1' },
  context: { ...context, address: { __extn: { fn: 'ip', arg: context.address } } },
  entities: [
    { uid: { type: 'Person', id: 'per_1' }, attrs: {}, parents: [{ type: 'Role', id: 'engineer' }] },
    { uid: { type: 'Model', id: 'mdl_1' }, attrs: {}, parents: [{ type: 'Server', id: 'server' }] },
  ],
};

function parsedCedar(): Subject['run'] {
  const texts = Object.fromEntries(parsePolicies(defaultPolicies).map(({ id, text }) => [id, text]));
  preparseSchema('bench', cedarSchema);
  preparsePolicySet('bench', { staticPolicies: texts });
  return () => statefulIsAuthorized({ ...question, preparsedSchemaName: 'bench', preparsedPolicySetId: 'bench' });
}

function plainCedar(): Subject['run'] {
  return () => isAuthorized({ ...question, schema: cedarSchema, policies: { staticPolicies: defaultPolicies } });
}

async function measure(subjects: readonly Subject[]): Promise<void> {
  const samples = new Map(
    subjects.map(({ name }) => [name, { wall: [] as number[], cpu: [] as number[], single: [] as number[] }]),
  );
  // Interleaved, so that what else the machine does falls on all of them; the first round only warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const { name, run, share = 1 } of subjects) {
      const count = Math.max(1, Math.round(decisions * share));
      const single: number[] = [];
      const cpuBefore = process.cpuUsage();
      const started = performance.now();
      for (let at = 0; at < count; at++) {
        const before = performance.now();
        await run(numbered++);
        single.push((performance.now() - before) * 1000);
      }
      const wall = ((performance.now() - started) * 1000) / count;
      const used = process.cpuUsage(cpuBefore);
      if (round === 0) continue;
      const sample = samples.get(name);
      sample?.wall.push(wall);
      sample?.cpu.push((used.user + used.system) / count);
      sample?.single.push(...single);
    }
  }
  const loads = loadavg().map((one) => one.toFixed(1));
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? ''}, Node ${process.versions.node}, load ${loads.join(' ')}`);
  console.log(`medians of ${rounds} rounds of ${decisions} decisions, in µs\n`);
  console.log('| what | median | p99 | processor |\n|---|--:|--:|--:|');
  for (const [name, { wall, cpu, single }] of samples) {
    console.log(`| ${name} | ${at(wall, 0.5)} | ${at(single, 0.99)} | ${at(cpu, 0.5)} |`);
  }
}

function at(numbers: readonly number[], quantile: number): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[Math.floor(sorted.length * quantile)] ?? Number.NaN).toFixed(1);
}

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-bench-policy-'));
try {
  await bench(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
