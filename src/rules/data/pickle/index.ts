/**
 * What a pickle may do with a named class or function, by library.
 *
 * The tables are generated from the libraries' sources (docs/allow-lists.md says by which criterion); what is not
 * listed is not known to be safe. A use that carries a constraint is safe only with arguments, or a state, that meet it.
 */
import { tablesText } from './tables.ts';

/** A set of uses, as bits of `use`. */
export type Uses = number;

export const use = {
  /** Named, and kept as a value. */
  import: 1,
  /** Called by REDUCE, INST or OBJ, which for a class runs `__init__`. */
  call: 2,
  /** Made by NEWOBJ(_EX), which runs `__new__` alone. */
  new: 4,
  /** BUILD with a dict state, or with any state where the class's own `__setstate__` was read. */
  build: 8,
  /** BUILD with a slot state, which sets attributes one by one. Dunder names in it are never safe. */
  setAttributes: 16,
  /** APPEND(S), SETITEM(S), ADDITEMS on an instance. */
  mutate: 32,
  /** A caution, not a permission: hashing or comparing an instance runs library code, so it is no dict key or set member. */
  hashRunsCode: 64,
} as const;

const useByLetter: Readonly<Record<string, Uses>> = {
  i: use.import,
  c: use.call,
  n: use.new,
  b: use.build,
  s: use.setAttributes,
  m: use.mutate,
  h: use.hashRunsCode,
  e: use.import | use.call,
};

/** What a call's arguments, or a BUILD's state, must be for the use to be safe. */
export const constraints = [
  /** Bit generator's name as a constant, or one of its classes as a global that may be imported. */
  'bit-generator',
  /** First argument: a subclass of numpy.ndarray that may be made. */
  'array-class',
  /** First argument: a global that may be called, made or imported, or no argument at all. */
  'callee-allowed',
  /** First argument, and second if it is a global: a class that may be made, or `object` or a built-in container. */
  'class-allowed',
  /** Every argument is a class that may be made or plain data. */
  'class-or-plain',
  /** Text, then `latin1` or `latin-1`. */
  'encode-latin1',
  /** An enum class of these tables (`isEnum`), then a constant name without leading underscore. */
  'enum-member-name',
  /** One plain constant. */
  'enum-value',
  /** Bytes that are themselves a file written by torch.save; they are judged as such. */
  'nested-torch',
  'no-arguments',
  /** Constant texts in which no dotted part starts with an underscore. */
  'no-dunder-string',
  /** Module numpy… or scipy.special…, then a plain name. */
  'numpy-ufunc',
  /** Constants, and built-in containers and allowed objects inside them; no lazily computed iterable. */
  'plain-arguments',
  /** A constant pattern and constant flags. */
  'regular-expression',
  /** BUILD: `_parse_arg_template` of the state, where present, is exactly what scipy renders (`isScipyArgumentTemplate`). */
  'scipy-argument-template',
  /** Tensors and booleans. */
  'tensor-arguments',
  /** A constant key such as Europe/Berlin: no `..`, no leading slash. */
  'time-zone-name',
] as const;

export type Constraint = (typeof constraints)[number];

interface Table {
  readonly library: string;
  readonly constraints?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Module -> letters of uses -> names, separated by spaces. */
  readonly modules: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

let parsed: readonly Table[] | undefined;

/** Parsed when first asked for: a start that meets no pickle does not pay for it. */
function allTables(): readonly Table[] {
  parsed ??= JSON.parse(tablesText) as readonly Table[];
  return parsed;
}

/** Modules are unpacked one by one, when first asked for. */
const unpacked = new Map<string, ReadonlyMap<string, Uses>>();
const enumBit = 128;

function unpack(module: string): ReadonlyMap<string, Uses> {
  const names = new Map<string, Uses>();
  for (const table of allTables()) {
    if (!Object.hasOwn(table.modules, module)) continue;
    for (const [letters, list] of Object.entries(table.modules[module] ?? {})) {
      const uses = usesOf(letters);
      for (const name of list.split(' ')) names.set(name, uses);
    }
  }
  return names;
}

function usesOf(letters: string): Uses {
  let uses = 0;
  for (const letter of letters) uses |= useByLetter[letter] ?? 0;
  return letters.includes('e') ? uses | enumBit : uses;
}

function lookUp(module: string, name: string): Uses | undefined {
  const known = unpacked.get(module);
  if (known) return known.get(name);
  const names = unpack(module);
  // A hostile file may name millions of modules: only those that exist here are remembered.
  if (names.size > 0) unpacked.set(module, names);
  return names.get(name);
}

/** What is known to be safe for a name, as Python 3 spells it; undefined for a name that is not listed. */
export function allowedUses(module: string, name: string): Uses | undefined {
  const uses = lookUp(module, name);
  return uses === undefined ? undefined : uses & ~enumBit;
}

/** True for an enum class, whose members are written as a call with their value. */
export function isEnum(module: string, name: string): boolean {
  return ((lookUp(module, name) ?? 0) & enumBit) !== 0;
}

/** What must hold of the arguments of a call, or of the state of a BUILD, for the listed uses to be safe. */
export function constraintOf(module: string, name: string): Constraint | undefined {
  for (const table of allTables()) {
    if (!table.constraints || !Object.hasOwn(table.constraints, module)) continue;
    const found = table.constraints[module];
    if (found && Object.hasOwn(found, name)) return found[name] as Constraint;
  }
  return isEnum(module, name) ? 'enum-value' : undefined;
}

/** The libraries that list a module, for messages and documentation. */
export function librariesListing(module: string): readonly string[] {
  return allTables()
    .filter((table) => Object.hasOwn(table.modules, module))
    .map((table) => table.library);
}

/** Every listed name, for tests and documentation. */
export function* allListed(): Generator<{ library: string; module: string; name: string; uses: Uses }> {
  for (const table of allTables()) {
    for (const [module, groups] of Object.entries(table.modules)) {
      for (const [letters, list] of Object.entries(groups)) {
        for (const name of list.split(' '))
          yield { library: table.library, module, name, uses: usesOf(letters) & ~enumBit };
      }
    }
  }
}
