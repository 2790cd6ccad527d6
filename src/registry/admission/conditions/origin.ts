import { isCut, type AdmissionFacts, type SourceSigner } from '../facts.ts';
import { isMetBy } from '../licences.ts';
import type { AdmissionPolicy, Conditions } from '../policy-schema.ts';
import { signerTest, signingKey } from '../signing-trust.ts';
import { matchesAny } from '../wildcard.ts';
import { type Answer, answer, type Ask, fewOf, type Holds, unknown } from './answer.ts';

type Wanted<Key extends keyof Conditions> = NonNullable<Conditions[Key]>;
type Licences = NonNullable<AdmissionFacts['licences']>;

export function licences(wanted: Wanted<'licences'>): Ask {
  return ({ facts: { licences: all } }) => {
    if (all === null) return unknown('the licence is');
    const found = (): string => licenceText(all);
    if (wanted.known !== undefined) return answer(isKnown(all) === wanted.known, found);
    if (wanted.only !== undefined) return answer(areOnly(all, wanted.only), found);
    return answer(areAny(all, wanted.any ?? []), found);
  };
}

/** SPDX knows the ids; a name that the owner entered himself is known to him. */
function isKnown(all: Licences): boolean {
  return all.total > 0 && !isCut(all) && all.items.every(({ kind, origin }) => kind !== 'name' || origin === 'owner');
}

function areOnly(all: Licences, only: readonly string[]): Holds {
  if (all.total === 0 || all.items.some(({ name }) => !isMetBy(name, (id) => matchesAny(only, id)))) return false;
  return isCut(all) ? null : true;
}

function areAny(all: Licences, any: readonly string[]): Holds {
  if (all.items.some(({ name }) => !isMetBy(name, (id) => !matchesAny(any, id)))) return true;
  return isCut(all) ? null : false;
}

function licenceText({ items, total }: Licences): string {
  if (total === 0) return 'no licence is stated';
  const named = items.map(({ name, origin }) => `${name} (${origin === 'owner' ? 'by its owner' : origin})`);
  return `the licence is ${fewOf(named, total)}`;
}

export function signatures({ by, atLeast }: Wanted<'signatures'>, { signers }: AdmissionPolicy): Ask {
  const tests = signers
    .filter(({ name }) => by.includes(name))
    .map((signer) => ({ name: signer.name, isOne: signerTest(signer) }));
  return ({ facts: { signatures: all } }) => {
    if (all === null) return unknown('who signed it is');
    const counted = countedOf(all.signers.items, tests);
    if (counted.length >= atLeast) return answer(true, () => `signed by ${fewOf(counted)}`);
    const isOpen = isCut(all.signers) || all.unverified.total > 0;
    return answer(isOpen ? null : false, () => shortfall({ by, atLeast, counted, unverified: all.unverified.items }));
  };
}

interface NamedTest {
  readonly name: string;
  readonly isOne: (found: SourceSigner) => boolean;
}

/** One person under two names, and one key twice, are not two signers. */
function countedOf(found: readonly SourceSigner[], tests: readonly NamedTest[]): string[] {
  const names = new Set<string>();
  const keys = new Set<string>();
  for (const signer of found) {
    const name = tests.find(({ name: one, isOne }) => !names.has(one) && isOne(signer))?.name;
    if (name === undefined || keys.has(signingKey(signer))) continue;
    names.add(name);
    keys.add(signingKey(signer));
  }
  return [...names];
}

interface Shortfall {
  readonly by: readonly string[];
  readonly atLeast: number;
  readonly counted: readonly string[];
  readonly unverified: readonly string[];
}

function shortfall({ by, atLeast, counted, unverified }: Shortfall): string {
  const asked =
    atLeast === 1
      ? `none of ${fewOf(by)} has signed it`
      : `${counted.length} of ${fewOf(by)} have signed it, ${atLeast} must`;
  return unverified.length === 0 ? asked : `${asked}; not verified: ${fewOf(unverified)}`;
}

export function classification(wanted: Wanted<'classification'>): Ask {
  return ({ facts: { model } }) => {
    const found = model.classification;
    if (found === null) return unknown('the classification is');
    return answer(wanted.includes(found), () => `it is ${found}`);
  };
}

export function source(wanted: Wanted<'source'>): Ask {
  return ({ facts }) => answer(wanted.includes(facts.source.kind), () => sourceText(facts));
}

export function hubs(wanted: Wanted<'hubs'>): Ask {
  return ({ facts }) => onHub(facts, ({ endpoint }) => matchesAny(wanted, endpoint));
}

export function repositories(wanted: Wanted<'repositories'>): Ask {
  return ({ facts }) => onHub(facts, ({ repository }) => matchesAny(wanted, repository));
}

type HubSource = Extract<AdmissionFacts['source'], { kind: 'hub' }>;

function onHub(facts: AdmissionFacts, holds: (from: HubSource) => boolean): Answer {
  return answer(facts.source.kind === 'hub' && holds(facts.source), () => sourceText(facts));
}

function sourceText({ source: from }: AdmissionFacts): string {
  return from.kind === 'upload' ? 'it was uploaded' : `it comes from ${from.repository} at ${from.endpoint}`;
}

export function models(wanted: Wanted<'models'>): Ask {
  return ({ facts: { model } }) => answer(matchesAny(wanted, model.name), () => `it is called ${model.name}`);
}

export function tags(wanted: Wanted<'tags'>): Ask {
  return ({ facts: { model } }) => {
    const found = model.tags.filter((tag) => wanted.includes(tag));
    return answer(found.length > 0, () => (found.length > 0 ? `it has the tag ${fewOf(found)}` : 'it has no such tag'));
  };
}
