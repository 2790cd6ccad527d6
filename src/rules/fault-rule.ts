import type { Facets } from '../formats/facets.ts';
import type { StructureFault } from '../formats/structure-fault.ts';
import { defineRule, type Rule, type Severity } from './rule.ts';

/** The facets that carry a list of structure faults. */
type FaultyFacet = {
  [Name in keyof Facets]: Facets[Name] extends { readonly faults: readonly StructureFault[] } ? Name : never;
}[keyof Facets];

type CodeOf<Facet extends FaultyFacet> = Facets[Facet]['faults'][number]['code'];

export interface FaultData {
  /** Code of the structure fault. */
  readonly fault: string;
  readonly detail: string;
}

type FaultRule<Facet extends FaultyFacet, Id extends string> = Pick<
  Rule<Facet, FaultData, Id>,
  'id' | 'title' | 'severity' | 'inconclusive' | 'facet' | 'formats' | 'references' | 'why' | 'fix' | 'examples'
> & {
  /** The faults it fires on; a severity where the rule's own is too coarse. */
  readonly faults: { readonly [Code in CodeOf<Facet>]?: Severity | true };
};

/** A rule that fires on structure faults of certain kinds, as the format recorded them. */
export function faultRule<const Facet extends FaultyFacet, const Id extends string>(
  rule: FaultRule<Facet, Id>,
): Rule<Facet, FaultData, Id> {
  const { faults, ...texts } = rule;
  const judged = new Map<string, Severity | true>(Object.entries(faults));
  return defineRule<FaultData>()({
    ...texts,
    message: (data) => data.detail,
    check(value, report) {
      for (const { code, detail, span, pointer } of value.faults as readonly StructureFault[]) {
        const severity = judged.get(code);
        if (severity === undefined) continue;
        report({
          data: { fault: code, detail },
          span,
          ...(pointer === undefined ? {} : { pointer }),
          ...(severity === true ? {} : { severity }),
        });
      }
    },
  });
}
