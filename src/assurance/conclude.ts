import { count, grouped } from '../scan/reporters/wording.ts';
import type { AssuranceInput } from './assess.ts';
import {
  weights,
  type Answer,
  type AssuranceFinding,
  type AssuranceReport,
  type EvidenceItem,
  type Reason,
} from './schema.ts';

type ConclusionInput = Pick<
  AssuranceInput,
  'facts' | 'scan' | 'problems' | 'evidence' | 'claims' | 'unmetPolicy' | 'sealed' | 'cleaning'
> & {
  readonly findings: readonly AssuranceFinding[];
  readonly conversion: AssuranceReport['conversion'];
};

/**
 * Answers whether the model may be used, as far as its files tell: `no` when something was found that acts or is not
 * what was signed, `not-yet` when somebody has to decide, `conditionally` when only evidence is missing.
 */
export function conclude(input: ConclusionInput): { readonly answer: Answer; readonly reasons: readonly Reason[] } {
  const found = [
    ...verdictReasons(input),
    ...problemReasons(input),
    ...signatureReasons(input),
    ...attestationReasons(input),
    ...policyReasons(input),
    ...conversionReasons(input),
    ...cleaningReasons(input),
    ...sealedReasons(input),
    ...licenceReasons(input),
  ];
  const reasons = found.toSorted((a, b) => weights.indexOf(a.weight) - weights.indexOf(b.weight));
  const has = (weight: Reason['weight']): boolean => reasons.some((one) => one.weight === weight);
  const answer = has('blocks') ? 'no' : has('undecided') ? 'not-yet' : has('open') ? 'conditionally' : 'yes';
  return { answer, reasons };
}

/** `1 file is`, `2 files are`. */
function countIs(number: number, singular: string, plural?: string): string {
  return `${count(number, singular, plural)} ${number === 1 ? 'is' : 'are'}`;
}

/** `1 file was`, `2 files were`. */
function countWas(number: number, singular: string, plural?: string): string {
  return `${count(number, singular, plural)} ${number === 1 ? 'was' : 'were'}`;
}

function measured(code: string, weight: Reason['weight'], text: string): Reason {
  return { code, weight, text, origin: 'measured' };
}

function verdictReasons({ facts, findings }: ConclusionInput): readonly Reason[] {
  const counted = findings.filter((one) => one.accepted === null);
  const accepted = findings.length - counted.length;
  const kinds = (all: readonly AssuranceFinding[]): string =>
    [...new Set(all.map((one) => one.title))].slice(0, 3).join('; ');
  const serious = counted.filter((one) => one.severity === 'critical');
  const acts = findings.some((one) => one.accepted !== null && one.severity === 'critical');
  const acceptedReason =
    accepted === 0
      ? []
      : [
          measured(
            'findings-accepted',
            'open',
            `${countWas(accepted, 'kind of finding', 'kinds of finding')} accepted by a decision that is named below${acts ? ', among them something that acts when the model is loaded' : ''}.`,
          ),
        ];
  switch (facts.verdict) {
    case 'malicious':
      return [
        measured('malicious', 'blocks', `Files of this model act when they are loaded: ${kinds(serious)}.`),
        ...acceptedReason,
      ];
    case 'suspicious':
      return [
        measured(
          'suspicious',
          'undecided',
          `Somebody has to look at ${count(counted.length, 'kind of finding', 'kinds of finding')}: ${kinds(counted)}.`,
        ),
        ...acceptedReason,
      ];
    case 'inconclusive':
      return [
        measured(
          'inconclusive',
          'undecided',
          `Parts of the model were not understood, so nothing can be said about them: ${kinds(counted)}.`,
        ),
        ...acceptedReason,
      ];
    case 'clean':
      return [
        measured(
          'clean',
          'supports',
          `Every byte of ${count(facts.files.length, 'file')} was accounted for, and nothing${accepted === 0 ? '' : ' but what was accepted'} was found that acts when the model is loaded.`,
        ),
        ...acceptedReason,
      ];
    default:
      return facts.verdict satisfies never;
  }
}

/** What somebody has to look at; other problems mean that the files are not those that were signed. */
const UNDECIDED_PROBLEMS: ReadonlySet<string> = new Set(['file-unreadable', 'symlink-refused']);

function problemReasons({ problems, scan }: ConclusionInput): readonly Reason[] {
  const own = problems.map(({ code, message }) =>
    measured(code, UNDECIDED_PROBLEMS.has(code) ? 'undecided' : 'blocks', `${message}.`),
  );
  const skipped = scan.summary.skippedFiles;
  return skipped === 0
    ? own
    : [
        ...own,
        measured(
          'not-examined',
          'undecided',
          `${countWas(skipped, 'file')} not examined, in a folder of version control (.git); programs in it can run when somebody works there.`,
        ),
      ];
}

function signatureReasons({ facts, evidence, problems }: ConclusionInput): readonly Reason[] {
  const signature = evidence.find((one) => one.kind === 'signature');
  if (signature === undefined)
    return [
      measured(
        'unsigned',
        'open',
        'Nobody signed the model, so nothing says where it comes from or that it is unchanged.',
      ),
    ];
  if (signature.state === 'invalid') {
    const isKnown = problems.some(({ code }) => code === 'digest-mismatch' || code === 'signature-unreadable');
    return isKnown
      ? []
      : [measured('signature-invalid', 'blocks', `The signature was not accepted: ${signature.detail}.`)];
  }
  const uncovered = facts.files.filter((one) => !one.isCovered).length;
  const all = facts.files.length;
  const what = uncovered === 0 ? 'The files are' : `${grouped(all - uncovered)} of ${count(all, 'file')} are`;
  const coverage =
    uncovered === 0
      ? []
      : [measured('unsigned-files', 'open', `${countIs(uncovered, 'file')} not covered by the signature.`)];
  if (signature.state === 'verified') {
    return [
      measured(
        'signed',
        'supports',
        `${what} unchanged since they were signed by ${signature.signer ?? 'a trusted signer'}.`,
      ),
      ...coverage,
    ];
  }
  return [
    measured(
      'signature-unverified',
      'open',
      `${what} those that the signature names, but whether it is genuine was not checked: nobody was named to trust.`,
    ),
    ...coverage,
  ];
}

function attestationReasons({ evidence, claims }: ConclusionInput): readonly Reason[] {
  const others = evidence.filter((one) => one.kind !== 'signature');
  const invalid = others.filter((one) => one.state === 'invalid');
  const failed = claims.filter(({ claim }) => claim.result === 'FAILED');
  return [
    ...invalid.map((one) =>
      measured(
        'evidence-invalid',
        'undecided',
        `${one.file} has a statement that was not accepted (${one.what}): ${one.detail}.`,
      ),
    ),
    ...unattestedReasons(evidence),
    ...failed.map(({ claim, state }): Reason => {
      const rules = claim.failed.slice(0, 5).join(', ');
      const who = state === 'verified' ? 'A trusted signer attests' : 'Somebody attests';
      const text = `${who} a ${claim.kind} that failed${rules === '' ? '' : `: ${rules}`}.`;
      return { code: 'attested-failure', weight: 'undecided', text, origin: 'stated' };
    }),
  ];
}

/** Where the signature is not verified either, that says enough. */
function unattestedReasons(evidence: readonly EvidenceItem[]): readonly Reason[] {
  if (!evidence.some((one) => one.kind === 'signature' && one.state === 'verified')) return [];
  const boms = evidence.filter((one) => one.kind === 'bill of materials' && one.state === 'not-verified');
  return boms.map(({ file }) =>
    measured('bom-unattested', 'open', `${file} lists these files, but nobody you trust attested what else it says.`),
  );
}

function policyReasons({ unmetPolicy }: ConclusionInput): readonly Reason[] {
  if (unmetPolicy === null) return [];
  if (unmetPolicy.length === 0) return [measured('policy-met', 'supports', 'Your signing policy is met.')];
  return unmetPolicy.map((text) => measured('policy-unmet', 'blocks', `Your signing policy says otherwise: ${text}.`));
}

function conversionReasons({ conversion }: ConclusionInput): readonly Reason[] {
  if (conversion === null) return [];
  const wrong = conversion.outputs.filter(({ state }) => state === 'differs' || state === 'missing');
  const isWhole = conversion.refused === 0;
  const names = wrong
    .map(({ path }) => path)
    .slice(0, 3)
    .join(', ');
  return [
    ...(wrong.length === 0
      ? []
      : [
          measured(
            'conversion-differs',
            'undecided',
            `${countIs(wrong.length, 'file')} not what the conversion wrote: ${names}.`,
          ),
        ]),
    ...(isWhole
      ? []
      : [
          {
            code: 'conversion-partial',
            weight: 'undecided' as const,
            text: `The conversion left ${count(conversion.refused, 'tensor')} out.`,
            origin: 'stated' as const,
          },
        ]),
    ...(wrong.length === 0 && isWhole
      ? [
          {
            code: 'converted',
            weight: 'supports' as const,
            text: `A record says that the weights were converted without running anything in them, from ${count(conversion.sources.length, 'source file')}.`,
            origin: 'stated' as const,
          },
        ]
      : []),
  ];
}

function cleaningReasons({ cleaning }: ConclusionInput): readonly Reason[] {
  if (cleaning === null || cleaning.files.length === 0) return [];
  const wrong = cleaning.files.filter(({ state }) => state === 'differs' || state === 'missing');
  if (wrong.length > 0) {
    const names = wrong
      .slice(0, 3)
      .map(({ path }) => path)
      .join(', ');
    return [
      measured(
        'cleaning-differs',
        'undecided',
        `${countIs(wrong.length, 'file')} not what the cleaning wrote: ${names}.`,
      ),
    ];
  }
  const text = `A record says that parts were taken out of ${count(cleaning.files.length, 'file')}.`;
  return [{ code: 'cleaned', weight: 'supports', text, origin: 'stated' }];
}

function sealedReasons({ sealed }: ConclusionInput): readonly Reason[] {
  if (sealed.length === 0) return [];
  const text = `${countIs(sealed.length, 'file')} encrypted and could not be looked into.`;
  return [measured('sealed', 'undecided', text)];
}

function licenceReasons({ facts }: ConclusionInput): readonly Reason[] {
  const { licences, licenceFiles } = facts.statements;
  if (licences.length > 0) {
    const names = licences.map(({ value }) => value.name).join(', ');
    return [
      {
        code: 'licence',
        weight: 'supports',
        text: `A file of the model names its licence: ${names}. Whether that allows your use is for you to decide.`,
        origin: 'stated',
      },
    ];
  }
  if (licenceFiles.length > 0) return [];
  return [measured('licence-missing', 'open', 'No file says under which licence it may be used.')];
}
