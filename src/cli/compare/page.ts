import { count, formatBytes, grouped } from '../../scan/reporters/wording.ts';
import { visible } from '../../scan/visible-text.ts';
import type { Comparison, TensorDifference, TensorFacts } from '../../tensors/compare.ts';
import type { Theme } from '../render/theme.ts';
import type { Incomparable } from './run-compare.ts';

/** Lines of one kind; JSON has all. */
const MAX_LINES = 50;

interface Frame {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  readonly incomparable: readonly Incomparable[];
  readonly theme: Theme;
}

/** The comparison for a terminal. */
export function comparisonPage(comparison: Comparison, { a, b, same, incomparable, theme }: Frame): string {
  const { equal, close, different, onlyA, onlyB, renamed } = comparison;
  const summary = [
    `${count(equal, 'tensor')} equal`,
    close.length > 0 ? `${grouped(close.length)} within the tolerance` : '',
    different.length > 0 ? `${grouped(different.length)} different` : '',
    renamed.length > 0 ? `${grouped(renamed.length)} renamed` : '',
    onlyA.length > 0 ? `${grouped(onlyA.length)} only in the first` : '',
    onlyB.length > 0 ? `${grouped(onlyB.length)} only in the second` : '',
    incomparable.length > 0 ? `${grouped(incomparable.length)} that cannot be compared` : '',
  ].filter((part) => part !== '');
  const lines = [
    `${theme.bold(same ? 'the same' : 'not the same')}: ${visible(a)} and ${visible(b)}`,
    ...cut(different.map((one) => differenceLine('differs', one))),
    ...cut(close.map((one) => differenceLine('near', one))),
    ...cut(renamed.map((one) => `  renamed ${visible(one.a)} → ${visible(one.b)}`)),
    ...cut(onlyA.map((name) => `  only in the first: ${visible(name)}`)),
    ...cut(onlyB.map((name) => `  only in the second: ${visible(name)}`)),
    ...cut(
      incomparable.map((one) => `  not compared, ${visible(one.path)}: ${visible(one.name)}: ${visible(one.detail)}`),
    ),
    summary.join(', '),
  ];
  return `${lines.join('\n')}\n`;
}

function differenceLine(word: string, { name, a, b, first, values }: TensorDifference): string {
  const parts: string[] = [];
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) parts.push(`${kindOf(a)} and ${kindOf(b)}`);
  if (first !== undefined) parts.push(`first at [${first.join(', ')}]`);
  if (values !== undefined) {
    const { unequal, beyond, count: all, maxDistance, meanDistance } = values;
    parts.push(`${grouped(unequal)} of ${grouped(all)} numbers`, `at most ${short(maxDistance)} apart`);
    parts.push(`${short(meanDistance)} on average`);
    if (beyond !== unequal) parts.push(`${grouped(beyond)} beyond the tolerance`);
  }
  return `  ${word} ${visible(name)}: ${parts.join(', ')}`;
}

function kindOf({ dtype, shape, bytes }: TensorFacts): string {
  return `${dtype} [${shape.join(', ')}] (${formatBytes(bytes)})`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function cut(lines: readonly string[]): string[] {
  const more = lines.length > MAX_LINES ? [`  … and ${lines.length - MAX_LINES} more; --format json has all`] : [];
  return [...lines.slice(0, MAX_LINES), ...more];
}
