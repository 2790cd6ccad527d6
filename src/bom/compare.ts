import { visible } from '../scan/visible-text.ts';
import type { ModelFacts } from './facts.ts';
import type { ListedModel } from './read-bom.ts';

type DifferenceCode =
  | 'root-digest-differs'
  | 'root-digest-missing'
  | 'file-missing'
  | 'file-unlisted'
  | 'file-differs'
  | 'file-without-digest'
  | 'count-differs';

/** One thing that a bill of materials says and the files do not, or the other way round. */
export interface Difference {
  readonly code: DifferenceCode;
  /** A file's path; '' for the model as a whole. */
  readonly path: string;
  readonly listed: string;
  readonly measured: string;
}

/** What a bill of materials says, against what the files are now. */
export function compareBom(listed: ListedModel, facts: ModelFacts): readonly Difference[] {
  return [...compareRoot(listed, facts), ...compareFiles(listed, facts), ...compareCounts(listed, facts)];
}

function compareRoot({ rootDigest }: ListedModel, { root }: ModelFacts): readonly Difference[] {
  if (rootDigest === root.sha256) return [];
  const code = rootDigest === undefined ? 'root-digest-missing' : 'root-digest-differs';
  return [{ code, path: '', listed: rootDigest ?? '', measured: root.sha256 }];
}

function compareFiles({ files }: ListedModel, facts: ModelFacts): readonly Difference[] {
  const measured = new Map(facts.files.map(({ path, sha256 }) => [visible(path), sha256]));
  const differences: Difference[] = [];
  for (const [path, digest] of files) {
    const now = measured.get(path);
    if (now === undefined) differences.push({ code: 'file-missing', path, listed: digest ?? '', measured: '' });
    else if (digest === undefined) differences.push({ code: 'file-without-digest', path, listed: '', measured: now });
    else if (digest !== now) differences.push({ code: 'file-differs', path, listed: digest, measured: now });
  }
  for (const [path, digest] of measured) {
    if (!files.has(path)) differences.push({ code: 'file-unlisted', path, listed: '', measured: digest });
  }
  return differences;
}

/** Only what both know: a document of another program has no counts, and that is no difference. */
function compareCounts({ counts }: ListedModel, facts: ModelFacts): readonly Difference[] {
  return facts.tensors.flatMap(({ path, tensors, parameters, bytes }) => {
    const listed = counts.get(visible(path)) ?? {};
    const measured = { tensors, parameters, tensorBytes: bytes };
    return Object.entries(measured).flatMap(([name, number]) => {
      const said = listed[name];
      return said === undefined || said === String(number)
        ? []
        : [
            {
              code: 'count-differs' as const,
              path: visible(path),
              listed: `${name} ${said}`,
              measured: String(number),
            },
          ];
    });
  });
}
