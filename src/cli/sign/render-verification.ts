import type { CheckedAttestation } from '../../node/sign/check-evidence.ts';
import type { ReportedSigner, VerifyReport } from '../../node/sign/verify-model.ts';
import { formatBytes, grouped } from '../../scan/reporters/wording.ts';
import { visibleShort } from '../../scan/visible-text.ts';
import type { AttestationClaim } from '../../sign/attestation.ts';
import type { SignerIdentity, VerifiedSigner } from '../../sign/verify-bundle.ts';
import type { Theme } from '../render/theme.ts';

const MAX_LINES = 20;
const MAX_TEXT = 300;

/** What `verify` says on a terminal: the outcome first, then who, what, and what not. */
export function renderVerification(report: VerifyReport, theme: Theme): string {
  const { ok, target, model, problems } = report;
  const outcome = ok ? theme.verdict('clean', 'verified') : theme.verdict('malicious', 'NOT VERIFIED');
  const lines = [
    `${outcome}  ${show(target)}`,
    ...limited(problems, ({ code, message }) => `  ${show(message)}  ${theme.dim(code)}`),
    ...report.signers.map((one) => row('signed by', signedBy(one))),
    ...(model === null ? [] : [row('root digest', model.rootDigest), row('covers', coverage(report))]),
    ...uncovered(report),
    ...report.attestations.map((one) => row('attested', attested(one))),
    ...sourceLines(report),
    ...limited(report.notes, (note) => row('note', show(note))),
  ];
  return `${lines.join('\n')}\n`;
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(13)}${text}`;
}

function show(text: string): string {
  return visibleShort(text, MAX_TEXT);
}

function limited<T>(all: readonly T[], line: (one: T) => string): string[] {
  const left = all.length - MAX_LINES;
  return [
    ...all.slice(0, MAX_LINES).map(line),
    ...(left > 0 ? [`  and ${grouped(left)} more; --format json has all`] : []),
  ];
}

function signedBy(one: ReportedSigner): string {
  const name = one.name === null ? '' : `${show(one.name)}: `;
  return `${name}${identityText(one.signer)}${when(one)}`;
}

function identityText(signer: SignerIdentity): string {
  switch (signer.method) {
    case 'key':
      return `${signer.curve} key ${signer.fingerprint}`;
    case 'certificate':
      return `certificate ${show(signer.subject)}, issued by ${show(signer.issuer)}, valid to ${signer.validTo.slice(0, 10)}`;
    case 'keyless':
      return `${show(signer.identity)}, by the word of ${show(signer.issuer)}`;
    default:
      return signer satisfies never;
  }
}

function when({ times }: VerifiedSigner): string {
  const [first] = times;
  if (first === undefined) return '';
  const source = first.source === 'transparency-log' ? 'a transparency log' : 'a timestamp authority';
  return `, at ${first.time.toISOString()} by ${source}`;
}

function coverage({ coveredFiles, coveredBytes, model }: VerifyReport): string {
  const shards = model?.method === 'shards' ? `, in ${grouped(model.resources)} shards` : '';
  return `${grouped(coveredFiles)} files, ${formatBytes(coveredBytes)}${shards}, ${model?.hash ?? ''}`;
}

function uncovered(report: VerifyReport): string[] {
  return limited(report.uncovered, ({ path, why }) => row('not covered', `${show(path)}: ${why}`));
}

function attested({ claim, signer, name, problem, line }: CheckedAttestation): string {
  if (problem !== null) return `${claim?.kind ?? `line ${line}`}: ${show(problem.message)}`;
  const by = name ?? (signer === null ? '' : identityText(signer.signer));
  return claim === null ? '' : `${claimText(claim)}; by ${by}`;
}

function claimText({
  kind,
  predicateType,
  result,
  failed,
  warned,
  tool,
  date,
  dependencies,
}: AttestationClaim): string {
  const rules = [...failed, ...warned];
  const parts = [
    kind === 'other' ? show(predicateType) : kind,
    result ?? '',
    rules.length === 0 ? '' : show(rules.join(', ')),
    tool === null ? '' : show(`${tool.name} ${tool.version}`),
    date === null ? '' : show(date),
    ...dependencies.slice(0, 3).map((one) => show(`from ${one.name} ${one.sha256 ?? 'without a digest'}`)),
    dependencies.length > 3 ? `and ${dependencies.length - 3} more files` : '',
  ];
  return parts.filter((one) => one !== '').join(', ');
}

function sourceLines({ source }: VerifyReport): string[] {
  if (source === null) return [];
  const matching = source.files.filter((one) => one.matches).length;
  return [row('source', `${show(source.source)}: ${matching} of ${source.files.length} files are what was converted`)];
}
