import type { Log, ReportingDescriptor, Result, Run, Notification, Artifact, Location as SarifLocation } from 'sarif';
import type { AnyRule } from '../../rules/rule.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { jsonText } from '../json-safe.ts';
import type { ArtifactReport, Finding } from '../report.ts';
import type { ScanReport } from '../scan-report.ts';
import { visible } from '../visible-text.ts';
import { describeLocation, ruleIndex, sortedFindings, type ReportContext } from './wording.ts';

const LEVELS = { critical: 'error', high: 'error', medium: 'warning', low: 'note', info: 'note' } as const;
/** GitHub code scanning: above 9.0 is critical, 7.0 high, 4.0 medium, else low. */
const SECURITY_SEVERITY = { critical: '9.5', high: '8.0', medium: '5.5', low: '3.0', info: '0.0' } as const;

/** SARIF 2.1.0 (OASIS), as code scanning services read it. */
export function renderSarif(report: ScanReport, context: ReportContext): string {
  const log: Log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [runOf(report, context)],
  };
  return `${jsonText(log, 2)}\n`;
}

function runOf(report: ScanReport, context: ReportContext): Run {
  const reported = report.artifacts.filter((artifact) => artifact.findings.length > 0);
  const known = ruleIndex(context.rules);
  const ids = [...new Set(reported.flatMap((artifact) => artifact.findings.map((one) => one.ruleId)))].sort();
  const ruleNumbers = new Map(ids.map((id, index) => [id, index]));
  return {
    tool: {
      driver: {
        name: report.tool.name,
        semanticVersion: report.tool.version,
        version: report.tool.version,
        rules: ids.map((id) => descriptorOf(id, known.get(id))),
      },
    },
    invocations: [invocationOf(report)],
    columnKind: 'utf16CodeUnits',
    artifacts: reported.map(artifactOf),
    results: reported.flatMap((artifact, index) =>
      sortedFindings(artifact.findings).map((finding) => resultOf(finding, index, ruleNumbers, context)),
    ),
    properties: { verdict: report.verdict, summary: report.summary },
  };
}

function invocationOf(report: ScanReport): NonNullable<Run['invocations']>[number] {
  const unread: Notification[] = report.artifacts
    .filter((artifact) => artifact.format === 'unreadable')
    .map((artifact) => ({
      level: 'error',
      message: { text: visible(artifact.findings[0]?.message ?? 'could not be read') },
      locations: [{ physicalLocation: { artifactLocation: locationOf(artifact.path) } }],
    }));
  const skipped: Notification[] = report.skipped.map((one) => ({
    level: 'note',
    message: { text: visible(`skipped: ${one.detail}`) },
    locations: [{ physicalLocation: { artifactLocation: locationOf(one.path) } }],
  }));
  const notes: Notification[] = report.notes.map((note) => ({ level: 'note', message: { text: visible(note) } }));
  const ended = new Date(Date.parse(report.startedAt) + report.summary.milliseconds);
  return {
    executionSuccessful: report.summary.artifacts > report.summary.unreadable,
    startTimeUtc: report.startedAt,
    endTimeUtc: ended.toISOString(),
    toolExecutionNotifications: [...unread, ...skipped, ...notes],
  };
}

function descriptorOf(id: string, rule: AnyRule | undefined): ReportingDescriptor {
  if (rule === undefined) return { id };
  const references = rule.references.map((reference) => reference.id);
  const cwes = rule.references
    .filter(({ kind }) => kind === 'CWE')
    .map((one) => `external/cwe/${one.id.toLowerCase()}`);
  return {
    id,
    name: id.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.why },
    help: {
      text: `${rule.why}\n\nFix: ${rule.fix}\n\nReferences: ${references.join(', ')}`,
      markdown: `${rule.why}\n\n**Fix.** ${rule.fix}\n\n**References.** ${references.join(', ')}`,
    },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: {
      tags: ['security', ...cwes],
      'security-severity': SECURITY_SEVERITY[rule.severity],
      precision: rule.inconclusive === true ? 'medium' : 'high',
    },
  };
}

function artifactOf(artifact: ArtifactReport): Artifact {
  const { path, size, sha256, format, verdict, coverage } = artifact;
  return {
    location: locationOf(path),
    length: size,
    ...(sha256 === undefined ? {} : { hashes: { 'sha-256': sha256 } }),
    properties: { format, verdict, coverage },
  };
}

function resultOf(
  finding: Finding,
  artifactIndex: number,
  ruleNumbers: ReadonlyMap<string, number>,
  context: ReportContext,
): Result {
  const { suppressed, occurrences, severity, data } = finding;
  return {
    ruleId: finding.ruleId,
    ruleIndex: ruleNumbers.get(finding.ruleId) ?? -1,
    level: LEVELS[severity],
    message: { text: visible(`${finding.title}: ${finding.message}`) },
    locations: [placeOf(finding, artifactIndex)],
    occurrenceCount: occurrences,
    partialFingerprints: { 'vouchsafe/v1': fingerprintOf(finding, context.digest) },
    ...(suppressed === undefined
      ? {}
      : { suppressions: [{ kind: 'external', status: 'accepted', justification: visible(suppressed.reason) }] }),
    properties: { severity, data },
  };
}

/** Offsets inside a member are not offsets of the file, so only those of the file itself become a region. */
function placeOf(finding: Finding, artifactIndex: number): SarifLocation {
  const { path, member, offset, length, pointer } = finding.location;
  const region =
    member === undefined && offset !== undefined ? { byteOffset: offset, byteLength: length ?? 0 } : undefined;
  const inner = [member, pointer]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => visible(part ?? ''));
  const place = describeLocation(finding.location);
  return {
    physicalLocation: {
      artifactLocation: { ...locationOf(path), index: artifactIndex },
      ...(region === undefined ? {} : { region }),
    },
    ...(inner.length === 0
      ? {}
      : {
          logicalLocations: [
            { fullyQualifiedName: inner.join('#'), kind: member === undefined ? 'property' : 'member' },
          ],
        }),
    ...(place === '' ? {} : { message: { text: place } }),
    ...(member === undefined || offset === undefined
      ? {}
      : { properties: { memberOffset: offset, memberLength: length } }),
  };
}

/** A path as a URI reference: relative ones against the root of the source tree, absolute ones as `file:`. */
function locationOf(path: string): { uri: string; uriBaseId?: string } {
  const encoded = path.toWellFormed().split('/').map(encodeURIComponent).join('/');
  if (path.startsWith('/')) return { uri: `file://${encoded}` };
  return { uri: encoded.replace(/^\.\//, ''), uriBaseId: '%SRCROOT%' };
}
