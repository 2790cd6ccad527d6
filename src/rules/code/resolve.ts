import { argumentOf, type Sequence, type Term } from '../../formats/python-source/syntax.ts';
import { launderedModules } from '../data/python-names.ts';
import { foldPython } from './fold-python.ts';

/** What names stand for: dotted paths of modules and functions. A name assigned twice has both. */
export type Aliases = ReadonlyMap<string, readonly string[]>;

/** One use of a name or of what hangs on it. */
export interface Use {
  /** Dotted path as far as it is known: `os.system`, `base64.b64decode()`, `self.x`. */
  readonly path: string;
  readonly line: number;
  readonly known: boolean;
  /** The arguments, when it is called. */
  readonly args?: readonly Sequence[];
  /** An attribute or item whose name is computed. */
  readonly computed?: boolean;
  /** The path leads through another module (`torch.os.system`). */
  readonly laundered?: string;
}

/** Paths longer than this belong to no module. */
const MAX_PATH = 200;
/** `getattr` of `getattr` … followed this far; further is nothing but hiding. */
const MAX_GETATTR = 8;
const MODULE_GETTERS = new Set([
  '__import__',
  'builtins.__import__',
  'importlib.import_module',
  'importlib.__import__',
]);
const NAMESPACES = new Set([
  'globals()',
  'locals()',
  'vars()',
  'sys.modules',
  '__builtins__',
  '__builtins__.__dict__',
  'builtins.__dict__',
  'builtins',
]);

/** Where following a term has got to. `known`: the path starts at a module or a built-in, not at some variable. */
export interface Place {
  readonly path: string;
  readonly known: boolean;
}

/** Follows a term from its atom outwards, reporting each step that is a use. Returns the places it ends at. */
export function follow(term: Term, aliases: Aliases, report: (use: Use) => void, depth = 0): readonly Place[] {
  let places = start(term, aliases, depth);
  for (const { path, known } of places) if (path !== '') report({ path, known, line: term.line });
  for (const trailer of term.trailers) {
    const next: Place[] = [];
    for (const place of places) {
      const step = advance(place, trailer, { line: term.line, aliases, depth });
      // A long chain of calls leads to no module; its arguments are terms of their own.
      if (step.use !== undefined && place.path.length < MAX_PATH) report(step.use);
      next.push({ path: step.path.slice(0, MAX_PATH), known: step.known });
    }
    places = next;
  }
  return places;
}

function start(term: Term, aliases: Aliases, depth: number): readonly Place[] {
  const { atom } = term;
  if (atom.kind === 'name') {
    const paths = aliases.get(atom.name);
    if (paths !== undefined) return paths.map((path) => ({ path, known: true }));
    return [{ path: atom.name, known: ALWAYS_MODULES.has(atom.name) }];
  }
  const only = atom.kind === 'group' && atom.open === '(' && atom.items.length === 1 ? atom.items[0] : undefined;
  const [inner] = only ?? [];
  // `(os.system)('x')`: the single term inside is what is called.
  if (only?.length === 1 && inner?.kind === 'term' && depth < MAX_GETATTR)
    return follow(inner, aliases, () => {}, depth + 1);
  return [{ path: '', known: false }];
}

/** Taken for the module even where no import is seen, such as after `from x import *`. */
const ALWAYS_MODULES = new Set(['os', 'subprocess', 'builtins', '__builtins__', 'importlib', 'pickle', 'ctypes']);

interface Step extends Place {
  readonly use?: Use;
}

interface Surroundings {
  readonly line: number;
  readonly aliases: Aliases;
  readonly depth: number;
}

function advance({ path, known }: Place, trailer: Term['trailers'][number], around: Surroundings): Step {
  const { line } = around;
  if (trailer.kind === 'attribute') return member({ path, known }, trailer.name, line);
  if (trailer.kind === 'call') return called({ path, known }, trailer.items, around);
  const key = trailer.items.length === 1 ? foldPython(trailer.items[0] ?? []) : undefined;
  if (NAMESPACES.has(path) || path.endsWith('.__dict__')) {
    if (typeof key !== 'string') return { path: `${path}[]`, known, use: { path, known, line, computed: true } };
    return member({ path: outer(path), known: true }, key, line);
  }
  return { path: `${path}[]`, known };
}

/** `globals()['x']` is `x`, `sys.modules['os']` is `os`, `__builtins__.__dict__['eval']` is `builtins.eval`. */
function outer(path: string): string {
  if (path.startsWith('__builtins__') || path.startsWith('builtins')) return 'builtins';
  return path.endsWith('.__dict__') ? path.slice(0, -'.__dict__'.length) : '';
}

function member({ path, known }: Place, name: string, line: number): Step {
  const joined = path === '' ? name : `${path}.${name}`;
  if (known && path !== '' && !/[()[\]]/.test(path) && launderedModules.has(name) && !REAL_SUBMODULES.has(joined)) {
    return { path: name, known: true, use: { path: name, known: true, line, laundered: joined } };
  }
  return { path: joined, known, use: { path: joined, known, line } };
}

/** Real modules whose last name is one of the dangerous ones. */
const REAL_SUBMODULES = new Set([
  'asyncio.subprocess',
  'socket.socket',
  'code.code',
  'os.posix',
  'os.nt',
  'os.sys',
  'copyreg.pickle',
]);

function called({ path, known }: Place, args: readonly Sequence[], around: Surroundings): Step {
  const use = { path, known, line: around.line, args };
  if (/^(?:builtins\.)?getattr$/.test(path)) return fetched(use, args, around);
  const [first] = MODULE_GETTERS.has(path) ? args.map((arg) => foldPython(argumentOf(arg).value)) : [];
  return typeof first === 'string' ? { path: first, known: true, use } : { path: `${path}()`, known, use };
}

/** `getattr(x, 'y')` is `x.y` where `x` is known. */
function fetched(use: Use, args: readonly Sequence[], { line, aliases, depth }: Surroundings): Step {
  const unknown = { path: `${use.path}()`, known: use.known, use };
  const [objects = [], names = []] = args;
  const [object] = objects;
  const name = foldPython(names);
  if (typeof name !== 'string' || objects.length !== 1 || object?.kind !== 'term') return unknown;
  if (depth >= MAX_GETATTR) return { ...unknown, use: { ...use, laundered: 'getattr of getattr' } };
  const [place] = follow(object, aliases, () => {}, depth + 1);
  if (place?.known !== true) return unknown;
  const { use: reached, ...at } = member(place, name, line);
  return { ...at, use: reached?.laundered === undefined ? use : { ...use, laundered: reached.laundered } };
}
