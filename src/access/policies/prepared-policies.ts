import {
  type CedarValueJson,
  type Context,
  type EntityJson,
  preparsePolicySet,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import ipaddr from 'ipaddr.js';
import type { ActionId, Role } from '../../contract/actions.ts';
import { ANY_ADDRESS } from './best-case.ts';
import { groupsOf } from './cedar-schema.ts';
import { AccessError } from './errors.ts';
import { type NamedInPolicies, namedInPolicies } from './named-in-policies.ts';
import { type ParsedPolicy, parsePolicies } from './parse-policies.ts';
import { appliesTo, type PolicyOutcome, type PolicyRequest, type Resource } from './request.ts';
import { rolesNamed } from './roles-named.ts';
import { type Slice, sliceFor } from './slice.ts';

const SERVER = { type: 'Server', id: 'server' } as const;
const entityTypes = { person: 'Person', service: 'Service' } as const;

/** Answers that are kept for each action. The answer depends on nothing but what is in the key. */
const MAX_REMEMBERED = 2_000;

/** Cedar keeps what it parsed by name, and forgets nothing: names are used again. */
const freeNames: string[] = [];
let namesMade = 0;

interface PreparedSlice {
  readonly name: string;
  readonly slice: Slice;
  readonly remembered: Map<string, PolicyOutcome>;
}

/** Policies, parsed once, that answer requests. Belongs to one thread. */
export class PreparedPolicies {
  readonly #policies: readonly ParsedPolicy[];
  readonly #roles: ReadonlyMap<string, readonly Role[]>;
  #named: NamedInPolicies | undefined;
  readonly #slices = new Map<ActionId, PreparedSlice>();

  /** @throws AccessError `policy-invalid`. */
  constructor(text: string) {
    this.#policies = parsePolicies(text);
    this.#roles = new Map(this.#policies.map((policy) => [policy.id, rolesNamed(policy)]));
  }

  /** What they name besides roles. */
  get named(): NamedInPolicies {
    this.#named ??= namedInPolicies(this.#policies);
    return this.#named;
  }

  /** What Cedar answers. Anything that goes wrong inside of it denies. */
  evaluate(request: PolicyRequest): PolicyOutcome {
    if (!appliesTo(request.action, request.resource.scope.kind)) return denied([]);
    const prepared = this.#slices.get(request.action) ?? this.#prepare(request.action);
    const key = keyOf(request, prepared.slice);
    const known = prepared.remembered.get(key);
    if (known !== undefined) return known;
    const outcome = this.#ask(request, prepared);
    if (prepared.remembered.size >= MAX_REMEMBERED) forgetOldest(prepared.remembered);
    prepared.remembered.set(key, outcome);
    return outcome;
  }

  /**
   * Asks Cedar what nobody asked before: an answer that is remembered says nothing about whether Cedar still answers.
   * @throws AccessError `policies-unavailable`, and whatever a broken Cedar throws.
   */
  probe(): void {
    const id = `per_${(probes++).toString().padStart(26, '0')}`;
    const prepared = this.#slices.get(PROBED) ?? this.#prepare(PROBED);
    const { failed } = this.#ask(probeRequest(id), prepared);
    if (failed.length > 0) throw AccessError.of('policies-unavailable', `${failed.join(', ')} cannot be evaluated`);
  }

  /** Lets others use the place. Not to be asked any more. */
  dispose(): void {
    for (const { name } of this.#slices.values()) freeNames.push(name);
    this.#slices.clear();
  }

  #prepare(action: ActionId): PreparedSlice {
    const slice = sliceFor(action, this.#policies);
    const name = freeNames.pop() ?? `slice-${namesMade++}`;
    const answer = preparsePolicySet(name, { staticPolicies: slice.policies });
    if (answer.type === 'failure') {
      freeNames.push(name);
      throw AccessError.of('policy-invalid', answer.errors.map(({ message }) => message).join('; '));
    }
    const prepared = { name, slice, remembered: new Map<string, PolicyOutcome>() };
    this.#slices.set(action, prepared);
    return prepared;
  }

  #ask(request: PolicyRequest, { name, slice }: PreparedSlice): PolicyOutcome {
    const { principal, action, resource } = request;
    const answer = statefulIsAuthorized({
      principal: { type: entityTypes[principal.kind], id: principal.id },
      action: { type: 'Action', id: action },
      resource: uidOf(resource),
      context: contextOf(request, slice),
      entities: entitiesOf(request, slice),
      preparsedPolicySetId: name,
    });
    if (answer.type === 'failure') return denied(Object.keys(slice.policies));
    const { decision, diagnostics } = answer.response;
    if (diagnostics.errors.length > 0) return denied(diagnostics.errors.map(({ policyId }) => policyId));
    const policies = diagnostics.reason.toSorted();
    const roles = new Set(policies.flatMap((id) => this.#roles.get(id) ?? []));
    return { allowed: decision === 'allow', policies, roles: [...roles], failed: [] };
  }
}

const PROBED = 'overview.read' satisfies ActionId;
let probes = 0;

function probeRequest(id: string): PolicyRequest {
  return {
    principal: { kind: 'person', id },
    roles: [],
    action: PROBED,
    resource: { scope: { kind: 'server' }, projectId: null, classification: 'public' },
    context: {
      level: 2,
      recentlyVerified: true,
      address: ANY_ADDRESS,
      hour: 0,
      weekday: 1,
      purpose: '',
      classification: 'public',
      sensitivity: 0,
      credential: 'session',
    },
  };
}

function denied(failed: readonly string[]): PolicyOutcome {
  return { allowed: false, policies: [], roles: [], failed };
}

function forgetOldest(remembered: Map<string, PolicyOutcome>): void {
  const { value, done } = remembered.keys().next();
  if (done !== true) remembered.delete(value);
}

/** As JSON: no text inside of it, such as a purpose that the caller chose, can look like another request. */
function keyOf({ principal, roles, resource, context }: PolicyRequest, { attributes }: Slice): string {
  const { scope, projectId } = resource;
  const facts = attributes.map((name) => context[name]);
  return JSON.stringify([principal.kind, principal.id, roles, scope.kind, idOf(resource), projectId, facts]);
}

function contextOf({ context }: PolicyRequest, { attributes }: Slice): Context {
  return Object.fromEntries(
    attributes.map((name) => [name, name === 'address' ? ipOf(context.address) : context[name]]),
  );
}

/** Cedar takes no IPv4 address that is written as IPv6, and no zone. */
function ipOf(address: string): CedarValueJson {
  const [plain = ''] = address.split('%');
  return { __extn: { fn: 'ip', arg: ipaddr.isValid(plain) ? ipaddr.process(plain).toString() : plain } };
}

function idOf({ scope }: Resource): string {
  return scope.kind === 'server' ? SERVER.id : scope.id;
}

function uidOf({ scope }: Resource): { readonly type: string; readonly id: string } {
  if (scope.kind === 'server') return SERVER;
  return { type: scope.kind === 'project' ? 'Project' : 'Model', id: scope.id };
}

function entitiesOf({ principal, roles, action, resource }: PolicyRequest, { readsAction }: Slice): EntityJson[] {
  const entities: EntityJson[] = [
    {
      uid: { type: entityTypes[principal.kind], id: principal.id },
      attrs: {},
      parents: roles.map((id) => ({ type: 'Role', id })),
    },
  ];
  if (resource.scope.kind !== 'server')
    entities.push({ uid: uidOf(resource), attrs: {}, parents: containersOf(resource) });
  if (readsAction) {
    const parents = groupsOf(action).map((id) => ({ type: 'Action', id }));
    entities.push({ uid: { type: 'Action', id: action }, attrs: {}, parents });
  }
  return entities;
}

function containersOf({ scope, projectId }: Resource): { type: string; id: string }[] {
  const hasProject = scope.kind === 'model' && projectId !== null;
  return hasProject ? [{ type: 'Project', id: projectId }, { ...SERVER }] : [{ ...SERVER }];
}
