import type { ConfigDocument } from '../../formats/document.ts';
import { defineRule, type Hit, type Rule, type RuleContext, type Severity } from '../rule.ts';
import { type DocumentIndex, indexOf, type Place } from './document-index.ts';

/** Reports a place; `severity` only where the rule's own is too coarse. */
type ReportPlace<Data> = (place: Place, data: Data, severity?: Severity) => void;

type DocumentRuleTexts<Data, Id extends string> = Omit<Rule<'document', Data, Id>, 'facet' | 'check'> & {
  check(index: DocumentIndex, report: ReportPlace<Data>, context: RuleContext): void;
};

/** A rule about configuration trees. It asks the document's index for places and reports some of them. */
export function documentRule<Data extends object>() {
  return <const Id extends string>(rule: DocumentRuleTexts<Data, Id>): Rule<'document', Data, Id> =>
    defineRule<Data>()({
      ...rule,
      facet: 'document',
      check(document: ConfigDocument, report, context) {
        rule.check(indexOf(document), (place, data, severity) => report(hitAt(place, data, severity)), context);
      },
    });
}

function hitAt<Data>(place: Place, data: Data, severity: Severity | undefined): Hit<Data> {
  const { span, pointer } = place;
  return {
    data,
    pointer,
    ...(span === undefined ? {} : { span }),
    ...(severity === undefined ? {} : { severity }),
  };
}
