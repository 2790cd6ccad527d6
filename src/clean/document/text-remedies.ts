import { joined, type Span } from '../../bytes/span.ts';
import { stringOf, type Visit } from '../../formats/document.ts';
import { hiddenOrders } from '../../rules/text/agent-instructions.ts';
import { hiddenRanges } from '../../rules/text/hidden-characters.ts';
import { itemsOf, remove, type Remedy, type Wound } from './remedy.ts';
import type { TreeEdit } from './tree-edit.ts';

/** Cuts the characters out that the rule calls hidden, and no others. */
export const cutHidden: Remedy = (wound) =>
  cut(wound, (text) => hiddenRanges(text, wound.nature), 'invisible characters');

/** Hidden orders are cut out; a text that gives them openly goes, where a document can do without it. */
export const cutOrders: Remedy = (wound) => {
  const { finding, reached } = wound;
  if (finding.data['what'] === 'hidden from readers') {
    const edits = cut(wound, (text) => joined(hiddenOrders(text)), 'hidden orders to agents');
    if (edits.length > 0) return edits;
  }
  const { visit } = reached;
  if (isCellSource(visit)) return dropCell(wound, visit);
  // The finding tells no offset: where several places share a pointer, only the one that gives the orders goes.
  const text = stringOf(visit.node)?.trim().replace(/\s+/g, ' ') ?? '';
  return reached.rest.length > 0 || text.includes(String(finding.data['text'])) ? remove(visit, finding) : [];
};

/** Removes the cell a place is in, when that is allowed. */
export function dropCell({ finding, options }: Wound, place: Visit): readonly TreeEdit[] {
  let cell: Visit | undefined = place;
  while (cell !== undefined && cell.parent?.step !== 'cells') cell = cell.parent;
  return options.dropCells ? remove(cell, finding, 'cell removed') : [];
}

/** By the version of the notebook. */
const CELL_SOURCES: ReadonlySet<string> = new Set(['source', 'input', 'code']);

function isCellSource({ step, parent }: Visit): boolean {
  return CELL_SOURCES.has(String(step)) && parent?.parent?.step === 'cells';
}

type Ranges = (text: string) => readonly Span[];

function cut(wound: Wound, rangesIn: Ranges, what: string): readonly TreeEdit[] {
  const { visit, rest } = wound.reached;
  const edits = visit.node.kind === 'list' ? cutLines(visit, rangesIn) : cutString(visit, rangesIn);
  const named = edits.map(({ place, ranges }): TreeEdit => {
    const units = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
    const did = `${what} cut out (${units} UTF-16 units in ${ranges.length} places)`;
    return { visit: place, act: { kind: 'cut', ranges }, rules: [wound.finding.ruleId], did };
  });
  // In a document inside a string escapes may hide what the string itself does not show.
  return named.length === 0 && rest.length > 0 ? remove(visit, wound.finding) : named;
}

interface Cut {
  readonly place: Visit;
  readonly ranges: readonly Span[];
}

function cutString(place: Visit, rangesIn: Ranges): readonly Cut[] {
  const text = stringOf(place.node);
  const ranges = text === undefined ? [] : rangesIn(text);
  return ranges.length === 0 ? [] : [{ place, ranges }];
}

/** The lines of a notebook's cell are one text, and what is hidden may run over several. */
function cutLines(list: Visit, rangesIn: Ranges): readonly Cut[] {
  const lines = itemsOf(list);
  const texts = lines.map(({ node }) => stringOf(node) ?? '');
  const ranges = rangesIn(texts.join(''));
  let from = 0;
  return lines.flatMap((place, index) => {
    const start = from;
    const end = start + (texts[index] ?? '').length;
    from = end;
    const own = ranges.filter((range) => range.start < end && range.end > start);
    const local = own.map((range) => ({
      start: Math.max(range.start, start) - start,
      end: Math.min(range.end, end) - start,
    }));
    return local.length === 0 ? [] : [{ place, ranges: local }];
  });
}
