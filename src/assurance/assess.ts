import type { ModelFacts } from '../bom/facts.ts';
import { totalsByFormat } from '../bom/tensor-totals.ts';
import { listedName } from '../bom/listed-name.ts';
import type { AnyRule } from '../rules/rule.ts';
import { describeLocation, referenceUrl, sortedFindings } from '../scan/reporters/wording.ts';
import type { Finding } from '../scan/report.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { visible, visibleShort } from '../scan/visible-text.ts';
import type { AttestationClaim } from '../sign/attestation.ts';
import { fileStates } from './cleaning.ts';
import { commandsFor } from './commands.ts';
import { conclude } from './conclude.ts';
import { openPoints } from './open-points.ts';
import type { AssuranceFinding, AssuranceReport, EvidenceItem } from './schema.ts';

/** Something that went wrong while the evidence was gathered. */
export interface GatheringProblem {
  readonly code: string;
  readonly message: string;
}

/** Everything an assurance report is made from. */
export interface AssuranceInput {
  /** As the user named it. */
  readonly path: string;
  readonly createdAt: Date;
  readonly facts: ModelFacts;
  readonly scan: ScanReport;
  readonly problems: readonly GatheringProblem[];
  readonly evidence: readonly EvidenceItem[];
  /** What attestations about these files claim, verified or not. */
  readonly claims: readonly { readonly claim: AttestationClaim; readonly state: EvidenceItem['state'] }[];
  /** What of the signing policy is not met; null without one. */
  readonly unmetPolicy: readonly string[] | null;
  readonly cleaning: AssuranceReport['cleaning'];
  readonly sealed: AssuranceReport['sealed'];
  readonly notes: readonly string[];
  readonly rules: ReadonlyMap<string, AnyRule>;
}

const MAX_PLACES = 20;
const MAX_TEXT = 600;

/** Puts everything together and draws the conclusion. The same input gives the same report. */
export function assess(input: AssuranceInput): AssuranceReport {
  const { facts, scan, evidence } = input;
  const findings = groupFindings(facts.findings, input.rules);
  const conversion = conversionOf(facts);
  const { answer, reasons } = conclude({ ...input, findings, conversion });
  return {
    schemaVersion: '1.0',
    tool: { name: 'vouchsafe', version: facts.tool.version },
    createdAt: input.createdAt.toISOString(),
    subject: {
      path: visible(input.path),
      name: facts.name.value,
      version: facts.version?.value ?? null,
      rootDigest: facts.root.sha256,
      rootDigestSource: facts.root.source,
      files: facts.files.length,
      bytes: facts.files.reduce((sum, one) => sum + one.size, 0),
    },
    answer,
    reasons: [...reasons],
    verdict: facts.verdict,
    files: filesOf(input),
    skipped: scan.skipped.map(({ path, detail }) => `${visible(path)}: ${visible(detail)}`),
    findings: [...findings],
    conversion,
    cleaning: input.cleaning,
    evidence: [...evidence],
    bom: bomOf(facts),
    sealed: [...input.sealed],
    open: [...openPoints({ ...input, findings, conversion })],
    commands: [...commandsFor(input)],
    notes: [...facts.notes, ...input.notes],
  };
}

function filesOf({ facts, scan }: AssuranceInput): AssuranceReport['files'] {
  const accounted = new Map(
    scan.artifacts.map(({ sha256, coverage }) => [sha256, coverage.bytes - coverage.unaccounted]),
  );
  const isSigned = facts.root.source === 'signed';
  return facts.files.map(({ path, size, sha256, format, verdict, isCovered }) => ({
    path: listedName(path),
    size,
    sha256,
    format,
    verdict,
    accountedBytes: accounted.get(sha256) ?? 0,
    signed: isSigned ? isCovered : null,
  }));
}

/** One entry for each rule, severity and decision, the worst first. */
function groupFindings(all: readonly Finding[], rules: ReadonlyMap<string, AnyRule>): readonly AssuranceFinding[] {
  const groups = Map.groupBy(sortedFindings(all), ({ ruleId, severity, suppressed }) =>
    [ruleId, severity, suppressed?.reason ?? ''].join('\u0000'),
  );
  return [...groups.values()].map((group) => findingOf(group, rules));
}

function findingOf(group: readonly Finding[], rules: ReadonlyMap<string, AnyRule>): AssuranceFinding {
  const { ruleId, severity, title, references, suppressed } = group[0] as Finding;
  const rule = rules.get(ruleId);
  const accepted =
    suppressed === undefined
      ? null
      : `accepted by ${suppressed.by}${suppressed.expires === undefined ? '' : ` until ${suppressed.expires}`}: ${visible(suppressed.reason)}`;
  return {
    ruleId,
    severity,
    title,
    why: rule?.why ?? null,
    fix: rule?.fix ?? null,
    references: references.map((one) => ({ id: one.id, url: referenceUrl(one) ?? null })),
    places: group.slice(0, MAX_PLACES).map(placeOf),
    morePlaces: Math.max(0, group.length - MAX_PLACES),
    accepted,
  };
}

function placeOf({ location, message, occurrences }: Finding): AssuranceFinding['places'][number] {
  const place = describeLocation(location);
  const times = occurrences > 1 ? ` (${occurrences} times)` : '';
  const detail = `${visibleShort(message, MAX_TEXT)}${times}${place === '' ? '' : `, ${place}`}`;
  return { path: visible(location.path), detail };
}

/** What the record says, each output compared with the file that is there now. */
function conversionOf({ conversion, files }: ModelFacts): AssuranceReport['conversion'] {
  if (conversion === undefined) return null;
  const { file, tool, createdAt, tensors, dropped, omitted, refused } = conversion;
  const stateOf = fileStates(files);
  return {
    file: visible(file),
    tool: visible(`${tool.name} ${tool.version}`),
    createdAt: createdAt === undefined ? null : visible(createdAt),
    sources: conversion.sources.map(({ path, size, sha256, format }) => ({
      path: visible(path),
      size,
      sha256,
      format: format === undefined ? null : visible(format),
    })),
    outputs: conversion.outputs.map(({ path, size, sha256 }) => ({
      path: visible(path),
      size,
      sha256,
      state: stateOf({ path, size, sha256 }),
    })),
    tensors,
    dropped,
    omitted,
    refused,
    leftOut: conversion.leftOut.map(({ path, reason }) => `${visible(path)}: ${visibleShort(reason, MAX_TEXT)}`),
    changed: conversion.changed.map(({ path, became, why }) =>
      [visible(path), became.length === 0 ? '' : ` became ${became.map(visible).join(', ')}`, `: ${visible(why)}`].join(
        '',
      ),
    ),
    notes: conversion.notes.map((one) => visibleShort(one, MAX_TEXT)),
  };
}

/** Names are told in lists; a longer one is cut and says so. */
const MAX_NAME = 200;

function bomOf({ statements, tensors, templates }: ModelFacts): AssuranceReport['bom'] {
  const names = (all: readonly { readonly value: string }[]): string[] =>
    all.map(({ value }) => visibleShort(value, MAX_NAME));
  return {
    licences: names(statements.licences.map(({ value }) => ({ value: value.name }))),
    licenceFiles: statements.licenceFiles.map(visible),
    datasets: names(statements.datasets),
    baseModels: names(statements.baseModels),
    task: statements.task?.value ?? null,
    architecture: statements.architecture?.value ?? statements.architectureFamily?.value ?? null,
    weights: totalsByFormat(tensors).map(({ format, tensors: count, parameters, bytes, byDtype }) => ({
      format,
      tensors: count,
      parameters,
      bytes,
      dtypes: byDtype.map(({ dtype }) => visible(dtype)),
    })),
    templates: templates.map(({ name, sha256, origin }) => ({
      path: visible(origin.file),
      name: visible(name),
      sha256,
    })),
  };
}
