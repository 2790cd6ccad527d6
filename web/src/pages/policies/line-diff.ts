export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
  /** Line numbers from 1; null on the side that does not have it. */
  readonly before: number | null;
  readonly after: number | null;
}

// Beyond this many differing lines the shortest script is of no use to a reader, and costs the square of it.
const MAX_EDITS = 600;

/** What changed between two texts, line by line: the shortest script (Myers 1986), or the whole middle where it is too long. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const middle = editScript(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const kinds = [
    ...Array<DiffLine['kind']>(start).fill('same'),
    ...middle,
    ...Array<DiffLine['kind']>(end).fill('same'),
  ];
  return numbered(kinds, a, b);
}

function numbered(kinds: readonly DiffLine['kind'][], a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  let [i, j] = [0, 0];
  return kinds.map((kind) => {
    const text = (kind === 'added' ? b[j] : a[i]) ?? '';
    const before = kind === 'added' ? null : (i += 1);
    const after = kind === 'removed' ? null : (j += 1);
    return { kind, text, before, after };
  });
}

/** The furthest reach of each diagonal, for each number of edits, then the way back. */
function editScript(a: readonly string[], b: readonly string[]): DiffLine['kind'][] {
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(a.length + b.length, MAX_EDITS); edits += 1) {
    const next = new Map(reach);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const x = slide(a, b, stepTo(reach, diagonal, edits), diagonal);
      next.set(diagonal, x);
      if (x >= a.length && x - diagonal >= b.length) return walkBack([...trace, reach], a.length, b.length);
    }
    trace.push(reach);
    reach = next;
  }
  return [...a.map(() => 'removed' as const), ...b.map(() => 'added' as const)];
}

/** Down (an added line) where that reaches further, otherwise right (a removed one). */
function stepTo(reach: ReadonlyMap<number, number>, diagonal: number, edits: number): number {
  return goesDown(reach, diagonal, edits) ? (reach.get(diagonal + 1) ?? -1) : (reach.get(diagonal - 1) ?? -1) + 1;
}

function goesDown(reach: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  const [left, right] = [reach.get(diagonal - 1) ?? -1, reach.get(diagonal + 1) ?? -1];
  return diagonal === -edits || (diagonal !== edits && left < right);
}

function slide(a: readonly string[], b: readonly string[], from: number, diagonal: number): number {
  let x = from;
  while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
  return x;
}

function walkBack(trace: readonly ReadonlyMap<number, number>[], aLength: number, bLength: number): DiffLine['kind'][] {
  const kinds: DiffLine['kind'][] = [];
  let [x, y] = [aLength, bLength];
  for (let edits = trace.length - 1; edits > 0; edits -= 1) {
    const reach = trace[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const down = goesDown(reach, diagonal, edits);
    const fromX = reach.get(down ? diagonal + 1 : diagonal - 1) ?? 0;
    const fromY = fromX - (down ? diagonal + 1 : diagonal - 1);
    while (x > fromX && y > fromY) {
      kinds.push('same');
      x -= 1;
      y -= 1;
    }
    kinds.push(down ? 'added' : 'removed');
    [x, y] = [fromX, fromY];
  }
  for (; x > 0; x -= 1) kinds.push('same');
  return kinds.toReversed();
}

export interface Hunk {
  readonly lines: readonly DiffLine[];
  /** Same lines that were left out before it. */
  readonly skipped: number;
}

/** Only what changed, with a few lines round it. */
export function hunksOf(lines: readonly DiffLine[], context = 3): readonly Hunk[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ kind }) => kind !== 'same'),
  );
  const hunks: { lines: DiffLine[]; skipped: number }[] = [];
  let skipped = 0;
  for (const [index, line] of lines.entries()) {
    if (near[index] !== true) {
      skipped += 1;
    } else if (skipped > 0 || hunks.length === 0) {
      hunks.push({ lines: [line], skipped });
      skipped = 0;
    } else hunks.at(-1)?.lines.push(line);
  }
  return hunks;
}
