import { type DocumentNode, type MapNode, traverse, type Visit } from '../../formats/document.ts';
import type { Finding } from '../../scan/report.ts';
import type { CleanJob } from '../cleaner.ts';
import { chooseTemplate } from '../templates/choose.ts';
import { narrowed, reach, type Reached, stepsOf } from './reach.ts';
import { entriesOf, type Wound } from './remedy.ts';
import { remedies } from './remedies.ts';
import { settle, type TreeEdit } from './tree-edit.ts';

/** A tree of a file, and the pointer that leads to it. */
export interface Tree {
  readonly root: DocumentNode;
  /** What the pointers of its findings begin with: `/3` for the fourth line of JSON Lines. */
  readonly prefix: string;
}

/** What is to be done to the trees of a file; offsets of findings count like the spans of the trees. */
export function planTrees(job: CleanJob, trees: readonly Tree[]): readonly TreeEdit[] {
  const { findings, options, examination } = job;
  const fired = new Set(findings.map(({ ruleId }) => ruleId));
  const mended = new Set<DocumentNode>();
  const templates = new Map(trees.map(({ root }) => [root, chooseTemplate(job, root)]));
  const edits = findings.flatMap((finding) => {
    const { pointer = '', offset } = finding.location;
    const nature = examination.natures.get(pointer) ?? 'prose';
    return narrowed(placesOf(finding, trees), offset).flatMap(({ root, ...reached }) =>
      heal({ finding, reached, root, options, nature, template: templates.get(root) ?? null, fired, mended }),
    );
  });
  const settled = settle(edits);
  return settled.length === 0 ? [] : settle([...settled, ...trees.flatMap(({ root }) => duplicates(root))]);
}

/** Every place of a finding's pointer; the documents of one YAML file share their pointers. */
function placesOf({ location }: Finding, trees: readonly Tree[]): readonly (Reached & Pick<Tree, 'root'>)[] {
  const { pointer = '', member } = location;
  if (member !== undefined) return [];
  return trees
    .filter(({ prefix }) => pointer === prefix || pointer.startsWith(`${prefix}/`))
    .flatMap(({ root, prefix }) =>
      reach(root, stepsOf(pointer.slice(prefix.length))).map((reached) => ({ ...reached, root })),
    );
}

const CUTTING: ReadonlySet<string> = new Set(['hidden-unicode', 'agent-instructions']);

/** What lies in a document inside a string goes with the string, unless it is a matter of single characters. */
function heal(wound: Wound): readonly TreeEdit[] {
  const { finding, reached } = wound;
  const remedy = Object.hasOwn(remedies, finding.ruleId) ? remedies[finding.ruleId] : undefined;
  if (remedy === undefined) return [];
  if (reached.rest.length === 0 || CUTTING.has(finding.ruleId)) return remedy(wound);
  return withString(reached, finding.ruleId);
}

function withString({ visit }: Reached, rule: string): readonly TreeEdit[] {
  if (visit.parent === undefined) return [];
  return [{ visit, act: { kind: 'remove' }, rules: [rule], did: 'removed with the document in its text' }];
}

/** Larger maps are vocabularies and tables of tensors. */
const MAX_DISTINGUISHED_KEYS = 2000;

/** In a file that is changed anyway no key is left standing twice: the last one counts, as in Python. */
export function duplicates(root: DocumentNode): readonly TreeEdit[] {
  const edits: TreeEdit[] = [];
  traverse(root, (visit) => {
    if (visit.node.kind === 'map' && hasDuplicates(visit.node)) edits.push(...earlierOnes(visit));
  });
  return edits;
}

function hasDuplicates({ entries }: MapNode): boolean {
  if (entries.length > MAX_DISTINGUISHED_KEYS) return false;
  const keys = new Set(entries.map(({ key }) => key));
  // A merge key brings entries that own keys override, which is what it is for.
  return keys.size < entries.length && !keys.has('<<');
}

function earlierOnes(map: Visit): readonly TreeEdit[] {
  const entries = entriesOf(map);
  const last = new Map(entries.map((entry) => [entry.step, entry]));
  return entries
    .filter((entry) => last.get(entry.step) !== entry)
    .map((visit) => ({
      visit,
      act: { kind: 'remove' },
      rules: ['duplicate-key'],
      did: 'removed; the last value of the key counts',
    }));
}
