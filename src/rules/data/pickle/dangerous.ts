import type { DangerCategory } from './danger-groups.ts';
import { dangerGroups } from './danger-groups.ts';

/** What is known to be dangerous about a name. */
export interface Danger {
  readonly category: DangerCategory;
  /** Completes "… because it …". */
  readonly why: string;
  /** GHSA, CVE or CWE ids. */
  readonly advisories: readonly string[];
  /** The entry of the table that matched, such as `os.*`. */
  readonly entry: string;
}

/** Attributes that lead from an object to its functions' globals, to all classes, or to a call. */
const revealingAttributes: ReadonlySet<string> = new Set(
  (
    '__builtins__ __globals__ __dict__ __class__ __bases__ __base__ __mro__ __subclasses__ __self__ __func__ __wrapped__ __closure__ __code__ ' +
    '__call__ __init__ __new__ __getattribute__ __getattr__ __setattr__ __delattr__ __reduce__ __reduce_ex__ __setstate__ __import__ __loader__ ' +
    '__spec__ __get__ __set__ __del__ __getitem__ __defaults__ __kwdefaults__ __module__ __annotations__ __init_subclass__ __class_getitem__ ' +
    'f_globals f_locals f_builtins f_back gi_frame cr_frame ag_frame tb_frame func_globals im_func im_self mro modules meta_path path_hooks'
  ).split(' '),
);

/** Names so often dangerous that they are so in any module that happens to re-export them. */
const notoriousNames: ReadonlySet<string> = new Set(
  'eval exec execfile system popen Popen check_output check_call getoutput spawn spawnv execv execve fork_exec __import__ import_module run_path run_module'.split(
    ' ',
  ),
);

interface Index {
  /** `module.*` entries, by module. */
  readonly modules: ReadonlyMap<string, Danger>;
  /** `module:name` entries. */
  readonly names: ReadonlyMap<string, Danger>;
}

let built: Index | undefined;

function index(): Index {
  built ??= build();
  return built;
}

function build(): Index {
  const modules = new Map<string, Danger>();
  const names = new Map<string, Danger>();
  for (const group of dangerGroups) {
    const advisories = group.advisories ?? {};
    for (const entry of [...group.names.trim().split(/\s+/), ...Object.keys(advisories)]) {
      const danger = { category: group.category, why: group.why, advisories: advisories[entry] ?? [], entry };
      const [target, key] = entry.endsWith('.*') ? [modules, entry.slice(0, -2)] : [names, entry];
      // The first group that names something explains it best; a later mention may add advisories.
      const known = target.get(key);
      if (!known || known.advisories.length < danger.advisories.length)
        target.set(key, { ...(known ?? danger), ...(known ? { advisories: danger.advisories } : {}) });
    }
  }
  return { modules, names };
}

/** The entry for `module:name`, or for the longest dotted beginning of the name. */
function byName(module: string, segments: readonly string[]): Danger | undefined {
  const { names } = index();
  for (let length = segments.length; length > 0; length -= 1) {
    const found = names.get(`${module}:${segments.slice(0, length).join('.')}`);
    if (found) return found;
  }
  return undefined;
}

/** The entry for a module, or for one of its parents. */
function byModule(module: string): Danger | undefined {
  const { modules } = index();
  for (let end = module.length; end > 0; end = module.lastIndexOf('.', end - 1)) {
    const found = modules.get(module.slice(0, end));
    if (found) return found;
  }
  return undefined;
}

/** A name that walks through an attribute which leads anywhere, such as `x.__globals__`. */
function byRevealingAttribute(segments: readonly string[]): Danger | undefined {
  const entry = segments.find((segment) => revealingAttributes.has(segment));
  if (entry === undefined) return undefined;
  return { category: 'attribute-access', why: `walks through ${entry}`, advisories: ['GHSA-5j3x-jp52-966f'], entry };
}

/** A name that walks through an imported module: `random._os.system`. */
function byInnerModule(segments: readonly string[]): Danger | undefined {
  for (const [position, segment] of segments.slice(0, -1).entries()) {
    const module = segment.replace(/^_/, '');
    const found = byName(module, segments.slice(position + 1)) ?? index().modules.get(module);
    if (found) return { ...found, advisories: ['GHSA-5j3x-jp52-966f', ...found.advisories] };
  }
  return undefined;
}

function byNotoriousName(segments: readonly string[]): Danger | undefined {
  const entry = segments.find((segment) => notoriousNames.has(segment));
  if (entry === undefined) return undefined;
  return {
    category: 'code-execution',
    why: `is named ${entry}, as what runs code or programs is`,
    advisories: [],
    entry,
  };
}

/** Python 2 homes of what Python 3 keeps elsewhere, for names that were not mapped because the protocol is 3 or later. */
const oldHomes: ReadonlyMap<string, string> = new Map([
  ['__builtin__', 'builtins'],
  ['__builtins__', 'builtins'],
  ['copy_reg', 'copyreg'],
]);

/** Longest qualified name looked at; a longer one is judged by its beginning. */
const maxSegments = 64;

/**
 * What is dangerous about a name, if anything is. Exact names come first, since they say most; then names that walk
 * through attributes; then whole modules.
 */
export function dangerOf(module: string, qualname: string): Danger | undefined {
  const home = oldHomes.get(module) ?? module;
  const segments = qualname.split('.', maxSegments);
  return (
    byName(home, segments) ??
    byRevealingAttribute(segments) ??
    byModule(home) ??
    bySubmodule(home, segments) ??
    byInnerModule(segments) ??
    byNotoriousName(segments)
  );
}

/** `torch.hub` may also be reached as module `torch`, name `hub.load`. */
function bySubmodule(module: string, segments: readonly string[]): Danger | undefined {
  for (let length = 1; length < segments.length; length += 1) {
    const inner = `${module}.${segments.slice(0, length).join('.')}`;
    const found = byName(inner, segments.slice(length)) ?? index().modules.get(inner);
    if (found) return found;
  }
  return undefined;
}

/** Every entry of the tables, for tests and documentation. */
export function allDangers(): readonly Danger[] {
  const { modules, names } = index();
  return [...modules.values(), ...names.values()];
}
