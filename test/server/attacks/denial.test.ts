import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '../../../src/contract/route.ts';
import { routes } from '../../../src/contract/routes/index.ts';
import { bindings } from '../../../src/server/routes/index.ts';
import {
  type Administrator,
  inviteVisitor,
  makeKey,
  type RealServer,
  setUpAdministrator,
  startRealServer,
  type Visitor,
} from '../real-server.ts';

let server: RealServer;
let administrator: Administrator;
let nobody: Visitor;
let secret: string;

beforeAll(async () => {
  server = await startRealServer({ limits: { perAddress: { count: 100_000 }, perPrincipal: { count: 100_000 } } });
  administrator = await setUpAdministrator(server);
  nobody = (await inviteVisitor(administrator, { name: 'Nobody', email: 'nobody@example.org' })).visitor;
  secret = (await makeKey(administrator, ['models.read'])).secret;
});

afterAll(() => server.stop());

const all: readonly Route[] = routes;
const guarded = all.filter(({ access }) => access.kind !== 'public');
const byAction = all.filter(({ access }) => access.kind === 'action');

/** An address of a route, with ids that are well formed and of nothing. */
function addressOf({ path }: Route): string {
  return path
    .replace(':index', '0')
    .replace(/:version\b/, '1')
    .replace(':provider', 'none')
    .replace(':kind', 'facts')
    .replace('*', '0/000')
    .replace(/registry\/model$/, 'registry/model?name=acme/one')
    .replaceAll(/:(\w+)Id/g, (_, kind: string) => `${prefixes[kind] ?? 'per'}_01J8Z3AAAAAAAAAAAAAAAAAAAA`);
}

const prefixes: Readonly<Record<string, string>> = {
  campaign: 'cmp',
  grant: 'grt',
  job: 'job',
  key: 'key',
  passkey: 'psk',
  project: 'prj',
  service: 'svc',
  session: 'ses',
};

const projectId = 'prj_01J8Z3AAAAAAAAAAAAAAAAAAAA';
const bodies: Readonly<Record<string, object>> = {
  'models.make': { name: 'acme/one', projectId },
  'versions.import': { repository: 'acme/one', projectId },
};

/** What a route that decides by a part of its body must be given to get that far. */
const bodyOf = ({ id, access }: Route): unknown =>
  bodies[id] ??
  (access.kind === 'action' && access.resource === 'body.scope'
    ? {
        principal: { kind: 'person', id: 'per_01J8Z3AAAAAAAAAAAAAAAAAAAA' },
        role: 'member',
        scope: { kind: 'server' },
        reason: 'x',
      }
    : undefined);

/** About the caller himself, for programs too. */
const open = new Set(['me.show', 'models.list', 'notices.list', 'projects.list', 'recalls.list', 'registry.summary']);

describe('every route', () => {
  test('is bound exactly once', () => {
    expect(bindings.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
  });

  test.each(guarded.map((route) => [route.id, route] as const))(
    '%s refuses somebody who has not signed in',
    async (_, route) => {
      const answer = await server.send(route.method, addressOf(route));
      expect([answer.status, answer.json['code']]).toEqual([401, 'unauthenticated']);
    },
  );

  test.each(byAction.map((route) => [route.id, route] as const))(
    '%s refuses somebody without any grant',
    async (_, route) => {
      const answer = await nobody.send(route.method, addressOf(route), bodyOf(route));
      expect([answer.status, answer.text]).toEqual([
        403,
        expect.stringMatching(/"code":"(forbidden|second-factor-required|step-up-required)"/),
      ]);
    },
  );

  test.each(byAction.map((route) => [route.id, route] as const))(
    '%s refuses a key without its scope',
    async (_, route) => {
      const { body } = { body: bodyOf(route) };
      const answer = await server.send(route.method, addressOf(route), {
        headers: { authorization: `Bearer ${secret}` },
        ...(body === undefined ? {} : { body }),
      });
      expect([answer.status, answer.json['code']]).toEqual([403, 'forbidden']);
    },
  );

  test.each(guarded.filter(({ access }) => access.kind === 'self').map((route) => [route.id, route] as const))(
    '%s, about the caller himself, is open to keys only where it harms nobody',
    async (id, route) => {
      if (id === 'events.stream') return;
      const answer = await server.send(route.method, addressOf(route), {
        headers: { authorization: `Bearer ${secret}` },
      });
      const isOpen = open.has(id);
      expect([id, answer.status === 200]).toEqual([id, isOpen]);
    },
  );

  test('that changes something refuses a session without its token', async () => {
    const { cookie } = administrator.visitor;
    for (const route of guarded.filter(({ method }) => method !== 'GET')) {
      const answer = await server.send(route.method, addressOf(route), {
        headers: { cookie: cookie ?? '', origin: server.origin, 'x-csrf-token': 'not it' },
      });
      expect([route.id, answer.status, answer.json['code']]).toEqual([route.id, 403, 'csrf-refused']);
    }
  });
});
