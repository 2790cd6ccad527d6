import type { AnomalyCode, ArchiveAnomaly } from '../../formats/archive.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface AnomalyData {
  /** Member it concerns; '' for the archive as a whole. */
  readonly member: string;
  readonly detail: string;
}

type AnomalyRule<Id extends string> = Pick<
  Rule<'archive', AnomalyData, Id>,
  'id' | 'title' | 'severity' | 'formats' | 'references' | 'why' | 'fix' | 'examples'
> & {
  /** Which contradictions of entries and of the archive as a whole it stands for. */
  readonly codes: readonly AnomalyCode[];
};

/** A rule that fires on contradictions the reader of a container has already found. */
export function anomalyRule<const Id extends string>({
  codes,
  ...texts
}: AnomalyRule<Id>): Rule<'archive', AnomalyData, Id> {
  return defineRule<AnomalyData>()({
    ...texts,
    facet: 'archive',
    message: ({ member, detail }) => (member === '' ? detail : `${member}: ${detail}`),
    check({ entries, anomalies }, report) {
      const fire = ({ code, detail, offset }: ArchiveAnomaly, member: string): void => {
        if (!codes.includes(code)) return;
        const span = { start: offset, end: offset };
        report({ data: { member, detail }, span, ...(member === '' ? {} : { pointer: member }) });
      };
      for (const anomaly of anomalies) fire(anomaly, '');
      for (const entry of entries) for (const anomaly of entry.anomalies) fire(anomaly, entry.name);
    },
  });
}
