import { CallNode, CollectionNode, globalName, type GlobalNode, type Value } from '../../formats/pickle/values.ts';
import type { PickleView } from '../../formats/pickle/view.ts';
import { dangerOf } from '../data/pickle/dangerous.ts';
import { type Constraint, constraintOf, isEnum } from '../data/pickle/index.ts';
import type { RulePolicy } from '../rule.ts';
import { calleeOf, isAllowed, isImportable, isListed, useOf } from './judge.ts';
import { tensorProblem } from './tensor-rebuild.ts';

/** What a constraint looks at: the call, its arguments, and the policy for names in them. */
export interface ConstrainedCall {
  readonly call: CallNode;
  readonly args: readonly Value[];
  readonly view: PickleView;
  readonly policy: RulePolicy;
}

/** Says what is wrong with the arguments; undefined when nothing is. */
type Check = (call: ConstrainedCall, depth: number) => string | undefined;

/** How deep calls may stand in the arguments of calls (`_rebuild_from_type_v2`), and containers in containers. */
const MAX_DEPTH = 6;
/** Containers looked into for one call. One container may stand in many others, so each is looked into once. */
const MAX_CONTAINERS = 4096;

/** What is wrong with the arguments of a call to a listed function; undefined when nothing is, or when it has no constraint. */
export function violation(call: CallNode, view: PickleView, policy: RulePolicy, depth = 0): string | undefined {
  const callee = calleeOf(call, view);
  if (callee === undefined || callee.module === null || callee.name === null) return undefined;
  if (policy.allowedGlobals.has(`${callee.module}.${callee.name}`)) return undefined;
  const check = checkOf(callee.module, callee.name);
  if (check === undefined || !isAllowed(callee, useOf(call.opcode), policy)) return undefined;
  if (depth > MAX_DEPTH) return 'calls are nested too deeply to follow';
  const args = view.items(call.args);
  if (args === undefined) return 'its arguments cannot be read from the file';
  if (call.kwargs !== undefined) return 'it is given keyword arguments';
  return check({ call, args, view, policy }, depth);
}

function checkOf(module: string, name: string): Check | undefined {
  if (module === 'torch._utils' && /^_rebuild_tensor(?:_v[23])?$/.test(name)) return tensorProblem;
  if (/^torch\.(?:_tensor|tensor)$/.test(module) && /^_rebuild_from_type(?:_v2)?$/.test(name)) return rebuildFromType;
  if (module === 'torch.jit._pickle') return handsOn;
  if (module === 'copyreg' && name === '_reconstructor') return reconstructor;
  const id = constraintOf(module, name);
  return id === undefined ? undefined : checks[id];
}

const checks: Readonly<Record<Constraint, Check>> = {
  'array-class': arrayClass,
  'bit-generator': bitGenerator,
  'callee-allowed': calleeAllowed,
  'class-allowed': classAllowed,
  'class-or-plain': classOrPlain,
  'encode-latin1': plainEncoding,
  'enum-member-name': enumMember,
  'enum-value': oneConstant,
  'nested-torch': bytesConstant,
  'no-arguments': ({ args }) => (args.length === 0 ? undefined : 'it is given arguments'),
  'no-dunder-string': ordinaryAttributes,
  'numpy-ufunc': ufuncName,
  'plain-arguments': plainArguments,
  'regular-expression': constantsOnly,
  // Judged where the state is set.
  'scipy-argument-template': () => undefined,
  'tensor-arguments': tensorArguments,
  'time-zone-name': timeZoneName,
};

const BASES = new Set([
  'object',
  'dict',
  'list',
  'set',
  'frozenset',
  'tuple',
  'str',
  'bytes',
  'int',
  'float',
  'complex',
]);
/** Where numpy and scipy.special keep their ufuncs; importing these modules runs nothing else. */
const UFUNC_MODULES =
  /^(?:numpy|numpy\.(?:core|_core)(?:\.(?:_multiarray_umath|multiarray|umath|numeric|_umath_tests))?|numpy\.linalg\._umath_linalg|scipy\.special(?:\._(?:ufuncs(?:_cxx)?|special_ufuncs|gufuncs))?)$/;
/** Other public functions and modules of these modules that act when used. */
const NO_UFUNCS = new Set(
  'load loads loadtxt genfromtxt fromfile fromregex fromstring memmap save savez savez_compressed savetxt DataSource test apply_along_axis apply_over_axes frompyfunc fromfunction vectorize piecewise open_memmap f2py distutils testing lib os sys ctypeslib show_config get_include info source lookfor safe_eval deprecate set_numeric_ops seterrcall seterrobj set_string_function set_printoptions'.split(
    ' ',
  ),
);
const BIT_GENERATORS = new Set(['MT19937', 'PCG64', 'PCG64DXSM', 'Philox', 'SFC64']);
const LATIN1 = new Set(['latin1', 'latin-1']);
const ARRAY_CLASSES = /^numpy(?:\.\w+)*\.(?:ndarray|matrix|MaskedArray|memmap|recarray|chararray)$/;

function isGlobal(value: Value | undefined): value is GlobalNode {
  return typeof value === 'object' && value.kind === 'global';
}

/** What is known of a container before looking into it: true for one already looked into, false when there are too many. */
function look(container: Value, seen: Set<Value>): boolean | undefined {
  if (seen.has(container)) return true;
  seen.add(container);
  return seen.size > MAX_CONTAINERS ? false : undefined;
}

/** Plain data: constants, and built-in containers of plain data whose items were all kept. */
function isPlain(value: Value, depth = 0, seen = new Set<Value>()): boolean {
  if (typeof value === 'number') return true;
  if (value.kind === 'bytearray') return true;
  if (!('items' in value) || depth > MAX_DEPTH) return false;
  return look(value, seen) ?? (value.complete && value.items.every((item) => isPlain(item, depth + 1, seen)));
}

/** Plain data with objects in it that were themselves made by allowed calls, or allowed names. */
function isPlainOrAllowed(value: Value, policy: RulePolicy, depth = 0, seen = new Set<Value>()): boolean {
  if (typeof value === 'number' || value.kind === 'bytearray' || value.kind === 'persistent') return true;
  if (value.kind === 'global') return isImportable(value, policy);
  if (value.kind === 'call') return isGlobal(value.callee) && isAllowed(value.callee, useOf(value.opcode), policy);
  if (!('items' in value) || depth > MAX_DEPTH) return false;
  return look(value, seen) ?? value.items.every((item) => isPlainOrAllowed(item, policy, depth + 1, seen));
}

function constantsOnly({ args, view }: ConstrainedCall): string | undefined {
  return args.every((value) => isPlain(value) || isLatin1Bytes(value, view))
    ? undefined
    : 'an argument is not plain data';
}

function plainArguments({ args, policy }: ConstrainedCall): string | undefined {
  return args.every((value) => isPlainOrAllowed(value, policy))
    ? undefined
    : 'an argument is computed by something unlisted';
}

function oneConstant({ args }: ConstrainedCall): string | undefined {
  const [value] = args;
  return args.length === 1 && value !== undefined && isPlain(value) ? undefined : 'it is not given one constant';
}

/** `numpy…_reconstruct(cls, shape, code)`: an array class, then plain data. */
function arrayClass({ args, policy }: ConstrainedCall): string | undefined {
  const [made, ...rest] = args;
  if (!isGlobal(made)) return 'the class is not named in the file';
  const name = globalName(made) ?? '';
  if (!ARRAY_CLASSES.test(name) && !isAllowed(made, 'new', policy))
    return `it creates ${name}, which is no listed array class`;
  return rest.every((value) => isPlainOrAllowed(value, policy))
    ? undefined
    : 'an argument is computed by something unlisted';
}

/** numpy's random generators are made from the name, the class or an instance of a bit generator it knows. */
function bitGenerator({ args, view, policy }: ConstrainedCall): string | undefined {
  for (const value of args) {
    const name = view.text(value);
    if (name !== undefined && !BIT_GENERATORS.has(name)) return `${JSON.stringify(name)} is no bit generator of numpy`;
    if (!isPlainOrAllowed(value, policy)) return 'an argument is neither a bit generator nor a listed class';
  }
  return undefined;
}

/** `functools.partial(f, …)`: what will be called later must be known, whoever calls it. */
function calleeAllowed({ args, policy }: ConstrainedCall): string | undefined {
  const [callee] = args;
  if (callee === undefined || (typeof callee === 'number' && args.length === 1)) return undefined;
  if (!isGlobal(callee)) return 'what it wraps is not named in the file';
  const known =
    isAllowed(callee, 'import', policy) || isAllowed(callee, 'call', policy) || isAllowed(callee, 'new', policy);
  return known ? undefined : `it wraps ${globalName(callee)}, which no allow-list knows`;
}

/** `copyreg._reconstructor(cls, base, state)`, `copyreg.__newobj__(cls, …)`. */
function classAllowed({ args, policy }: ConstrainedCall): string | undefined {
  const [made, ...rest] = args;
  if (!isGlobal(made)) return 'the class is not named in the file';
  if (!isAllowed(made, 'new', policy) && !isBase(made))
    return `it creates ${globalName(made)}, which no allow-list knows`;
  for (const value of rest) {
    if (isGlobal(value) && !isBase(value) && !isAllowed(value, 'new', policy))
      return `its base is ${globalName(value)}`;
    if (!isPlainOrAllowed(value, policy) && !isGlobal(value)) return 'an argument is not plain data';
  }
  return undefined;
}

/** `_reconstructor(cls, base, state)` calls `base.__new__(cls, state)` and `base.__init__(made, state)`: a call of `base`. */
function reconstructor(call: ConstrainedCall, depth: number): string | undefined {
  const problem = classAllowed(call);
  const [, base, state] = call.args;
  if (problem !== undefined || !isGlobal(base) || isBase(base)) return problem;
  if (!isAllowed(base, 'call', call.policy)) return `its base ${globalName(base)} would be called`;
  const args = new CollectionNode(
    'tuple',
    call.call.offset,
    state === undefined ? [] : [state],
    state === undefined ? 0 : 1,
  );
  return violation(new CallNode('REDUCE', base, args, call.call.offset), call.view, call.policy, depth + 1);
}

/** TorchScript's list makers give back what they are given: harmless for data, an alias for anything else. */
function handsOn({ args }: ConstrainedCall): string | undefined {
  const [value] = args;
  const isData = typeof value === 'number' || (value !== undefined && 'items' in value);
  return isData ? undefined : 'it is given something other than a container';
}

function isBase(value: GlobalNode): boolean {
  return value.module === 'builtins' && value.name !== null && BASES.has(value.name);
}

function classOrPlain({ args, policy }: ConstrainedCall): string | undefined {
  const known = (value: Value): boolean =>
    isGlobal(value) ? isBase(value) || isAllowed(value, 'new', policy) : isPlain(value);
  return args.every(known) ? undefined : 'an argument is neither plain data nor a listed class';
}

/** `_codecs.encode(text, 'latin1')`, how protocol 2 spells bytes. Other codecs decompress or transform. */
function plainEncoding({ args, view }: ConstrainedCall): string | undefined {
  const [text, encoding] = args;
  const known = args.length === 2 && view.text(text) !== undefined && LATIN1.has(view.text(encoding) ?? '');
  return known ? undefined : 'it does more than spell bytes as latin-1 text';
}

/** `operator.attrgetter('a.b')`: a path of ordinary attributes only. */
function ordinaryAttributes({ args, view }: ConstrainedCall): string | undefined {
  for (const value of args) {
    const text = view.text(value);
    if (text === undefined && !(typeof value === 'number')) return 'an argument is not a constant';
    if (text?.split('.').some((part) => part.startsWith('_')) === true) return `it names ${JSON.stringify(text)}`;
  }
  return undefined;
}

/** `torch.storage._load_from_bytes(b'…')`: what it loads is in the file, and examined as a member of its own. */
function bytesConstant({ args, view }: ConstrainedCall): string | undefined {
  const [bytes] = args;
  const known = args.length === 1 && typeof bytes === 'number' && view.constant(bytes, 4).type === 'bytes';
  return known || isLatin1Bytes(bytes, view) ? undefined : 'what it loads is not a bytes value of the file';
}

/** Protocol 2 spells bytes as `_codecs.encode(text, 'latin1')`. */
function isLatin1Bytes(value: Value | undefined, view: PickleView): boolean {
  if (typeof value !== 'object' || value.kind !== 'call' || globalName(value.callee) !== '_codecs.encode') return false;
  const args = view.items(value.args) ?? [];
  return args.length === 2 && view.text(args[0]) !== undefined && LATIN1.has(view.text(args[1]) ?? '');
}

/** `getattr(ZoneInfo, '_unpickle')`: a method that is on the lists by its dotted name. */
function isListedMethod(owner: Value | undefined, name: string): boolean {
  return isGlobal(owner) && owner.module !== null && isListed(owner.module, `${owner.name ?? ''}.${name}`);
}

/** `getattr(EnumClass, 'MEMBER')`, how some Python releases spell enum members. */
function enumMember({ args, view }: ConstrainedCall): string | undefined {
  const [owner, name] = args;
  const text = view.text(name);
  if (args.length === 2 && text !== undefined && isListedMethod(owner, text)) return undefined;
  if (args.length !== 2 || text === undefined || !/^[A-Za-z]\w*$/.test(text))
    return 'the attribute is not a plain name';
  if (!isGlobal(owner) || owner.module === null || owner.name === null) return 'the object is no listed enumeration';
  return isEnum(owner.module, owner.name) ? undefined : 'the object is no listed enumeration';
}

function ufuncName({ args, view }: ConstrainedCall): string | undefined {
  const [module, name] = args.map((value) => view.text(value));
  if (args.length !== 2 || module === undefined || name === undefined || !UFUNC_MODULES.test(module))
    return 'it looks up something other than a ufunc';
  const known = /^[a-zA-Z]\w*$/.test(name) && dangerOf(module, name) === undefined && !NO_UFUNCS.has(name);
  return known ? undefined : `${module}.${name} is no ufunc`;
}

function tensorArguments({ args }: ConstrainedCall): string | undefined {
  const known = (value: Value): boolean =>
    typeof value === 'number' || (value.kind === 'call' && globalName(value.callee)?.startsWith('torch.') === true);
  return args.every(known) ? undefined : 'an argument is neither a tensor nor plain data';
}

function timeZoneName({ args, view }: ConstrainedCall): string | undefined {
  const key = view.text(args[0]);
  return key !== undefined && /^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/.test(key) ? undefined : 'its key is no time zone name';
}

/** `_rebuild_from_type_v2(func, type, args, state)` calls `func(*args)`: judged as the call it makes. */
function rebuildFromType({ args, call, view, policy }: ConstrainedCall, depth: number): string | undefined {
  const [func, type, inner] = args;
  if (!isGlobal(func) || !isAllowed(func, 'call', policy)) return 'the function it calls is on no allow-list';
  if (!isGlobal(type) || !isAllowed(type, 'import', policy)) return 'the type it makes is on no allow-list';
  if (inner === undefined) return 'its arguments are missing';
  return violation(new CallNode('REDUCE', func, inner, call.offset), view, policy, depth + 1);
}
