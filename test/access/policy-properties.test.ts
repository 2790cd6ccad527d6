import { preparsePolicySet, preparseSchema, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { type Grant, scopeKey } from '../../src/access/grants/grant.ts';
import type { HeldGrants } from '../../src/access/grants/held-grants.ts';
import { cedarSchema } from '../../src/access/policies/cedar-schema.ts';
import { defaultPolicies } from '../../src/access/policies/default-policies.ts';
import { parsePolicies } from '../../src/access/policies/parse-policies.ts';
import { PreparedPolicies } from '../../src/access/policies/prepared-policies.ts';
import { appliesTo, classifications, type PolicyRequest, type Resource } from '../../src/access/policies/request.ts';
import { questionOf, type Situation } from '../../src/access/policies/situation.ts';
import { actionIds, roles } from '../../src/contract/actions.ts';
import type { Scope } from '../../src/contract/types/common.ts';

const projects = ['prj_1', 'prj_2'] as const;
const models = { mdl_1: 'prj_1', mdl_2: 'prj_1', mdl_3: 'prj_2' } as const;

const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.constant({ kind: 'server' } as const),
  fc.constantFrom(...projects).map((id) => ({ kind: 'project', id }) as const),
  fc.constantFrom(...(Object.keys(models) as (keyof typeof models)[])).map((id) => ({ kind: 'model', id }) as const),
);

const resource: fc.Arbitrary<Resource> = fc
  .record({ scope, classification: fc.constantFrom(...classifications) })
  .map((one) => ({
    ...one,
    projectId: one.scope.kind === 'model' ? models[one.scope.id as keyof typeof models] : null,
  }));

const conditions = fc.record(
  {
    level: fc.constantFrom(1, 2),
    networks: fc.constantFrom(['10.0.0.0/8'], ['192.0.2.0/24', '2001:db8::/32']),
    purposes: fc.constantFrom(['audit'], ['audit', 'training']),
    maxClassification: fc.constantFrom(...classifications),
    hours: fc.record({
      days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
      fromMinute: fc.integer({ min: 0, max: 1440 }),
      toMinute: fc.integer({ min: 0, max: 1440 }),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'no such place'),
    }),
  },
  { requiredKeys: [] },
);

const NOW_MS = Date.UTC(2026, 2, 2, 12);

const grant: fc.Arbitrary<Grant> = fc
  .record({
    id: fc.uuid(),
    role: fc.constantFrom(...roles),
    scope,
    conditions,
    expiresAtMs: fc.option(fc.integer({ min: NOW_MS - 1e8, max: NOW_MS + 1e8 })),
  })
  .map((facts) => ({
    ...facts,
    principal: { kind: 'person', id: 'per_1' } as const,
    reason: '',
    givenBy: null,
    createdAtMs: 0,
    revokedAtMs: null,
    lastUsedAtMs: null,
  })) as unknown as fc.Arbitrary<Grant>;

const holding = (grants: readonly Grant[]): HeldGrants => ({
  count: grants.length,
  byScope: Map.groupBy(grants, ({ scope }) => scopeKey(scope)),
});

const kind = fc.constantFrom('person', 'service');

const situation: fc.Arbitrary<Situation> = fc
  .record({
    kind,
    action: fc.constantFrom(...actionIds),
    resource,
    grants: fc.array(grant, { maxLength: 6 }),
    level: fc.constantFrom(1, 2),
    address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('10.1.2.3', '::ffff:10.1.2.3')),
    atMs: fc.integer({ min: NOW_MS - 1e9, max: NOW_MS + 1e9 }),
    purpose: fc.constantFrom('', 'audit', 'training', 'x"\n]'),
    recentlyVerified: fc.boolean(),
  })
  .map(({ kind, action, resource, grants, level, address, atMs, purpose, recentlyVerified }) => ({
    principal: { kind, id: kind === 'person' ? 'per_1' : 'svc_1' },
    action,
    resource,
    held: holding(grants),
    now: { level, address, atMs, purpose, classification: resource.classification },
    recentlyVerified: kind === 'person' && recentlyVerified,
    credential: kind === 'person' ? 'session' : 'key',
  }));

/** Policies that read everything in every way there is. */
const odd = `
@id("a") permit (principal in Role::"member", action in [Action::"read", Action::"models.write"], resource);
@id("b") permit (principal is Service, action == Action::"models.read", resource is Model) when { context has purpose && context.purpose == "audit" };
@id("c") forbid (principal, action, resource in Project::"prj_2") unless { context.level == 2 || context.hour > 12 };
@id("d") permit (principal, action, resource) when { action in Action::"read" && context.weekday < 6 && !(context.address.isLoopback()) };
@id("e") forbid (principal == Person::"per_1", action in Action::"step-up", resource) when { context["recentlyVerified"] == false };
@id("f") permit (principal in Role::"engineer", action, resource == Model::"mdl_1") when { context.address.isInRange(ip("10.0.0.0/8")) };
@id("g") forbid (principal, action == Action::"models.read", resource) when { {a: context}.a.sensitivity > 2 };
@id("h") permit (principal, action == Action::"ledger.read", resource == Server::"server") when { ["session"].contains(context.credential) && context.classification like "pub*" };
@id("i") permit (principal, action in [Action::"projects.read"], resource in Server::"server") when { principal in Role::"auditor" };
`;

/** Cedar, asked about all policies, with the schema and everything that there is to say. */
function wholeAnswer({ principal, roles, action, resource, context }: PolicyRequest) {
  const type = principal.kind === 'person' ? 'Person' : 'Service';
  const types = { server: 'Server', project: 'Project', model: 'Model' } as const;
  const uid = { type: types[resource.scope.kind], id: resource.scope.kind === 'server' ? 'server' : resource.scope.id };
  const server = { uid: { type: 'Server', id: 'server' }, attrs: {}, parents: [] };
  const project = (id: string) => ({ uid: { type: 'Project', id }, attrs: {}, parents: [server.uid] });
  const parent = resource.projectId;
  const places =
    resource.scope.kind === 'model'
      ? [
          { uid, attrs: {}, parents: parent === null ? [server.uid] : [{ type: 'Project', id: parent }] },
          ...(parent === null ? [] : [project(parent)]),
        ]
      : resource.scope.kind === 'project'
        ? [project(resource.scope.id)]
        : [];
  const answer = statefulIsAuthorized({
    principal: { type, id: principal.id },
    action: { type: 'Action', id: action },
    resource: uid,
    context: { ...context, address: { __extn: { fn: 'ip', arg: ipaddr.process(context.address).toString() } } },
    preparsedSchemaName: 'schema',
    validateRequest: true,
    preparsedPolicySetId: 'whole',
    entities: [
      { uid: { type, id: principal.id }, attrs: {}, parents: roles.map((id) => ({ type: 'Role', id })) },
      ...places,
      server,
    ],
  });
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  expect(answer.response.diagnostics.errors).toEqual([]);
  return { allowed: answer.response.decision === 'allow', policies: answer.response.diagnostics.reason.toSorted() };
}

const allows = (policies: PreparedPolicies, one: Situation): boolean =>
  policies.evaluate(questionOf(one).request).allowed;

describe('decisions', () => {
  test.each([
    ['the default policies', defaultPolicies],
    ['odd policies', odd],
  ])('slices, leaving out and remembering change no answer: %s', (_, text) => {
    const prepared = new PreparedPolicies(text);
    preparseSchema('schema', cedarSchema);
    const whole = Object.fromEntries(parsePolicies(text).map((one) => [one.id, one.text]));
    expect(preparsePolicySet('whole', { staticPolicies: whole })).toEqual({ type: 'success' });
    fc.assert(
      fc.property(situation, (one) => {
        fc.pre(appliesTo(one.action, one.resource.scope.kind));
        const { request } = questionOf(one);
        const expected = wholeAnswer(request);
        for (const outcome of [prepared.evaluate(request), prepared.evaluate(request)]) {
          expect({ allowed: outcome.allowed, policies: outcome.policies }).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('one prepared set never answers for another that was prepared before it', () => {
    for (let i = 0; i < 3; i++) {
      const deny = new PreparedPolicies('@id("no") forbid (principal, action, resource);');
      const allow = new PreparedPolicies('@id("yes") permit (principal, action, resource);');
      fc.assert(
        fc.property(situation, (one) => {
          fc.pre(appliesTo(one.action, one.resource.scope.kind));
          return allows(allow, one) && !allows(deny, one);
        }),
        { numRuns: 50 },
      );
      deny.dispose();
      allow.dispose();
    }
  });

  const prepared = new PreparedPolicies(defaultPolicies);

  test('monotone: taking a grant away never allows more', () => {
    fc.assert(
      fc.property(situation, fc.nat(), (one, chosen) => {
        const grants = [...one.held.byScope.values()].flat();
        fc.pre(grants.length > 0);
        const fewer = { ...one, held: holding(grants.filter((_, at) => at !== chosen % grants.length)) };
        return !allows(prepared, fewer) || allows(prepared, one);
      }),
    );
  });

  test('monotone: proving more never allows less', () => {
    fc.assert(
      fc.property(situation, (one) => {
        const stronger = { ...one, recentlyVerified: true, now: { ...one.now, level: 2 as const } };
        return !allows(prepared, one) || allows(prepared, stronger);
      }),
    );
  });

  test('default deny: no grants, no action, under any circumstances', () => {
    fc.assert(fc.property(situation, (one) => !allows(prepared, { ...one, held: holding([]) })));
  });

  test('a forbid wins over whatever permits', () => {
    const closed = new PreparedPolicies(`${defaultPolicies}\n@id("closed") forbid (principal, action, resource);`);
    fc.assert(fc.property(situation, (one) => !allows(closed, one)));
  });

  test('containment: grants elsewhere change nothing', () => {
    fc.assert(
      fc.property(situation, (one) => {
        const { scope, projectId } = one.resource;
        const here = new Set([scopeKey(scope), 'server', ...(projectId === null ? [] : [`project:${projectId}`])]);
        const grants = [...one.held.byScope.values()].flat().filter((grant) => here.has(scopeKey(grant.scope)));
        return allows(prepared, one) === allows(prepared, { ...one, held: holding(grants) });
      }),
    );
  });

  test('no program does what needs step-up', () => {
    fc.assert(
      fc.property(situation, (one) => {
        fc.pre(one.principal.kind === 'service');
        return !allows(prepared, {
          ...one,
          action: 'policies.decide',
          resource: { ...one.resource, scope: { kind: 'server' } },
        });
      }),
    );
  });

  test('a forbid that cannot be evaluated denies: Cedar alone would skip it and allow', () => {
    const failing = new PreparedPolicies(`
      @id("yes") permit (principal, action, resource);
      @id("broken") forbid (principal, action, resource) when { context.level + 9223372036854775807 > 0 };`);
    fc.assert(
      fc.property(situation, (one) => {
        fc.pre(appliesTo(one.action, one.resource.scope.kind));
        const outcome = failing.evaluate(questionOf(one).request);
        expect(outcome).toEqual({ allowed: false, policies: [], roles: [], failed: ['broken'] });
      }),
      { numRuns: 20 },
    );
  });
});
