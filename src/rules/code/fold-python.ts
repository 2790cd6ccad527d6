import type { Part, Sequence, Term } from '../../formats/python-source/syntax.ts';

const MAX_STRING = 65_536;
const MAX_DEPTH = 32;

/** The constant text or number of an expression; undefined when it is not known. Bounded, and nothing is run. */
export function foldPython(sequence: Sequence, depth = 0): string | number | undefined {
  if (depth > MAX_DEPTH || sequence.length % 2 === 0) return undefined;
  let whole = foldPart(sequence[0], depth);
  for (let i = 1; i < sequence.length && whole !== undefined; i += 2) {
    const operator = sequence[i];
    const right = foldPart(sequence[i + 1], depth);
    whole = operator?.kind === 'mark' && right !== undefined ? apply(operator.value, whole, right) : undefined;
  }
  return whole;
}

type Folded = string | number | undefined;

function apply(operator: string, left: string | number, right: string | number): Folded {
  if (typeof left === 'number' && typeof right === 'number') return arithmetic(operator, left, right);
  if (typeof left !== 'string') return undefined;
  if (operator === '+' && typeof right === 'string') return bounded(left + right);
  const fits = operator === '*' && typeof right === 'number' && left.length * right <= MAX_STRING;
  return fits ? left.repeat(Math.max(0, Math.floor(right))) : undefined;
}

function arithmetic(operator: string, left: number, right: number): Folded {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  return operator === '^' ? left ^ right : undefined;
}

function foldPart(part: Part | undefined, depth: number): Folded {
  if (part?.kind !== 'term') return undefined;
  if (part.atom.kind === 'name') return followTrailers(characterOf(part, depth), part.trailers.slice(1), depth);
  return followTrailers(foldAtom(part, depth), part.trailers, depth);
}

/** `chr(95)`. */
function characterOf({ atom, trailers }: Term, depth: number): Folded {
  const [call] = trailers;
  if (atom.kind !== 'name' || atom.name !== 'chr' || call?.kind !== 'call') return undefined;
  const code = foldPython(call.items[0] ?? [], depth + 1);
  return typeof code === 'number' && code >= 0 && code <= 0x10ffff ? String.fromCodePoint(Math.floor(code)) : undefined;
}

function followTrailers(start: Folded, trailers: Term['trailers'], depth: number): Folded {
  let value = start;
  for (let i = 0; i < trailers.length && value !== undefined; i += 1) {
    const trailer = trailers[i];
    const next = trailers[i + 1];
    if (trailer?.kind === 'subscript') value = subscript(value, trailer.items, depth);
    else if (trailer?.kind === 'attribute' && next?.kind === 'call') {
      value = method(value, trailer.name, next.items, depth);
      i += 1;
    } else return undefined;
  }
  return value;
}

function foldAtom({ atom }: Term, depth: number): string | number | undefined {
  if (atom.kind === 'string') return atom.formatted && atom.embedded.length > 0 ? undefined : atom.value;
  if (atom.kind === 'number') return numberOf(atom.text);
  if (atom.kind === 'group' && atom.open === '(' && atom.items.length === 1)
    return foldPython(atom.items[0] ?? [], depth + 1);
  return undefined;
}

function numberOf(text: string): number | undefined {
  const value = Number(text.replaceAll('_', ''));
  return Number.isNaN(value) ? undefined : value;
}

/** Only what turns a string around: `'x'[::-1]`. */
function subscript(value: string | number, items: readonly Sequence[], depth: number): string | undefined {
  if (typeof value !== 'string' || items.length !== 1) return undefined;
  const marks = (items[0] ?? [])
    .map((part) => (part.kind === 'mark' ? part.value : String(foldPart(part, depth + 1))))
    .join('');
  return marks === '::-1' ? Array.from(value).toReversed().join('') : undefined;
}

function method(value: string | number, name: string, items: readonly Sequence[], depth: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (name === 'join') return joined(value, items[0], depth);
  const [first, second] = items.map((item) => foldPython(item, depth + 1));
  switch (name) {
    case 'lower':
      return value.toLowerCase();
    case 'upper':
      return value.toUpperCase();
    case 'strip':
    case 'decode':
    case 'encode':
      return value;
    case 'replace':
      if (typeof first !== 'string' || typeof second !== 'string') return undefined;
      return value.length * (second.length + 1) > MAX_STRING * 4
        ? undefined
        : bounded(value.replaceAll(first, () => second));
    default:
      return undefined;
  }
}

function joined(separator: string, items: Sequence | undefined, depth: number): string | undefined {
  const [list] = items ?? [];
  if (items?.length !== 1 || list?.kind !== 'term' || list.atom.kind !== 'group' || list.trailers.length > 0)
    return undefined;
  const texts = list.atom.items.map((item) => foldPython(item, depth + 1));
  return texts.every((text) => typeof text === 'string') ? bounded(texts.join(separator)) : undefined;
}

function bounded(text: string): string | undefined {
  return text.length > MAX_STRING ? undefined : text;
}
