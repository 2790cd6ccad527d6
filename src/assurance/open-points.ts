import type { ModelFacts } from '../bom/facts.ts';
import { listedName } from '../bom/listed-name.ts';
import { count } from '../scan/reporters/wording.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { visible } from '../scan/visible-text.ts';
import type { GatheringProblem } from './assess.ts';
import type { AssuranceFinding, AssuranceReport, EvidenceItem, OpenPoint } from './schema.ts';

interface OpenInput {
  readonly facts: ModelFacts;
  readonly scan: ScanReport;
  readonly evidence: readonly EvidenceItem[];
  readonly findings: readonly AssuranceFinding[];
  readonly conversion: AssuranceReport['conversion'];
  readonly problems: readonly GatheringProblem[];
  readonly sealed: AssuranceReport['sealed'];
  readonly notes: readonly string[];
}

/** What somebody still has to do or decide, in the order of the page. */
export function openPoints(input: OpenInput): readonly OpenPoint[] {
  return [
    ...input.problems.map(({ code, message }) => ({
      code,
      text: message,
      todo: 'Find out why, and run the report again.',
    })),
    ...skippedPoints(input),
    ...sealedPoints(input),
    ...findingPoints(input),
    ...signaturePoints(input),
    ...statementPoints(input),
    ...weightPoints(input),
  ];
}

function skippedPoints({ scan }: OpenInput): readonly OpenPoint[] {
  return scan.skipped
    .filter(({ files }) => files > 0)
    .map(({ path, files }) => ({
      code: 'not-examined',
      text: `Not examined: ${visible(path)}, with ${count(files, 'file')}.`,
      todo: 'Leave it out of what is used, or look into it with vouchsafe scan --include-git.',
    }));
}

function sealedPoints({ sealed }: OpenInput): readonly OpenPoint[] {
  if (sealed.length === 0) return [];
  const text = `Nothing can be said about ${count(sealed.length, 'encrypted file')}.`;
  return [{ code: 'sealed', text, todo: 'Decrypt with vouchsafe unseal, and make a report of what was inside.' }];
}

function findingPoints({ findings }: OpenInput): readonly OpenPoint[] {
  return findings
    .filter((one) => one.accepted === null && one.severity !== 'info' && one.severity !== 'low')
    .map(({ ruleId, title, fix }) => ({ code: ruleId, text: title, todo: fix ?? 'See the rule.' }));
}

function signaturePoints({ facts, evidence }: OpenInput): readonly OpenPoint[] {
  const signature = evidence.find((one) => one.kind === 'signature');
  const points: OpenPoint[] = [];
  if (signature === undefined) {
    points.push({
      code: 'unsigned',
      text: 'The model is not signed.',
      todo: 'Sign it with vouchsafe sign, or ask its publisher for a signature.',
    });
  }
  const unverified = evidence.filter((one) => one.state === 'not-verified');
  if (unverified.length > 0) {
    points.push({
      code: 'not-verified',
      text: `${count(unverified.length, 'signature or statement is', 'signatures and statements are')} not verified.`,
      todo: 'Name whom you trust with --public-key or --policy; have the bill of materials attested with vouchsafe attest.',
    });
  }
  const uncovered = facts.root.source === 'signed' ? facts.files.filter((one) => !one.isCovered) : [];
  if (uncovered.length > 0) {
    const names = uncovered.slice(0, 5).map(({ path }) => listedName(path));
    const more = uncovered.length > 5 ? ` and ${uncovered.length - 5} more` : '';
    points.push({
      code: 'unsigned-files',
      text: `Not signed: ${names.join(', ')}${more}.`,
      todo: 'Remove these files, or sign the model again with them.',
    });
  }
  return points;
}

function statementPoints({ facts, evidence }: OpenInput): readonly OpenPoint[] {
  const { statements } = facts;
  const missing = (code: string, isKnown: boolean, text: string, todo: string): OpenPoint[] =>
    isKnown ? [] : [{ code, text, todo }];
  return [
    ...missing(
      'licence-missing',
      statements.licences.length > 0,
      statements.licenceFiles.length > 0
        ? 'There is a licence text, but no file names the licence.'
        : 'No licence is stated.',
      'Ask the publisher; name it in the model card (license:).',
    ),
    ...missing(
      'datasets-missing',
      statements.datasets.length > 0,
      'No file says what the model was trained on.',
      'Ask the publisher; name the data sets in the model card (datasets:).',
    ),
    ...missing(
      'limitations-missing',
      statements.limitations.length > 0,
      'The model card states no limitations.',
      'Ask the publisher what the model must not be used for.',
    ),
    ...missing(
      'bom-missing',
      evidence.some((one) => one.kind === 'bill of materials'),
      'There is no bill of materials beside the model.',
      'Write one with vouchsafe bom.',
    ),
  ];
}

function weightPoints({ facts, notes, conversion }: OpenInput): readonly OpenPoint[] {
  const unread = [...facts.notes, ...notes].filter((note) => note.includes('was not read'));
  const points = unread.map(
    (text): OpenPoint => ({ code: 'not-read', text, todo: 'Repair the file or leave it out.' }),
  );
  if (conversion !== null && conversion.omitted > 0) {
    points.push({
      code: 'values-omitted',
      text: `The conversion left out ${count(conversion.omitted, 'value that is no tensor', 'values that are no tensors')}.`,
      todo: 'See the conversion record; a model that is only loaded for use does not need them.',
    });
  }
  return points;
}
