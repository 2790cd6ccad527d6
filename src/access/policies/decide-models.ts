import type { ActionId } from '../../contract/actions.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Caller } from '../caller.ts';
import type { HeldGrants } from '../grants/held-grants.ts';
import { NOWHERE } from '../grants/role-actions.ts';
import { type AuthorizerOptions, barredBy, grantsThatTookPart } from './authorizer.ts';
import { stepUp } from './demand.ts';
import type { Classification, Resource } from './request.ts';
import { questionOf, situationOf } from './situation.ts';

/** All that a decision looks at of a model. */
export interface ModelPlace {
  readonly id: string;
  readonly projectId: string;
  readonly classification: Classification;
}

/** Answers for one caller and one action, without asking the records again. */
export interface ModelDecisions {
  readonly allows: (model: ModelPlace) => boolean;
  /** Ids of models, and of other places, that are not decided about like the others of their project and classification. */
  readonly alone: ReadonlySet<string>;
}

export type DecideModels = (
  caller: Caller,
  action: ActionId,
  /** As if somebody with a session had just proved again who he is: for what he could do, not for doing it. */
  as?: { readonly isVerified: true },
) => Promise<ModelDecisions>;

const nothing: ModelDecisions = { allows: () => false, alone: new Set() };

/**
 * Decides about very many models as the authorizer would about each. A decision looks at the grants that count for the model, at its
 * classification, and at its id and that of its project: those that no grant of the caller and no policy names are alike, and decided once.
 */
export function createDecideModels(options: AuthorizerOptions): DecideModels {
  return async (caller, action, as) => {
    const { records } = options;
    await records.fresh();
    const { principal } = caller;
    if (principal === null || barredBy({ caller, action }) !== null) return nothing;
    const held = await records.grantsOf(principal.id);
    const isOnlyAsked = as !== undefined;
    const isVerified = isOnlyAsked && caller.credential?.kind === 'session';
    return decisionsOf(options, { caller, action, principal, held, isOnlyAsked, isVerified });
  };
}

interface Deciding {
  readonly caller: Caller;
  readonly action: ActionId;
  readonly principal: PrincipalRef;
  readonly held: HeldGrants;
  /** What somebody could do: no grant is used for that. */
  readonly isOnlyAsked: boolean;
  readonly isVerified: boolean;
}

function decisionsOf(options: AuthorizerOptions, deciding: Deciding): ModelDecisions {
  const alone = namedPlaces(options, deciding.held);
  const known = new Map<string, boolean>();
  const allows = (model: ModelPlace): boolean => {
    const id = alone.has(model.id) ? model.id : NOWHERE.model;
    const projectId = alone.has(model.projectId) ? model.projectId : NOWHERE.project;
    const key = `${id} ${projectId} ${model.classification}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const scope = { kind: 'model', id } as const;
    const allowed = decide(options, deciding, { scope, projectId, classification: model.classification });
    known.set(key, allowed);
    return allowed;
  };
  return { allows, alone };
}

function namedPlaces({ records }: AuthorizerOptions, { byScope }: HeldGrants): ReadonlySet<string> {
  const places = new Set(records.policies.prepared.named.places);
  for (const [grant] of byScope.values()) {
    if (grant !== undefined && grant.scope.kind !== 'server') places.add(grant.scope.id);
  }
  return places;
}

function decide(
  { records, usage, clock, stepUpSeconds }: AuthorizerOptions,
  { caller, action, principal, held, isOnlyAsked, isVerified }: Deciding,
  resource: Resource,
): boolean {
  const atMs = clock();
  const situation = situationOf({ principal, action, resource, held }, caller, { atMs, stepUpSeconds });
  const { request, weighed } = questionOf(isVerified ? stepUp(situation) : situation);
  const outcome = records.policies.prepared.evaluate(request);
  if (outcome.allowed && !isOnlyAsked) usage.note(grantsThatTookPart(outcome, weighed), atMs);
  return outcome.allowed;
}
