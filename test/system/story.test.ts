import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultPolicies } from '../../src/access/policies/default-policies.ts';
import { GOOD_PASSWORD } from '../build/people.ts';
import { SoftwareAuthenticator } from '../build/software-authenticator.ts';
import {
  type Administrator,
  inviteVisitor,
  makeKey,
  setUpAdministrator,
  stepUp,
  Visitor,
} from '../server/real-server.ts';
import { describeEachSite } from './columns.ts';
import { expectVerified, exportLedger } from './exports.ts';
import { runToEnd } from './programs.ts';
import { balanced } from './served.ts';

const COLUMNS = {
  embedded: { records: 'sqlite', blobs: 'folder', jobs: 'embedded', counters: 'memory' },
  scaled: { records: 'postgres', blobs: 's3', jobs: 'pg-boss', counters: 'redis' },
};

/** One story through everything that the server does; on the scaled column every other request goes to the other server. */
describeEachSite('the whole service', (makeSite) => {
  it('from the first start to an export that an outsider verifies', { timeout: 120_000 }, async () => {
    const site = await makeSite();
    const isScaled = site.column === 'scaled';
    const servers = [await site.serve('a'), ...(isScaled ? [await site.serve('b')] : [])];
    const workers = isScaled ? [await site.work('worker')] : [];
    const server = balanced(servers);

    const ada = await setUpAdministrator(server);
    const send = ada.visitor.send.bind(ada.visitor);
    expect((await send('GET', '/api/server')).json['column']).toEqual(COLUMNS[site.column]);

    const project = await send('POST', '/api/projects', { name: 'vision', classification: 'confidential' });
    expect(project.status).toBe(201);
    const scope = { kind: 'project', id: String(project.json['id']) };

    const grace = await inviteSecurityOfficer(ada);
    const eve = await inviteVisitor(ada, { name: 'Eve', email: 'eve@example.org' });
    expect((await eve.visitor.send('GET', `/api/projects/${scope.id}`)).status).toBe(403);
    await stepUp(ada.visitor, ada.authenticator);
    const grant = { principal: { kind: 'person', id: eve.id }, role: 'engineer', scope, reason: 'trains models' };
    expect(await send('POST', '/api/grants', grant)).toMatchObject({ status: 201 });
    expect((await eve.visitor.send('GET', `/api/projects/${scope.id}`)).status).toBe(200);

    const key = await makeKey(ada, ['projects.read']);
    const role = { principal: { kind: 'service', id: key.serviceId }, role: 'service', scope, reason: 'fetches' };
    expect(await send('POST', '/api/grants', role)).toMatchObject({ status: 201 });
    const token = await server.send('POST', '/oauth/token', {
      body: { grant_type: 'client_credentials', client_id: key.serviceId, client_secret: key.secret },
    });
    expect(token).toMatchObject({ status: 200, json: { token_type: 'Bearer' } });
    for (const bearer of [key.secret, String(token.json['access_token'])]) {
      const headers = { authorization: `Bearer ${bearer}` };
      expect((await server.send('GET', `/api/projects/${scope.id}`, { headers })).status).toBe(200);
      expect((await server.send('GET', '/api/people', { headers })).status).toBe(403);
    }

    const text = `${defaultPolicies}\n@id("quiet")\nforbid (principal, action == Action::"models.write", resource);\n`;
    const proposal = await send('POST', '/api/policies', { text, comment: 'a freeze', basedOn: 1 });
    expect(proposal).toMatchObject({ status: 201, json: { state: 'proposed' } });
    const version = String(proposal.json['version']);
    expect((await send('POST', `/api/policies/${version}/approve`, {})).status).toBe(403);
    const approved = await grace.visitor.send('POST', `/api/policies/${version}/approve`, { comment: 'agreed' });
    expect(approved).toMatchObject({ status: 200, json: { state: 'active' } });

    await review(ada, grace, eve);
    await stepUp(ada.visitor, ada.authenticator);
    const { file, keys, bytes } = await exportLedger(ada, site.folder);
    await expectVerified(file, keys);
    const lines = bytes.toString();
    expect(lines).toContain('"policy.approve"');
    for (const who of ['ada@example.org', 'eve@example.org', 'Grace', GOOD_PASSWORD, key.secret]) {
      expect(lines, 'personal data or a secret in the ledger').not.toContain(who);
    }
    const forged = join(site.folder, 'forged.jsonl');
    writeFileSync(forged, lines.replace('"policy.approve"', '"policy.refused"'));
    expect((await runToEnd(['ledger', 'verify', forged, '--key', keys])).code).toBe(1);

    for (const worker of workers) expect(await worker.stop()).toBe(0);
    for (const one of servers) await one.stop();
    await site.remove();
  });
});

/** With a passkey of her own: what she decides needs one. */
async function inviteSecurityOfficer(ada: Administrator): Promise<Administrator> {
  const { visitor, id } = await inviteVisitor(ada, { name: 'Grace', email: 'grace@example.org', role: 'security' });
  const authenticator = new SoftwareAuthenticator({ origin: visitor.server.origin });
  const options = await visitor.send('POST', '/api/me/passkeys/options');
  const added = await visitor.send('POST', '/api/me/passkeys', {
    name: 'phone',
    response: authenticator.create(options.json),
  });
  expect(added.status, added.text).toBe(201);
  await stepUp(visitor, authenticator);
  return { visitor, authenticator, id };
}

/** The reviewer takes the engineer's grant away, and it is gone. */
async function review(
  { visitor }: Administrator,
  grace: Administrator,
  eve: { readonly visitor: Visitor; readonly id: string },
): Promise<void> {
  const dueAt = new Date(Date.now() + 86_400_000).toISOString();
  const started = await visitor.send('POST', '/api/reviews', {
    name: 'autumn',
    dueAt,
    reviewers: [grace.id],
    filter: { principals: [{ kind: 'person', id: eve.id }] },
  });
  expect(started.status, started.text).toBe(201);
  const path = `/api/reviews/${String(started.json['id'])}`;
  const { items } = (await grace.visitor.send('GET', `${path}/items?limit=50`)).json as {
    readonly items: readonly { readonly id: string; readonly principal: { readonly id: string } }[];
  };
  const item = items.find(({ principal }) => principal.id === eve.id);
  const decisions = [{ itemId: item?.id, decision: 'revoke', comment: 'has left the team' }];
  const decided = await grace.visitor.send('POST', `${path}/decisions`, { decisions });
  expect(decided.status, decided.text).toBe(200);
  await expect
    .poll(async () => (await eve.visitor.send('GET', '/api/projects')).json['items'], { timeout: 1000 })
    .toEqual([]);
  expect(await visitor.send('POST', `${path}/close`)).toMatchObject({ status: 200, json: { state: 'closed' } });
}
