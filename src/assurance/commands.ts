import type { AssuranceInput } from './assess.ts';
import type { AssuranceReport } from './schema.ts';
import { visible } from '../scan/visible-text.ts';

/** How everything in the report can be checked again. */
export function commandsFor({ path, facts, evidence }: AssuranceInput): AssuranceReport['commands'] {
  const target = shellWord(path);
  const has = (kind: string): boolean => evidence.some((one) => one.kind === kind);
  const boms = evidence
    .filter((one) => one.kind === 'bill of materials')
    .map(({ file }) => shellWord(evidencePath(path, facts.isFolder, file)));
  return [
    { what: 'Scan every file and hash it', command: `vouchsafe scan --hash ${target}` },
    ...(has('signature')
      ? [{ what: 'Verify the signature and attestations', command: `vouchsafe verify ${target} --public-key KEY.pem` }]
      : []),
    ...boms.map((file) => ({
      what: 'Compare a bill of materials with the files',
      command: `vouchsafe bom ${target} --check ${file}`,
    })),
    { what: 'See where each statement was read', command: `vouchsafe bom ${target} --explain` },
    { what: 'Make this report again', command: `vouchsafe report ${target} -o report.html` },
  ];
}

/** Evidence lies in the folder, or beside a single file. */
function evidencePath(path: string, isFolder: boolean, file: string): string {
  if (isFolder) return `${path.replace(/\/+$/, '')}/${file}`;
  return `${path.slice(0, path.lastIndexOf('/') + 1)}${file}`;
}

/** One word for a POSIX shell; characters that do not show are spelled out, and have to be looked up then. */
function shellWord(text: string): string {
  const shown = visible(text);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
