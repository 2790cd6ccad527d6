import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Access } from '../../src/access/access.ts';
import { giveGrant } from '../../src/access/grants/give-grant.ts';
import { makeProject } from '../../src/access/grants/projects.ts';
import { actionIds, type Role } from '../../src/contract/actions.ts';
import type { Route } from '../../src/contract/route.ts';
import { routes } from '../../src/contract/routes/index.ts';
import type { PrincipalRef, Scope } from '../../src/contract/types/common.ts';
import { makeModel } from '../../src/registry/models/make-model.ts';
import { registrySettings } from '../../src/registry/settings.ts';
import { declareVersion } from '../../src/registry/versions/declare-version.ts';
import type { Known } from '../../src/server/authenticate.ts';
import { bindings } from '../../src/server/routes/index.ts';
import { LocalBus } from '../../src/store/bus/local-bus.ts';
import { newId } from '../../src/store/new-id.ts';
import { makeTestStore, type TestStore } from '../build/store.ts';
import { testServer, type TestServer } from '../server/test-server.ts';
import { addPerson, addService, openTestAccess, testClock } from './fixture.ts';
import { mayCall } from './route-matrix.ts';

const roles = ['administrator', 'security', 'auditor', 'engineer', 'member'] as const satisfies readonly Role[];

/** One letter for each sort of caller, as in the table. */
const letters = {
  administrator: 'A',
  security: 'S',
  auditor: 'U',
  engineer: 'E',
  member: 'M',
  'administrator of the project': 'P',
  'administrator of another project': 'Q',
  'person without a grant': 'N',
  'administrator with one factor': '1',
  'service as administrator': 'a',
  'service as security': 's',
  'service as auditor': 'u',
  'service as engineer': 'e',
  'service as service': 'v',
  stranger: 'X',
} as const;
type Caller = keyof typeof letters;

/** Refusals of whoever may not call a route at all; what a route refuses afterwards is about what he sent. */
const refusals = new Set([
  'unauthenticated',
  'forbidden',
  'step-up-required',
  'second-factor-required',
  'purpose-required',
  'session-required',
  'enrolment-required',
]);

const many = { count: 100_000, windowSeconds: 60 };
const clock = testClock();
const known = new Map<string, Known>();
let at: TestStore;
let access: Access;
let server: TestServer;
let projectId: string;
let grantId: string;
let modelId: string;
let versionId: string;
const MODEL_NAME = 'org/model';

beforeAll(async () => {
  at = await makeTestStore({ clock });
  const { store } = at;
  access = await openTestAccess({ store, bus: new LocalBus(), clock });
  projectId = await project('one');
  const other: Scope = { kind: 'project', id: await project('other') };
  for (const role of roles) {
    const id = await grant(person(await addPerson(store, { name: role })), role);
    known.set(role, sessionOf(id));
  }
  known.set('administrator with one factor', {
    ...sessionOf(await holder('administrator')),
    level: 1,
    verifiedAtMs: null,
  });
  known.set('person without a grant', sessionOf(await addPerson(store, { name: 'nobody' })));
  known.set(
    'administrator of the project',
    sessionOf(await holder('administrator', { kind: 'project', id: projectId })),
  );
  known.set('administrator of another project', sessionOf(await holder('administrator', other)));
  for (const role of ['administrator', 'security', 'auditor', 'engineer', 'service'] as const) {
    known.set(`service as ${role}`, keyOf(await grant({ kind: 'service', id: await service() }, role)));
  }
  grantId = await memberGrant();
  ({ modelId, versionId } = await modelWithVersion());
  server = testServer({
    bindings,
    config: { limits: { perAddress: many, perPrincipal: many, signInPerAddress: many } },
    services: { store, access, authorizer: access.authorizer, bus: access.bus, clock },
    authenticator: { resolveBearer: async (name) => known.get(name.replaceAll('_', ' ')) },
  });
});

afterAll(async () => {
  await server.app.close();
  await access.close();
  await at.end();
});

const person = (id: string): PrincipalRef => ({ kind: 'person', id });

async function project(name: string): Promise<string> {
  const by = person(await addPerson(at.store, { name: 'Maker' }));
  const { value } = await at.store.change((change) =>
    makeProject(change, { name, description: '', classification: 'internal' }, { by, atMs: clock() }),
  );
  return value;
}

async function grant(principal: PrincipalRef, role: Role, scope: Scope = { kind: 'server' }): Promise<string> {
  await at.store.change((change) => giveGrant(change, { principal, role, scope, reason: 'test' }, clock()));
  return principal.id;
}

async function holder(role: Role, scope?: Scope): Promise<string> {
  return grant(person(await addPerson(at.store, { name: role })), role, scope);
}

async function memberGrant(): Promise<string> {
  const scope: Scope = { kind: 'project', id: projectId };
  const principal = person(await addPerson(at.store, { name: 'member' }));
  const draft = { principal, role: 'member', scope, reason: 'test' } as const;
  const { value } = await at.store.change((change) => giveGrant(change, draft, clock()));
  return value.id;
}

/** In the project that requests are about. */
async function modelWithVersion(): Promise<{ modelId: string; versionId: string }> {
  const by = person(await addPerson(at.store, { name: 'Uploader' }));
  const facts = { name: MODEL_NAME, projectId, description: '', tags: [], licence: null };
  const model = await at.store.change((change) => makeModel(change, { ...facts, by, atMs: clock() }));
  const files = [{ path: 'config.json', bytes: 1 }];
  const declared = { modelId: model.value, files, message: '', source: { kind: 'upload' }, by, atMs: clock() } as const;
  const registry = { bus: new LocalBus(), limits: registrySettings.parse({}).limits };
  const version = await at.store.change((change) => declareVersion(change, registry, declared));
  return { modelId: model.value, versionId: version.value };
}

const service = async (): Promise<string> =>
  addService(at.store, { ownerId: await addPerson(at.store, { name: 'Owner' }) });

/** Somebody who has just proved everything. */
function sessionOf(id: string): Known {
  const credential = { kind: 'session', id: newId('session') } as const;
  return { principal: person(id), credential, level: 2, verifiedAtMs: clock(), enrolmentRequired: false, scopes: null };
}

/** A key that is for everything. */
function keyOf(id: string): Known {
  const credential = { kind: 'key', id: newId('key') } as const;
  const principal = { kind: 'service', id } as const;
  return { principal, credential, level: 1, verifiedAtMs: null, enrolmentRequired: false, scopes: actionIds };
}

/** What a route asks for in its query. */
const queries: Readonly<Record<string, string>> = {
  'models.find': `?name=${MODEL_NAME}`,
  'versions.file': '?path=a',
  'versions.putPart': '?path=a&part=0',
};

function urlOf({ id, path }: Route): string {
  const samples: Readonly<Record<string, string>> = {
    projectId,
    grantId,
    modelId,
    versionId,
    version: '1',
    kind: 'facts',
  };
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => samples[name] ?? newId('person'));
  return filled + (queries[id] ?? '');
}

function bodyOf({ id }: Route): object | undefined {
  if (id === 'approvals.decide') return { decision: 'approve', reason: 'looked at it' };
  if (id === 'projects.change' || id === 'models.change') return {};
  if (id === 'models.make') return { name: 'another', projectId };
  if (id === 'versions.import') return { repository: 'acme/bert', projectId };
  if (id === 'versions.begin') return { files: [{ path: 'a', bytes: 1 }] };
  if (id === 'versions.putPart') return Buffer.from('a');
  if (id === 'versions.setStage') return { stage: 'none' };
  if (id === 'versions.recall') return { reason: 'found to be wrong' };
  if (id !== 'grants.give') return undefined;
  const principal = person(newId('person'));
  return { principal, role: 'member', scope: { kind: 'project', id: projectId }, reason: 'test' };
}

async function mayCallIt(route: Route, caller: Caller): Promise<boolean> {
  const headers = {
    host: 'localhost:4800',
    ...(route.takes === undefined ? {} : { 'content-type': route.takes }),
    ...(caller === 'stranger' ? {} : { authorization: `Bearer ${caller.replaceAll(' ', '_')}` }),
  };
  const payload = bodyOf(route);
  const url = urlOf(route);
  const reply = await server.app.inject({
    method: route.method,
    url,
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
  expect(reply.statusCode, `${route.id}: nothing is told by a limit`).not.toBe(429);
  const code = reply.headers['content-type']?.includes('problem') === true ? reply.json<{ code: string }>().code : '';
  return !refusals.has(code);
}

test('who may call which route, by the policies that come with the program, is what was reviewed', async () => {
  const found: Record<string, string> = {};
  for (const route of routes as readonly Route[]) {
    const may: string[] = [];
    for (const [caller, letter] of Object.entries(letters)) {
      if (await mayCallIt(route, caller as Caller)) may.push(letter);
    }
    found[route.id] = may.join('');
  }
  expect(found).toEqual(mayCall);
}, 120_000);
