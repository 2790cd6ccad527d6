/**
 * Python as far as judging needs it: statements as flat sequences of terms, each an atom with what is done to it.
 * Precedence is left out on purpose. Nothing asked of the tree depends on it, and what has no grammar to break
 * reads code of every Python version.
 */
export interface PythonModule {
  readonly statements: readonly Statement[];
  /** `torchscript`: code TorchScript wrote, run by its own interpreter. */
  readonly dialect: 'python' | 'torchscript';
  /** Why the source could not be followed to its end. */
  readonly problem?: { readonly expected: string; readonly line: number };
}

export interface Statement {
  readonly kind: 'import' | 'code';
  readonly line: number;
  /** Inside a function: runs when called, not on import. */
  readonly inFunction: boolean;
  /** `def`, `class`, `if`, `return` …; '' for an expression or an assignment. */
  readonly keyword: string;
  readonly imports: readonly Import[];
  readonly parts: Sequence;
}

export interface Import {
  /** Dotted module, with leading dots for a relative one. */
  readonly module: string;
  /** The name taken from it; undefined for `import module`, `*` for all. */
  readonly name?: string;
  readonly alias: string;
}

export type Sequence = readonly Part[];
export type Part = Mark | Term;

/** An operator or a keyword between terms. */
interface Mark {
  readonly kind: 'mark';
  readonly value: string;
}

export interface Term {
  readonly kind: 'term';
  readonly atom: Atom;
  readonly trailers: readonly Trailer[];
  readonly line: number;
}

export type Atom =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'number'; readonly text: string }
  | {
      readonly kind: 'string';
      readonly value: string;
      readonly embedded: readonly Sequence[];
      readonly formatted: boolean;
    }
  | { readonly kind: 'group'; readonly open: string; readonly items: readonly Sequence[] };

export type Trailer =
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'call' | 'subscript'; readonly items: readonly Sequence[] };

/** Every term of a sequence, those inside others too, parents first. */
export function* termsIn(sequence: Sequence): Generator<Term> {
  for (const part of sequence) {
    if (part.kind !== 'term') continue;
    yield part;
    for (const inner of sequencesOf(part)) yield* termsIn(inner);
  }
}

function sequencesOf(term: Term): readonly Sequence[] {
  const { atom } = term;
  const own = atom.kind === 'group' ? atom.items : atom.kind === 'string' ? atom.embedded : [];
  return [...own, ...term.trailers.flatMap((trailer) => (trailer.kind === 'attribute' ? [] : trailer.items))];
}

/** The part after `name=` and its name, for an argument; the whole for a positional one. */
export function argumentOf(item: Sequence): { readonly name?: string; readonly value: Sequence } {
  const [first, second] = item;
  const named = first?.kind === 'term' && first.atom.kind === 'name' && first.trailers.length === 0;
  if (!named || second?.kind !== 'mark' || second.value !== '=') return { value: item };
  return { name: (first.atom as { name: string }).name, value: item.slice(2) };
}
