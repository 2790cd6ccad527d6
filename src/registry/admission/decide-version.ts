import type { Kysely } from 'kysely';
import type { AdmissionDecision } from '../../contract/types/registry.ts';
import type { Classification } from '../../access/policies/request.ts';
import { licenceOf } from '../../bom/licences.ts';
import type { Database } from '../../store/tables/index.ts';
import { modelOf } from '../pipeline/model-of.ts';
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
  readonly tags: readonly string[];
  readonly licence: string | null;
}

/** Facts with what is known of the model now. */
function withModel(facts: AdmissionFacts, { name, classification, tags, licence }: ModelOfFacts): AdmissionFacts {
  return {
    ...facts,
    model: { name, classification, tags: [...tags] },
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

/** Facts of the files as they came and, where that was prepared, as they are to be given out; the very same where these are. */
interface FactsOfSides {
  readonly came: AdmissionFacts;
  readonly given: AdmissionFacts | null;
}

export interface DecidedVersion extends ActivePolicy {
  readonly facts: FactsOfSides;
  readonly waivers: readonly GivenWaiver[];
  /** Of both sides, the worse of both; reasons of both. */
  readonly decision: AdmissionDecision;
  /** The policy wants what is to be given out converted still. */
  readonly isOutdated: boolean;
}

const worstFirst: readonly AdmissionDecision['outcome'][] = ['deny', 'review', 'allow'];

function combined(first: AdmissionDecision, second: AdmissionDecision): AdmissionDecision {
  const known = new Set(first.reasons.map(({ rule, effect }) => `${effect} ${rule}`));
  const added = second.reasons.filter(({ rule, effect }) => !known.has(`${effect} ${rule}`));
  const outcome = worstFirst.find((one) => first.outcome === one || second.outcome === one) ?? 'deny';
  return { ...first, outcome, reasons: [...first.reasons, ...added] };
}

async function factsToJudge(read: Reader, version: DecidableVersion): Promise<FactsOfSides | null> {
  return version.facts === null ? null : factsOfSides(version, await modelOf(read, version.model_id));
}

/** Null where the version was not examined. */
export function factsOfSides(
  version: Pick<VersionRow, 'facts' | 'release_facts'>,
  model: ModelOfFacts,
): FactsOfSides | null {
  const found = readFacts(version.facts);
  if (found === null) return null;
  const came = withModel(found, model);
  if (version.release_facts === version.facts) return { came, given: came };
  const given = readFacts(version.release_facts);
  return { came, given: given === null ? null : withModel(given, model) };
}

type Deciding = Omit<DecidedVersion, 'decision' | 'isOutdated'> & { readonly nowMs: number };

/** Decides about both sides. */
export function decideSides({ policy, version, facts, waivers, nowMs }: Deciding): DecidedVersion {
  const decide = (one: AdmissionFacts): AdmissionDecision =>
    decideAdmission(policy, one, { waivers, policyVersion: version, nowMs });
  const { came, given } = facts;
  const first = decide(came);
  const second = given === null || given === came ? first : decide(given);
  const decision = second === first ? first : combined(first, second);
  const isOutdated = second.convert && (given?.conversion?.needed.total ?? 0) > 0;
  return { policy, version, facts, waivers, decision, isOutdated };
}

/**
 * Decides about a version by the policy in force, what was found when it was examined, and the waivers that hold now. Null where that is not
 * known. @throws RegistryError `policy-invalid`.
 */
export async function decideVersion(
  read: Reader,
  version: DecidableVersion,
  nowMs: number,
): Promise<DecidedVersion | null> {
  const facts = await factsToJudge(read, version);
  if (facts === null) return null;
  const active = await activePolicy(read);
  return decideSides({ ...active, facts, waivers: await waiversOf(read, version), nowMs });
}
