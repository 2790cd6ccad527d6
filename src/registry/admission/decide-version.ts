import type { Kysely } from 'kysely';
import type { AdmissionDecision } from '../../contract/types/registry.ts';
import type { Classification } from '../../access/policies/request.ts';
import { licenceOf } from '../../bom/licences.ts';
import type { Database } from '../../store/tables/index.ts';
import { RegistryError } from '../errors.ts';
import type { VersionRow } from '../versions/move-version.ts';
import { type ActivePolicy, activePolicy } from './active-policy.ts';
import { decideAdmission, type GivenWaiver } from './decide.ts';
import type { AdmissionFacts } from './facts.ts';
import { readFacts } from './read-facts.ts';
import { waiversOf } from './waivers-of.ts';

type Reader = Pick<Kysely<Database>, 'selectFrom'>;

/** What the registry knows of a model that a policy may ask for. It changes after an examination. */
export interface ModelOfFacts {
  readonly name: string;
  readonly classification: Classification | null;
  /** JSON list. */
  readonly tags: string;
  readonly licence: string | null;
}

/** Facts with what is known of the model now. */
export function withModel(
  facts: AdmissionFacts,
  { name, classification, tags, licence }: ModelOfFacts,
): AdmissionFacts {
  return {
    ...facts,
    model: { name, classification, tags: JSON.parse(tags) as string[] },
    licences: facts.licences === null ? null : withOwners(facts.licences, licence),
  };
}

type Licences = NonNullable<AdmissionFacts['licences']>;

function withOwners({ items, total }: Licences, licence: string | null): Licences {
  const stated = items.filter(({ origin }) => origin !== 'owner');
  const rest = total - (items.length - stated.length);
  if (licence === null || licence === '') return { items: stated, total: rest };
  const { name, kind } = licenceOf(licence);
  return { items: [{ name, kind, origin: 'owner' }, ...stated], total: rest + 1 };
}

export interface DecidedVersion extends ActivePolicy {
  readonly facts: AdmissionFacts;
  readonly waivers: readonly GivenWaiver[];
  readonly decision: AdmissionDecision;
}

/**
 * Decides about a version by the policy in force and what was found when it was examined. Null where that is not known.
 * @throws RegistryError `policy-invalid`.
 */
export async function decideVersion(
  read: Reader,
  version: Pick<VersionRow, 'id' | 'model_id' | 'facts'>,
  nowMs: number,
): Promise<DecidedVersion | null> {
  const kept = readFacts(version.facts);
  if (kept === null) return null;
  const facts = withModel(kept, await modelOf(read, version.model_id));
  const active = await activePolicy(read);
  const waivers = await waiversOf(read, version);
  const decision = decideAdmission(active.policy, facts, { waivers, policyVersion: active.version, nowMs });
  return { ...active, facts, waivers, decision };
}

async function modelOf(read: Reader, modelId: string): Promise<ModelOfFacts> {
  const found = await read
    .selectFrom('registry_models')
    .innerJoin('resources', 'resources.id', 'registry_models.id')
    .select(['registry_models.name', 'resources.classification', 'registry_models.tags', 'registry_models.licence'])
    .where('registry_models.id', '=', modelId)
    .executeTakeFirst();
  if (found === undefined) throw RegistryError.of('model-unknown', modelId);
  return found;
}

const MAX_REASONS = 20;
const MAX_REASON = 500;

/** Reasons of a decision for the ledger, the worst first. */
export function reasonsForLedger({ reasons }: AdmissionDecision): string[] {
  return reasons.slice(0, MAX_REASONS).map(({ rule, message }) => `${rule}: ${message}`.slice(0, MAX_REASON));
}
