import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Administrator,
  inviteVisitor,
  makeKey,
  type RealServer,
  setUpAdministrator,
  startRealServer,
  type Visitor,
} from '../server/real-server.ts';

let server: RealServer;
let boss: Administrator;
let engineer: { readonly visitor: Visitor; readonly id: string };
let stranger: { readonly visitor: Visitor; readonly id: string };
let projectId: string;

beforeAll(async () => {
  server = await startRealServer();
  boss = await setUpAdministrator(server);
  projectId = await makeProject('Vision');
  engineer = await inviteVisitor(boss, { name: 'Eve', email: 'eve@example.org' });
  stranger = await inviteVisitor(boss, { name: 'Sam', email: 'sam@example.org' });
  await give(engineer.id, 'engineer', { kind: 'project', id: projectId });
}, 120_000);

afterAll(async () => {
  await server.stop();
});

async function makeProject(name: string): Promise<string> {
  return String((await boss.visitor.send('POST', '/api/projects', { name })).json['id']);
}

async function give(id: string, role: string, scope: object): Promise<void> {
  const grant = { principal: { kind: 'person', id }, role, scope, reason: 'works with it' };
  expect((await boss.visitor.send('POST', '/api/grants', grant)).status).toBe(201);
}

async function make(name: string, by: Visitor = engineer.visitor, more: object = {}) {
  return by.send('POST', '/api/registry/models', { name, projectId, ...more });
}

async function namesFor(visitor: Visitor, query = ''): Promise<readonly unknown[]> {
  const { json } = await visitor.send('GET', `/api/registry/models?order=name${query}`);
  return (json['items'] as { name: string }[]).map(({ name }) => name);
}

describe('models through the routes', () => {
  test('an engineer makes a model in his project, finds and changes it', async () => {
    const made = await make('org/model', engineer.visitor, { tags: ['text'] });
    expect(made).toMatchObject({
      status: 201,
      json: { name: 'org/model', owner: { name: 'Eve' }, project: { name: 'Vision' }, classification: 'internal' },
    });
    const address = `/api/registry/models/${String(made.json['id'])}`;
    expect((await engineer.visitor.send('GET', address)).json).toEqual(made.json);
    const found = await engineer.visitor.send('GET', '/api/registry/model?name=ORG/model');
    expect(found.json).toEqual(made.json);
    const changed = await engineer.visitor.send('PATCH', address, { description: 'sees', ownerId: boss.id });
    expect(changed.json).toMatchObject({ description: 'sees', owner: { name: 'Ada' } });
    expect((await engineer.visitor.send('GET', `${address}/versions`)).json).toEqual({ items: [], next: null });
    expect(await engineer.visitor.send('PATCH', address, { name: 'other' })).toMatchObject({ status: 400 });
    expect(await engineer.visitor.send('PATCH', address, { classification: 'public' })).toMatchObject({
      status: 422,
      json: { code: 'classification-below-project' },
    });
  });

  test('nobody else learns whether there is such a model', async () => {
    const made = await make('org/secret');
    const addresses = [
      `/api/registry/models/${String(made.json['id'])}`,
      '/api/registry/models/mdl_01ARZ3NDEKTSV4RRFFQ69G5FAV',
      '/api/registry/model?name=org/secret',
      '/api/registry/model?name=org/nothing',
      '/api/registry/versions/ver_01ARZ3NDEKTSV4RRFFQ69G5FAV/comparison',
    ];
    for (const address of addresses) {
      const { status, json } = await stranger.visitor.send('GET', address);
      expect({ status, code: json['code'] }).toEqual({ status: 403, code: 'forbidden' });
    }
    expect((await boss.visitor.send('GET', '/api/registry/model?name=org/nothing')).status).toBe(404);
    expect((await make('mine', stranger.visitor)).status).toBe(403);
  });

  test('lists hold what the caller may see, from the moment he may', async () => {
    const elsewhere = await makeProject('Elsewhere');
    const made = await boss.visitor.send('POST', '/api/registry/models', { name: 'zoo/model', projectId: elsewhere });
    expect(await namesFor(boss.visitor, '&search=ZOO/')).toEqual(['zoo/model']);
    expect(await namesFor(engineer.visitor, '&search=zoo/')).toEqual([]);
    expect(await namesFor(stranger.visitor)).toEqual([]);
    await give(stranger.id, 'member', { kind: 'model', id: String(made.json['id']) });
    expect(await namesFor(stranger.visitor)).toEqual(['zoo/model']);
    expect((await stranger.visitor.send('GET', '/api/registry/summary')).json).toEqual({
      models: 1,
      versions: [],
      waitingForMe: 0,
      unseenNotices: 0,
    });
  });

  test('each answer says what the caller may do with the model', async () => {
    const [own, other] = [await make('org/granted'), await make('org/only-read')];
    const address = (made: typeof own): string => `/api/registry/models/${String(made.json['id'])}`;
    const helper = await inviteVisitor(boss, { name: 'Hal', email: 'hal@example.org' });
    await give(helper.id, 'member', { kind: 'project', id: projectId });
    await give(helper.id, 'engineer', { kind: 'model', id: String(own.json['id']) });
    const { json } = await helper.visitor.send('GET', '/api/registry/models?search=org/&order=name');
    const listed = json['items'] as { name: string; actions: string[] }[];
    expect(listed.filter(({ actions }) => actions.length > 0)).toMatchObject([
      { name: 'org/granted', actions: ['models.write'] },
    ]);
    expect(listed.map(({ name }) => name)).toContain('org/only-read');
    expect((await helper.visitor.send('GET', address(own))).json['actions']).toEqual(['models.write']);
    expect((await helper.visitor.send('GET', address(other))).json['actions']).toEqual([]);
    expect((await boss.visitor.send('GET', address(other))).json['actions']).toEqual([
      'models.write',
      'models.approve',
      'models.recall',
      'downloads.read',
    ]);

    const files = [{ path: 'a.txt', bytes: 1 }];
    const begun = await helper.visitor.send('POST', `${address(own)}/versions`, { files });
    const { id } = begun.json['version'] as { id: string };
    const version = await helper.visitor.send('GET', `/api/registry/versions/${id}`);
    expect(version.json['actions']).toEqual(['models.write']);
    const versions = await boss.visitor.send('GET', `${address(own)}/versions`);
    expect(versions.json['items']).toMatchObject([
      { id, actions: ['models.write', 'models.approve', 'models.recall', 'downloads.read'] },
    ]);
    expect((await helper.visitor.send('PATCH', address(other), { description: 'mine' })).status).toBe(403);
    expect((await helper.visitor.send('PATCH', address(own), { description: 'mine' })).json).toMatchObject({
      description: 'mine',
      actions: ['models.write'],
    });
  });

  test('who has one factor sees nothing restricted', async () => {
    await make('org/restricted', engineer.visitor);
    const { json } = await boss.visitor.send('GET', '/api/registry/model?name=org/restricted');
    const address = `/api/registry/models/${String(json['id'])}`;
    expect(await namesFor(engineer.visitor)).toContain('org/restricted');
    expect((await boss.visitor.send('PATCH', address, { classification: 'restricted' })).status).toBe(200);
    expect(await namesFor(engineer.visitor)).not.toContain('org/restricted');
    expect((await engineer.visitor.send('GET', address)).json).toMatchObject({ code: 'second-factor-required' });
    expect(await namesFor(boss.visitor)).toContain('org/restricted');
  });

  test('an archived model is hidden from lists', async () => {
    const made = await make('org/old');
    const address = `/api/registry/models/${String(made.json['id'])}`;
    expect((await engineer.visitor.send('PATCH', address, { isArchived: true })).json).toMatchObject({
      isArchived: true,
    });
    expect(await namesFor(engineer.visitor)).not.toContain('org/old');
    expect(await namesFor(engineer.visitor, '&isArchived=true')).toEqual(['org/old']);
  });

  test('a key lists models only where it is for that', async () => {
    const [reading, other] = [await makeKey(boss, ['models.read']), await makeKey(boss, ['ledger.read'])];
    const grant = { role: 'service', scope: { kind: 'project', id: projectId }, reason: 'fetches' };
    for (const { serviceId } of [reading, other]) {
      const principal = { kind: 'service', id: serviceId };
      expect((await boss.visitor.send('POST', '/api/grants', { ...grant, principal })).status).toBe(201);
    }
    const list = (secret: string, path: string) =>
      server.send('GET', path, { headers: { authorization: `Bearer ${secret}` } });
    const seen = (await list(reading.secret, '/api/registry/models?limit=200')).json['items'] as { name: string }[];
    expect(seen.map(({ name }) => name)).toContain('org/model');
    expect((await list(other.secret, '/api/registry/models')).json).toEqual({ items: [], next: null });
    expect((await list(reading.secret, '/api/registry/notices')).json).toEqual({ items: [], next: null });
    expect((await list(other.secret, '/api/registry/notices')).status).toBe(403);
  });

  test('notices are marked as seen', async () => {
    expect((await engineer.visitor.send('POST', '/api/registry/notices/seen')).status).toBe(204);
    expect((await engineer.visitor.send('GET', '/api/registry/notices')).json).toEqual({ items: [], next: null });
  });

  test('names that could be taken for something else are refused', async () => {
    for (const name of ['a/b/c', '../x', 'a--b', 'a/x.git', 'a b', 'a/', '']) {
      expect((await make(name)).status, name).toBe(400);
    }
  });
});
