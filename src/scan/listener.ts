import type { FacetName, Facets } from '../formats/facets.ts';
import type { AnyRule, RuleContext } from '../rules/rule.ts';

/** A rule that finds nothing and hands on what the formats tell: for whoever wants to know what is in a file. */
export function listener<Name extends FacetName>(
  facet: Name,
  take: (value: Facets[Name], context: RuleContext) => void,
): AnyRule {
  return {
    id: `listen-${facet}`,
    title: '',
    severity: 'info',
    facet,
    formats: [],
    references: [],
    why: '',
    fix: '',
    examples: { bad: [], good: [] },
    message: () => '',
    check: (value, _report, context) => take(value as Facets[Name], context),
  };
}
