import { count, formatBytes, grouped } from '../../scan/reporters/wording.ts';
import type { AssuranceReport } from '../schema.ts';
import { changes } from './changes.ts';
import { badge, escapeText, facts, prose, section, table } from './markup.ts';
import { findings } from './findings.ts';

export interface Part {
  readonly id: string;
  readonly title: string;
  readonly markup: string;
}

/** The sections of the page, in the order in which questions come up. */
export function sections(report: AssuranceReport): readonly Part[] {
  return [
    part(
      'open',
      'What remains open',
      report.open.length === 0
        ? 'Nothing.'
        : 'Each point names what to do about it. Those that decide the answer are among its reasons above.',
      openList(report),
    ),
    part('findings', 'What was found', findingsLead(report), findings(report)),
    part('evidence', 'Signatures and statements', EVIDENCE_LEAD, evidenceTable(report)),
    part(
      'changes',
      'What was changed',
      'Read from the records that converting and cleaning leave behind; digests were compared now.',
      changes(report),
    ),
    part(
      'bom',
      'What it is made of',
      'Stated by the files of the model unless marked as measured. What no file says is not stated.',
      materials(report),
    ),
    part('sealed', 'Encryption', 'Looked for now, by the head of each file.', sealed(report)),
    part('files', 'What was examined', filesLead(report), fileTable(report)),
    part('again', 'How to check it again', 'None of these commands runs anything in the model.', commands(report)),
  ];
}

function part(id: string, title: string, lead: string, content: string): Part {
  return { id, title, markup: section(id, title, lead, content) };
}

function openList({ open }: AssuranceReport): string {
  if (open.length === 0) return '';
  return `<ol class="todo">${open.map(({ text, todo }) => `<li><b>${escapeText(text)}</b><br>${prose(todo)}</li>`).join('\n')}</ol>`;
}

function findingsLead({ findings: all }: AssuranceReport): string {
  return all.length === 0
    ? 'Nothing. The scan looks for what acts when a model is loaded, and for what it does not understand.'
    : 'Measured now. The worst first, each with why it matters and what to do.';
}

const EVIDENCE_LEAD =
  'Checked now against the files as they are. Verified means: the signature holds, somebody you named made it, and it speaks of exactly these files.';

function evidenceTable({ evidence }: AssuranceReport): string {
  if (evidence.length === 0)
    return '<p>There is no signature, no attestation and no bill of materials beside the model.</p>';
  const labels = { verified: 'verified', 'not-verified': 'not verified', invalid: 'invalid' } as const;
  return table(
    `${count(evidence.length, 'statement')} beside the model`,
    [
      { title: 'State', cell: ({ state }) => badge(state, labels[state]) },
      {
        title: 'What',
        kind: 'path',
        cell: ({ kind, what }) => `${escapeText(kind)}<br><span class="origin">${escapeText(what)}</span>`,
      },
      {
        title: 'Signed by',
        kind: 'path',
        cell: ({ signer }) => (signer === null ? '<span class="unknown">not checked</span>' : escapeText(signer)),
      },
      { title: 'File', kind: 'path', cell: ({ file }) => escapeText(file) },
      { title: 'Detail', cell: ({ detail }) => escapeText(detail) },
    ],
    evidence,
  );
}

function materials({ bom, subject }: AssuranceReport): string {
  const list = (all: readonly string[]): string | null => (all.length === 0 ? null : all.join(', '));
  const known = facts([
    ['Licence', list(bom.licences)],
    ['Licence texts', list(bom.licenceFiles)],
    ['Trained on', list(bom.datasets)],
    ['Base models', list(bom.baseModels)],
    ['Task', bom.task],
    ['Architecture', bom.architecture],
    [
      `Root digest (${subject.rootDigestSource === 'signed' ? 'measured; the signature names it' : 'measured'})`,
      subject.rootDigest,
    ],
  ]);
  return `${known}${weights(bom)}${templates(bom)}`;
}

function weights({ weights: all }: AssuranceReport['bom']): string {
  if (all.length === 0) return '';
  return `<h3>Weights</h3>${table(
    'Counted now from the headers of the weight files',
    [
      { title: 'Format', cell: ({ format }) => escapeText(format) },
      { title: 'Tensors', kind: 'number', cell: ({ tensors }) => grouped(tensors) },
      { title: 'Parameters', kind: 'number', cell: ({ parameters }) => grouped(parameters) },
      { title: 'Size', kind: 'number', cell: ({ bytes }) => formatBytes(bytes) },
      { title: 'Element types', cell: ({ dtypes }) => escapeText(dtypes.join(', ')) },
    ],
    all,
  )}`;
}

function templates({ templates: all }: AssuranceReport['bom']): string {
  if (all.length === 0) return '';
  return `<h3>Chat templates</h3>${table(
    'Measured now: a template decides what the model is told, so a change of its digest matters',
    [
      { title: 'File', kind: 'path', cell: ({ path }) => escapeText(path) },
      { title: 'Name', cell: ({ name }) => escapeText(name) },
      { title: 'SHA-256', kind: 'hash', cell: ({ sha256 }) => sha256 },
    ],
    all,
  )}`;
}

function sealed({ sealed: all }: AssuranceReport): string {
  if (all.length === 0) return '<p>No file is encrypted.</p>';
  return table(
    `${count(all.length, 'encrypted file')}; nothing can be said about what is inside`,
    [
      { title: 'File', kind: 'path', cell: ({ path }) => escapeText(path) },
      {
        title: 'Recipients',
        cell: ({ recipients }) =>
          recipients.length === 0 ? '<span class="unknown">not listed</span>' : escapeText(recipients.join(', ')),
      },
    ],
    all,
  );
}

function filesLead({ files, skipped }: AssuranceReport): string {
  const left = skipped.length === 0 ? '' : ` Left out: ${skipped.join('; ')}.`;
  return `Every byte of ${count(files.length, 'file')} was read and hashed now.${left}`;
}

function fileTable({ files, subject }: AssuranceReport): string {
  const signed = (one: boolean | null): string => (one === true ? 'yes' : badge('missing', 'no'));
  return table(
    `${count(files.length, 'file')}, ${formatBytes(subject.bytes)}`,
    [
      {
        title: 'File',
        kind: 'path',
        cell: ({ path, format }) => `${escapeText(path)}<br><span class="origin">${escapeText(format)}</span>`,
      },
      { title: 'Verdict', cell: ({ verdict }) => badge(verdict, verdict) },
      { title: 'Size', kind: 'number', cell: ({ size }) => formatBytes(size) },
      { title: 'Understood', kind: 'number', cell: ({ size, accountedBytes }) => `${share(accountedBytes, size)} %` },
      ...(subject.rootDigestSource === 'signed'
        ? [{ title: 'Signed', cell: (one: AssuranceReport['files'][number]) => signed(one.signed) }]
        : []),
      { title: 'SHA-256', kind: 'hash', cell: ({ sha256 }) => sha256 },
    ],
    files,
  );
}

/** Rounded down: only the whole is 100. */
function share(part: number, whole: number): string {
  if (part >= whole) return '100';
  return (Math.floor((part / whole) * 1000) / 10).toFixed(1);
}

function commands({ commands: all, notes }: AssuranceReport): string {
  const list = all.map(
    ({ what, command }) => `<div class="command"><p>${escapeText(what)}</p><code>${escapeText(command)}</code></div>`,
  );
  const remarks =
    notes.length === 0
      ? ''
      : `<h3>Remarks</h3><ul class="places">${notes.map((one) => `<li>${escapeText(one)}</li>`).join('\n')}</ul>`;
  return `${list.join('\n')}${remarks}`;
}
