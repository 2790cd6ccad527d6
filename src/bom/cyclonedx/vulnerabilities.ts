import type { AnyRule, Reference } from '../../rules/rule.ts';
import { referenceUrl } from '../../scan/reporters/wording.ts';
import type { Finding } from '../../scan/report.ts';
import { visibleShort } from '../../scan/visible-text.ts';
import { uuidOf } from '../uuid.ts';
import type { Vulnerability } from './types.ts';

const MAX_DETAIL = 4000;
/** Places named in a description; the scan report has them all. */
const MAX_PLACES = 20;

export interface VulnerabilityContext {
  readonly rules: ReadonlyMap<string, AnyRule>;
  readonly refOf: (path: string) => string;
  readonly rootDigest: string;
}

/** Findings as VEX: one statement for each rule, severity and decision, with every file it concerns. */
export function vulnerabilitiesOf(
  findings: readonly Finding[],
  context: VulnerabilityContext,
): readonly Vulnerability[] {
  const groups = Map.groupBy(findings, ({ ruleId, severity, suppressed }) =>
    [ruleId, severity, suppressed?.reason ?? ''].join('\u0000'),
  );
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => vulnerabilityOf(key, group, context));
}

function vulnerabilityOf(key: string, group: readonly Finding[], context: VulnerabilityContext): Vulnerability {
  const { ruleId, severity, title, references } = group[0] as Finding;
  const refs = [...new Set(group.map((one) => context.refOf(one.location.path)))];
  const cwes = references.flatMap((one) => (one.kind === 'CWE' ? [Number(one.id.replace(/^CWE-/, ''))] : []));
  const others = references.filter((one) => one.kind === 'CVE' || one.kind === 'GHSA');
  return {
    'bom-ref': `finding:${uuidOf(`${context.rootDigest} ${key}`)}`,
    id: ruleId,
    source: { name: 'vouchsafe' },
    references: others.length === 0 ? undefined : others.map(vulnerabilityReference),
    ratings: [{ source: { name: 'vouchsafe' }, severity, method: 'other' }],
    cwes: cwes.length === 0 ? undefined : cwes,
    description: title,
    detail: detailOf(group),
    recommendation: context.rules.get(ruleId)?.fix,
    analysis: analysisOf(group[0] as Finding),
    affects: refs.map((ref) => ({ ref })),
  };
}

function vulnerabilityReference(reference: Reference) {
  const url = referenceUrl(reference);
  const name = reference.kind === 'CVE' ? 'NVD' : 'GitHub Advisories';
  return { id: reference.id, source: { name, ...(url === undefined ? {} : { url }) } };
}

function detailOf(group: readonly Finding[]): string {
  const lines = group.slice(0, MAX_PLACES).map(({ message, location }) => `${location.path}: ${message}`);
  const more = group.length > MAX_PLACES ? [`and ${group.length - MAX_PLACES} more`] : [];
  return visibleShort([...lines, ...more].join('; '), MAX_DETAIL);
}

/**
 * What the scan alone can say. A critical finding is something that acts when the file is loaded; anything milder a
 * person has to look at; `not_affected` is only ever somebody's recorded decision.
 */
function analysisOf({ severity, suppressed }: Finding): Vulnerability['analysis'] {
  if (suppressed !== undefined) {
    const until = suppressed.expires === undefined ? '' : ` until ${suppressed.expires}`;
    return { state: 'not_affected', detail: `accepted by ${suppressed.by}${until}: ${suppressed.reason}` };
  }
  return severity === 'critical'
    ? { state: 'exploitable', detail: 'the file acts when it is loaded' }
    : { state: 'in_triage', detail: 'found by a scan, not yet judged by a person' };
}
