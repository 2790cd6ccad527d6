import { toBase64 } from '../../ledger/encoding.ts';
import type { Entry } from '../../ledger/entry.ts';
import type { VerifiedCheckpoint } from '../../ledger/checkpoint.ts';
import type { LedgerProblem } from '../../ledger/export-check.ts';
import type { VerifiedProof } from '../../ledger/proof-file.ts';
import type { VerifiedSignature } from '../../ledger/signature.ts';
import type { LedgerVerification } from '../../ledger/verify.ts';
import { grouped } from '../../scan/reporters/wording.ts';
import { visibleShort } from '../../scan/visible-text.ts';
import type { Theme } from '../render/theme.ts';

const MAX_LINES = 20;
const MAX_TEXT = 300;
/** ISO times end in year 9999; what is signed may be any number. */
const MAX_ISO_SECONDS = 253_402_300_799;

interface SignatureReport {
  readonly name: string;
  readonly type: string;
  /** When, in ISO 8601, if the signature says so. */
  readonly time: string | null;
}

interface HeadReport {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly signatures: readonly SignatureReport[];
  readonly cosignatures: readonly SignatureReport[];
}

/** What `ledger verify -f json` prints about an export. */
export interface LedgerReport extends Omit<LedgerVerification, 'head'> {
  readonly target: string;
  readonly head: HeadReport | null;
}

/** What it prints about the proof of one entry. */
export interface ProofReport {
  readonly ok: true;
  readonly target: string;
  readonly head: HeadReport;
  readonly index: number;
  readonly entry: Entry;
}

export function verificationReport(target: string, result: LedgerVerification): LedgerReport {
  const { ok, head, entries, removed, checkpoints, remembered, problems, problemsLeftOut } = result;
  const shown = head === null ? null : headReport(head);
  return { ok, target, head: shown, entries, removed, checkpoints, remembered, problems, problemsLeftOut };
}

export function proofReport(target: string, verified: VerifiedProof): ProofReport {
  const { index, entry } = verified;
  return { ok: true, target, head: headReport(verified), index, entry };
}

function headReport({ checkpoint, signatures, cosignatures }: VerifiedCheckpoint): HeadReport {
  const { origin, size, root } = checkpoint;
  return {
    origin,
    size,
    root: toBase64(root),
    signatures: signatures.map(signatureReport),
    cosignatures: cosignatures.map(signatureReport),
  };
}

function signatureReport({ key, time }: VerifiedSignature): SignatureReport {
  const isDate = time !== null && time > 0 && time <= MAX_ISO_SECONDS;
  return { name: key.name, type: key.type, time: isDate ? new Date(time * 1000).toISOString() : null };
}

/** What `ledger verify` says on a terminal: the outcome first, then what is wrong, then what it is about. */
export function renderLedger(report: LedgerReport, theme: Theme): string {
  const { ok, target, problems, problemsLeftOut, entries, removed } = report;
  const left = problems.length - MAX_LINES + problemsLeftOut;
  const lines = [
    `${outcome(ok, theme)}  ${show(target)}`,
    ...problems.slice(0, MAX_LINES).map((one) => `  ${show(one.message)}  ${theme.dim(one.code)}`),
    ...(left > 0 ? [`  and ${grouped(left)} more`] : []),
    ...hints(problems).map((hint) => `  ${theme.dim(hint)}`),
    ...headLines(report.head),
    row('entries', `${grouped(entries)}${removed === 0 ? '' : `, ${grouped(removed)} of them without their content`}`),
    row('checkpoints', `${grouped(report.checkpoints)} hold`),
    ...(report.remembered === true ? [row('remembered', 'the checkpoint from earlier is part of it')] : []),
  ];
  return `${lines.join('\n')}\n`;
}

export function renderProof(report: ProofReport, theme: Theme): string {
  const { target, head, index, entry } = report;
  const lines = [
    `${outcome(true, theme)}  ${show(target)}`,
    ...headLines(head),
    row('entry', `${grouped(index)} of ${grouped(head.size)}: ${show(entry.id)}`),
    row('recorded', `${entry.class} ${entry.activity}, ${entry.outcome}, ${new Date(entry.time).toISOString()}`),
  ];
  return `${lines.join('\n')}\n`;
}

function outcome(ok: boolean, theme: Theme): string {
  return ok ? theme.verdict('clean', 'verified') : theme.verdict('malicious', 'NOT VERIFIED');
}

function hints(problems: readonly LedgerProblem[]): string[] {
  const all = problems.map(({ hint }) => hint).filter((hint) => hint !== null);
  return [...new Set(all)].slice(0, 2);
}

function headLines(head: HeadReport | null): string[] {
  if (head === null) return [];
  return [
    row('log', show(head.origin)),
    row('root', `${head.root} at ${grouped(head.size)} entries`),
    ...head.signatures.map((one) => row('signed', signatureText(one))),
    ...head.cosignatures.map((one) => row('witnessed', signatureText(one))),
  ];
}

function signatureText({ name, type, time }: SignatureReport): string {
  return `by ${show(name)} (${type})${time === null ? '' : `, at ${time}`}`;
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(13)}${text}`;
}

function show(text: string): string {
  return visibleShort(text, MAX_TEXT);
}
