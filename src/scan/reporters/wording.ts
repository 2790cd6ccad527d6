import { severities, type AnyRule, type Reference } from '../../rules/rule.ts';
import type { ArtifactReport, Coverage, Finding, Location, Verdict } from '../report.ts';
import type { Digest } from '../fingerprint.ts';
import { visible } from '../visible-text.ts';

/** What reporters need besides the report. */
export interface ReportContext {
  /** The catalogue that why and fix are rendered from. */
  readonly rules: readonly AnyRule[];
  readonly digest: Digest;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Decimal units, as disks and model hubs count: `1.5 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `12,345`. Not by `toLocaleString`, whose first call loads tables for 15 ms. */
export function grouped(number: number): string {
  return String(Math.round(number)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 file`, `2,000 files`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(number)} ${number === 1 ? singular : plural}`;
}

/** `byte 24 of archive/data.pkl, at /a/b`; empty when the finding concerns the file as a whole. */
export function describeLocation(location: Location): string {
  const { member, offset, pointer } = location;
  const byte = offset === undefined ? '' : `byte ${grouped(offset)}`;
  const inside = member === undefined ? '' : visible(member);
  const place = byte !== '' && inside !== '' ? `${byte} of ${inside}` : byte + inside;
  const key = pointer === undefined || pointer === '' ? '' : `at ${visible(pointer)}`;
  return [place, key].filter((part) => part !== '').join(', ');
}

/** How much of a file was understood. */
export function describeCoverage(coverage: Coverage): string {
  const { bytes, unaccounted, members, membersExamined } = coverage;
  const share = bytes === 0 ? 100 : ((bytes - unaccounted) / bytes) * 100;
  const percent = unaccounted > 0 && share > 99.9 ? '99.9' : share.toFixed(unaccounted === 0 ? 0 : 1);
  const inside = members === 0 ? '' : `, ${membersExamined} of ${count(members, 'member')} examined`;
  return `${percent} % of ${formatBytes(bytes)} accounted for${inside}`;
}

/** The simulated answer of torch's restricted unpickler, when a format gave one. */
export function describeWeightsOnly(details: ArtifactReport['details']): string | undefined {
  const answer = details['weightsOnly'];
  if (answer === null || typeof answer !== 'object' || !('loads' in answer)) return undefined;
  const { loads, since, missing, reason } = answer as Readonly<Record<string, unknown>>;
  if (loads === true)
    return `loads under torch weights_only${typeof since === 'string' ? ` since ${visible(since)}` : ''}`;
  const names = Array.isArray(missing) ? missing.filter((name) => typeof name === 'string').map(visible) : [];
  const shown = names.slice(0, 6).join(', ') + (names.length > 6 ? ` and ${names.length - 6} more` : '');
  const why = shown !== '' ? `: not allowed there: ${shown}` : typeof reason === 'string' ? `: ${visible(reason)}` : '';
  return `does not load under torch weights_only${why}`;
}

/** A page about a reference, when there is a stable one. */
export function referenceUrl({ kind, id }: Reference): string | undefined {
  switch (kind) {
    case 'CWE':
      return `https://cwe.mitre.org/data/definitions/${id.replace(/^CWE-/, '')}.html`;
    case 'CVE':
      return `https://nvd.nist.gov/vuln/detail/${id}`;
    case 'GHSA':
      return `https://github.com/advisories/${id}`;
    case 'ATLAS':
      return `https://atlas.mitre.org/techniques/${id}`;
    case 'URL':
      return id;
    case 'OWASP':
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** Findings that count, then accepted ones; the worst first in both. */
export function sortedFindings(findings: readonly Finding[]): readonly Finding[] {
  const rank = (one: Finding): number => (one.suppressed === undefined ? 0 : 10) + severities.indexOf(one.severity);
  return findings.toSorted((a, b) => rank(a) - rank(b));
}

/** Numbers of verdicts from worst to best, without those that did not occur: `1 malicious, 9 clean`. */
export function describeVerdicts(counts: Readonly<Record<Verdict, number>>): string {
  const order = ['malicious', 'suspicious', 'inconclusive', 'clean'] as const;
  const parts = order
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${grouped(counts[verdict])} ${verdict}`);
  return parts.join(', ') || 'nothing';
}

export function ruleIndex(rules: readonly AnyRule[]): ReadonlyMap<string, AnyRule> {
  return new Map(rules.map((rule) => [rule.id, rule]));
}
