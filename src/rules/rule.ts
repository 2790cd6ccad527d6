import type { Limits } from '../bytes/limits.ts';
import type { Span } from '../bytes/span.ts';
import type { FacetName, Facets } from '../formats/facets.ts';

export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

/** Where a rule is anchored in the outside world; at least one per rule. */
export interface Reference {
  readonly kind: 'CWE' | 'CVE' | 'GHSA' | 'ATLAS' | 'OWASP' | 'URL';
  readonly id: string;
}

/** A file that a rule fires on, or stays silent on. Bytes are made by code; hostile ones only ever name harmless commands. */
export interface Example {
  /** File name, since the name is a hint to the detection. */
  readonly name: string;
  readonly content: string | (() => Uint8Array);
}

/** One place a rule fires at. */
export interface Hit<Data> {
  readonly data: Data;
  readonly span?: Span;
  /** JSON pointer, GGUF key or member name within the artifact. */
  readonly pointer?: string;
  /** Only where the rule's own severity is too coarse. */
  readonly severity?: Severity;
}

/** Names a policy file adds to the allow-lists, each a prefix-free exact `module.name`. */
export interface RulePolicy {
  readonly allowedGlobals: ReadonlySet<string>;
  /** Further roots that configuration targets may name, such as a private package. */
  readonly allowedTargetRoots: ReadonlySet<string>;
}

export interface RuleContext {
  /** Path of the file or member under examination. */
  readonly path: string;
  /** Members from the outside in, joined by `!/`; '' for the file itself. */
  readonly member: string;
  readonly limits: Limits;
  readonly policy: RulePolicy;
}

/**
 * One danger, as data. `data` is what a hit found; every text a person reads is rendered from it, so that the
 * terminal, SARIF, the documentation and the console say the same.
 */
export interface Rule<Facet extends FacetName = FacetName, Data = never, Id extends string = string> {
  readonly id: Id;
  readonly title: string;
  readonly severity: Severity;
  /** True when a hit means that something was not understood: it forbids `clean` without calling the file bad. */
  readonly inconclusive?: boolean;
  readonly facet: Facet;
  /** Format ids it concerns, for documentation. */
  readonly formats: readonly string[];
  readonly references: readonly Reference[];
  readonly why: string;
  readonly fix: string;
  readonly examples: { readonly bad: readonly Example[]; readonly good: readonly Example[] };
  message(data: Data): string;
  check(value: Facets[Facet], report: (hit: Hit<Data>) => void, context: RuleContext): void;
}

/** Typed identity: binds `check` to its facet and `message` to its data. */
export function defineRule<Data extends object>() {
  return <Facet extends FacetName, const Id extends string>(rule: Rule<Facet, Data, Id>): Rule<Facet, Data, Id> => rule;
}

/** Any rule, with the types of its facet and data forgotten; for registries and the engine. */
// oxlint-disable-next-line typescript/no-explicit-any -- a rule is contravariant in its data, so no common supertype exists
export type AnyRule = Rule<any, any>;
