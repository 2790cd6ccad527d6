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

type DecidableVersion = Pick<VersionRow, 'id' | 'model_id' | 'facts' | 'release_facts'>;

export interface DecidedVersion extends ActivePolicy {
  readonly facts: readonly AdmissionFacts[];
  readonly waivers: readonly GivenWaiver[];
  readonly decision: AdmissionDecision;
}

const worstFirst: readonly AdmissionDecision['outcome'][] = ['deny', 'review', 'allow'];

/** Of the files as they came and as they are to be given out: the worse outcome, the reasons of both. */
export function combined(first: AdmissionDecision, second: AdmissionDecision): AdmissionDecision {
  const known = new Set(first.reasons.map(({ rule, effect }) => `${effect} ${rule}`));
  const added = second.reasons.filter(({ rule, effect }) => !known.has(`${effect} ${rule}`));
  const outcome = worstFirst.find((one) => first.outcome === one || second.outcome === one) ?? 'deny';
  return { ...first, outcome, reasons: [...first.reasons, ...added] };
}

/** Facts that a decision looks at: of the files as they came and, where that was prepared, as they are to be given out. */
async function factsToJudge(read: Reader, version: DecidableVersion): Promise<readonly AdmissionFacts[]> {
  const came = readFacts(version.facts);
  if (came === null) return [];
  const given = version.release_facts === version.facts ? null : readFacts(version.release_facts);
  const model = await modelOf(read, version.model_id);
  return [came, ...(given === null ? [] : [given])].map((facts) => withModel(facts, model));
}

/** Decides about all of them, with waivers beside those that were given. */
export function decideAbout(
  { policy, version, facts }: Omit<DecidedVersion, 'decision' | 'waivers'>,
  { waivers, nowMs }: { readonly waivers: readonly GivenWaiver[]; readonly nowMs: number },
): AdmissionDecision {
  const [first, second] = facts.map((one) => decideAdmission(policy, one, { waivers, policyVersion: version, nowMs }));
  if (first === undefined) throw RegistryError.of('version-state', 'it was not examined');
  return second === undefined ? first : combined(first, second);
}

/**
 * Decides about a version by the policy in force and what was found when it was examined. Null where that is not known.
 * @throws RegistryError `policy-invalid`.
 */
export async function decideVersion(
  read: Reader,
  version: DecidableVersion,
  nowMs: number,
): Promise<DecidedVersion | null> {
  const facts = await factsToJudge(read, version);
  if (facts.length === 0) return null;
  const active = await activePolicy(read);
  const waivers = await waiversOf(read, version);
  const decision = decideAbout({ ...active, facts }, { waivers, nowMs });
  return { ...active, facts, waivers, decision };
}

/** Facts with what is known now of the model of a version. */
export async function withModelOf(
  read: Reader,
  { model_id: modelId }: Pick<VersionRow, 'model_id'>,
  facts: AdmissionFacts,
): Promise<AdmissionFacts> {
  return withModel(facts, await modelOf(read, modelId));
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
