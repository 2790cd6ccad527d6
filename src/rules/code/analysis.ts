import {
  type Import,
  type Part,
  type PythonModule,
  type Sequence,
  type Statement,
  type Term,
  termsIn,
} from '../../formats/python-source/syntax.ts';
import { decoders, fetchers } from '../data/python-names.ts';
import { matches } from './matches.ts';
import { follow, type Place, type Use } from './resolve.ts';

/** Aliases kept for one name. */
const MAX_ALIASES = 8;

/** What a module imports and uses, names resolved. */
export interface Analysis {
  readonly imports: readonly (Import & { readonly line: number })[];
  readonly uses: readonly Use[];
  /** True when an expression holds something decoded or downloaded. */
  readonly isDecoded: (value: Sequence) => boolean;
  readonly strings: readonly { readonly text: string; readonly line: number }[];
  /** Names the module defines or binds itself. */
  readonly bound: ReadonlySet<string>;
  pathsOf(term: Term): readonly string[];
}

const analyses = new WeakMap<PythonModule, Analysis>();

/** Computed once for each module. */
export function analyse(module: PythonModule): Analysis {
  const known = analyses.get(module);
  if (known !== undefined) return known;
  const fresh = new Analyser(module).result();
  analyses.set(module, fresh);
  return fresh;
}

class Analyser {
  readonly #module: PythonModule;
  readonly #aliases = new Map<string, readonly string[]>();
  readonly #decoded = new Set<string>();
  readonly #bound = new Set<string>();

  constructor(module: PythonModule) {
    this.#module = module;
  }

  result(): Analysis {
    const imports: (Import & { line: number })[] = [];
    const uses: Use[] = [];
    const strings: { text: string; line: number }[] = [];
    // Twice: a function may use a name that is bound below it.
    for (const statement of [...this.#module.statements, ...this.#module.statements]) this.#bind(statement);
    for (const statement of this.#module.statements) {
      for (const one of statement.imports) imports.push({ ...one, line: statement.line });
      for (const term of termsIn(statement.parts)) {
        follow(term, this.#aliases, (use) => uses.push(use));
        if (term.atom.kind === 'string') strings.push({ text: term.atom.value, line: term.line });
      }
    }
    uses.push(...importedUses(imports));
    const pathsOf = (term: Term): readonly string[] => follow(term, this.#aliases, () => {}).map((place) => place.path);
    return { imports, uses, strings, isDecoded: (value) => this.#isDecoded(value), bound: this.#bound, pathsOf };
  }

  #bind(statement: Statement): void {
    for (const one of statement.imports) this.#alias(aliasOf(one), pathOf(one));
    if (DEFINING.has(statement.keyword)) {
      const name = statement.parts.find((part) => part.kind === 'term');
      if (name?.kind === 'term' && name.atom.kind === 'name') this.#bound.add(name.atom.name);
    } else if (statement.kind === 'code') this.#assign(statement.parts);
  }

  #assign(parts: Sequence): void {
    const names = assignedNames(parts);
    if (names.length === 0) return;
    const value = parts.slice(parts.findLastIndex(isAssignment) + 1);
    if (this.#isDecoded(value)) for (const name of names) this.#decoded.add(name);
    const [only] = value;
    if (value.length !== 1 || only?.kind !== 'term' || only.atom.kind !== 'name') return;
    const places = follow(only, this.#aliases, () => {}).filter(isReference);
    for (const { path } of places) for (const name of names) this.#alias(name, path);
  }

  #alias(name: string, path: string): void {
    const known = this.#aliases.get(name) ?? [];
    if (known.includes(path) || known.length >= MAX_ALIASES) return;
    this.#aliases.set(name, [...known, path]);
  }

  #isDecoded(value: Sequence): boolean {
    for (const term of termsIn(value)) {
      if (term.atom.kind === 'name' && this.#decoded.has(term.atom.name)) return true;
      let found = false;
      follow(term, this.#aliases, (use) => {
        found ||= use.args !== undefined && (matches(use.path, decoders) || matches(use.path, fetchers));
      });
      if (found) return true;
    }
    return false;
  }
}

const DEFINING = new Set(['def', 'class', 'async']);

function isAssignment(part: Part): boolean {
  return part.kind === 'mark' && (part.value === '=' || part.value === ':=');
}

/** The plain names left of the last `=` of a statement. */
function assignedNames(parts: Sequence): readonly string[] {
  const last = parts.findLastIndex(isAssignment);
  if (last === -1) return [];
  return parts
    .slice(0, last)
    .flatMap((part) =>
      part.kind === 'term' && part.atom.kind === 'name' && part.trailers.length === 0 ? part.atom.name : [],
    );
}

/** Built-ins that stay dangerous under another name. */
const BUILTIN_REFERENCES = new Set(['exec', 'eval', 'compile', '__import__', 'getattr', 'open', 'globals', 'vars']);

/** A place worth a name: a module or a function, not the outcome of a call. */
function isReference({ path, known }: Place): boolean {
  return (known || BUILTIN_REFERENCES.has(path)) && path !== '' && !/[()[\]]/.test(path);
}

function aliasOf(one: Import): string {
  // `import a.b` binds `a`.
  return one.name === undefined && one.alias === one.module ? (one.module.split('.')[0] ?? '') : one.alias;
}

function pathOf(one: Import): string {
  if (one.name !== undefined) return `${one.module}.${one.name}`;
  return one.alias === one.module ? (one.module.split('.')[0] ?? '') : one.module;
}

/** `from os import system` uses `os.system`, called or not; only tables of commands care. */
function importedUses(imports: readonly (Import & { line: number })[]): readonly Use[] {
  return imports
    .filter((one) => one.name !== undefined && one.name !== '*')
    .map((one) => ({ path: pathOf(one), known: true, line: one.line }));
}
