/**
 * What `torch.load(…, weights_only=True)` accepts, release by release, so that "loads as plain weights under torch ≥ X"
 * can be said without running torch.
 *
 * Read from `torch/_weights_only_unpickler.py`, `torch/storage.py` and the registered tensor and storage classes:
 * 1.13 and 2.3 to 2.10 from the public history of pytorch/pytorch, 2.13 by asking an installed release, 2.14 from the
 * sources of 2.14.1. A release between two profiles is taken to accept what the older one accepts, so a name may be
 * counted one release too late but never too early. What importing torch itself registers with `add_safe_globals` is
 * in `registeredGlobals`; what the user's program registers cannot be known from a file.
 *
 * Exports: `weightsOnlyProfiles` (oldest first), `profileFor(version)`, `firstProfileAccepting(…)`, `pythonTwoName`.
 */

/** Opcodes by CPython's names (`pickletools.opcodes`); every other one is refused. */
export interface WeightsOnlyProfile {
  /** First release the profile holds for, as `major.minor`. */
  readonly since: string;
  /** `module.name`, after the Python 2 names were mapped where `mapsPythonTwoNames` says so. */
  readonly globals: ReadonlySet<string>;
  readonly opcodes: ReadonlySet<string>;
  /** What NEWOBJ may make: only `torch.nn.parameter.Parameter`, or any accepted class. */
  readonly makes: 'parameter' | 'accepted';
  /** What BUILD may act on: Tensor, Parameter and OrderedDict, or any accepted type besides. */
  readonly builds: 'tensor-parameter-ordered-dict' | 'accepted';
  /** What SETITEM(S) may act on: anything that was made (CVE-2026-24747), or dict, OrderedDict and Counter. */
  readonly setsItemsOf: 'anything' | 'dicts';
  /** Python 2 module and class names are mapped: never, at protocol 2, or at any protocol. */
  readonly mapsPythonTwoNames: 'never' | 'protocol-2' | 'always';
}

const baseOpcodes =
  'APPEND APPENDS BINGET BININT BININT1 BININT2 BINPERSID BINPUT BINUNICODE BUILD EMPTY_DICT EMPTY_LIST EMPTY_SET ' +
  'EMPTY_TUPLE GLOBAL LONG1 LONG_BINGET LONG_BINPUT MARK NEWFALSE NEWOBJ NEWTRUE NONE PROTO REDUCE SETITEM SETITEMS ' +
  'SHORT_BINSTRING STOP TUPLE TUPLE1 TUPLE2 TUPLE3';

const sharedKinds = 'BFloat16 Bool Byte Char Double Float Half Int Long Short';
const sparseKinds = 'BFloat16 Byte Char Double Float Half Int Long Short';

function names(prefix: string, kinds: string, suffix = ''): string[] {
  return kinds.split(' ').map((kind) => `${prefix}${kind}${suffix}`);
}

const tensorClasses = [
  ...names('torch.', sharedKinds, 'Tensor'),
  ...names('torch.cuda.', sharedKinds, 'Tensor'),
  ...names('torch.sparse.', sparseKinds, 'Tensor'),
  ...names('torch.cuda.sparse.', sparseKinds, 'Tensor'),
];

const storageClasses = [
  ...names('torch.', `${sharedKinds} ComplexDouble ComplexFloat QInt32 QInt8 QUInt2x4 QUInt4x2 QUInt8`, 'Storage'),
  ...names('torch.cuda.', `${sharedKinds} ComplexDouble ComplexFloat`, 'Storage'),
  ...names('torch.storage.', 'TypedStorage UntypedStorage'),
];

const globals113 = [
  'collections.OrderedDict',
  'torch.nn.parameter.Parameter',
  'torch.serialization._get_layout',
  ...names('torch.', 'Size Tensor'),
  ...names('torch.', 'complex32 complex64 complex128 float16 float32 float64 int8 int16 int32 int64'),
  ...names(
    'torch._utils._rebuild_',
    'parameter tensor tensor_v2 sparse_tensor meta_tensor_no_storage sparse_csr_tensor',
  ),
  ...tensorClasses,
  ...storageClasses,
];

const globals23 = [
  ...globals113.filter((name) => name !== 'torch._utils._rebuild_sparse_csr_tensor'),
  ...names('torch.', 'float8_e5m2 float8_e4m3fn float8_e5m2fnuz float8_e4m3fnuz'),
  ...names('torch._utils._rebuild_', 'tensor_v3 nested_tensor'),
  'torch._tensor._rebuild_from_type_v2',
];

const globals24 = [
  ...globals23,
  'collections.Counter',
  'torch.device',
  ...names('torch.', 'bfloat16 bool uint8 qint32 qint8 quint2x4 quint4x2 quint8'),
  ...names('torch.', 'bits8 bits16 bits1x8 bits2x4 bits4x2'),
  ...names(
    'torch.per_',
    'tensor_affine tensor_symmetric channel_affine channel_symmetric channel_affine_float_qparams',
  ),
  ...names('torch._utils._rebuild_', 'parameter_with_state qtensor wrapper_subclass'),
];

const globals25 = [
  ...globals24,
  '_codecs.encode',
  'builtins.bytearray',
  ...names('torch.', 'uint16 uint32 uint64'),
  'torch._utils._rebuild_device_tensor_from_numpy',
];

const globals26 = [...globals25, 'builtins.set', 'torch._utils._rebuild_device_tensor_from_cpu_tensor'];

const globals210 = [
  ...globals26,
  'builtins.complex',
  ...names('torch.', 'uint1 uint2 uint3 uint4 uint5 uint6 uint7 int1 int2 int3 int4 int5 int6 int7'),
  ...names('torch.', 'float8_e8m0fnu float4_e2m1fn_x2'),
];

const globals214 = [...globals210, 'torch.bcomplex32'];

/** Registered by `import torch` itself, from 2.6 on. */
const registeredGlobals: ReadonlySet<string> = new Set([
  'torch.nested._internal.nested_tensor.NestedTensor',
  'torch.nested._internal.nested_tensor._rebuild_njt',
]);

const oldProfile = {
  opcodes: new Set([...baseOpcodes.split(' '), 'BINFLOAT']),
  makes: 'parameter',
  builds: 'tensor-parameter-ordered-dict',
  setsItemsOf: 'anything',
  mapsPythonTwoNames: 'never',
} as const;

const newProfile = {
  ...oldProfile,
  makes: 'accepted',
  builds: 'accepted',
  mapsPythonTwoNames: 'always',
} as const;

/** Oldest first. */
export const weightsOnlyProfiles: readonly WeightsOnlyProfile[] = [
  { ...oldProfile, since: '1.13', globals: new Set(globals113), opcodes: new Set(baseOpcodes.split(' ')) },
  { ...oldProfile, since: '2.3', globals: new Set(globals23) },
  { ...oldProfile, since: '2.4', globals: new Set(globals24), mapsPythonTwoNames: 'protocol-2' },
  { ...oldProfile, since: '2.5', globals: new Set(globals25), mapsPythonTwoNames: 'protocol-2' },
  { ...newProfile, since: '2.6', globals: new Set([...globals26, ...registeredGlobals]) },
  { ...newProfile, since: '2.10', globals: new Set([...globals210, ...registeredGlobals]), setsItemsOf: 'dicts' },
  { ...newProfile, since: '2.14', globals: new Set([...globals214, ...registeredGlobals]), setsItemsOf: 'dicts' },
];

/** `torch._utils.IMPORT_MAPPING`: a shorter list than CPython's own. */
const pythonTwoModules: ReadonlyMap<string, string> = new Map([
  ['__builtin__', 'builtins'],
  ['copy_reg', 'copyreg'],
  ['Queue', 'queue'],
  ['repr', 'reprlib'],
  ['_abcoll', 'collections.abc'],
  ['UserDict', 'collections'],
  ['UserList', 'collections'],
  ['UserString', 'collections'],
  ['whichdb', 'dbm'],
  ['StringIO', 'io'],
  ['cStringIO', 'io'],
]);

/** `torch._utils.NAME_MAPPING`. */
const pythonTwoNames: ReadonlyMap<string, string> = new Map([
  ['__builtin__.xrange', 'builtins.range'],
  ['__builtin__.reduce', 'functools.reduce'],
  ['__builtin__.intern', 'sys.intern'],
  ['__builtin__.unichr', 'builtins.chr'],
  ['__builtin__.unicode', 'builtins.str'],
  ['__builtin__.long', 'builtins.int'],
  ['__builtin__.basestring', 'builtins.str'],
  ['itertools.izip', 'builtins.zip'],
  ['itertools.imap', 'builtins.map'],
  ['itertools.ifilter', 'builtins.filter'],
  ['itertools.ifilterfalse', 'itertools.filterfalse'],
  ['itertools.izip_longest', 'itertools.zip_longest'],
  ['UserDict.IterableUserDict', 'collections.UserDict'],
  ['UserDict.UserDict', 'collections.UserDict'],
  ['UserList.UserList', 'collections.UserList'],
  ['UserString.UserString', 'collections.UserString'],
  ['exceptions.StandardError', 'builtins.Exception'],
]);

/** `module.name` as torch reads it once Python 2 names are mapped. */
export function pythonTwoName(module: string, name: string): string {
  const full = `${module}.${name}`;
  return pythonTwoNames.get(full) ?? `${pythonTwoModules.get(module) ?? module}.${name}`;
}

/** `major.minor…` as one comparable number. */
function order(version: string): number {
  const [major = '0', minor = '0'] = version.split('.');
  return Number.parseInt(major, 10) * 1000 + Number.parseInt(minor, 10);
}

/** The profile a release follows; undefined before 1.13, which knew no `weights_only`. */
export function profileFor(version: string): WeightsOnlyProfile | undefined {
  const wanted = order(version);
  return weightsOnlyProfiles.findLast((profile) => order(profile.since) <= wanted);
}

/** The oldest profile from which on every release accepts what `accepts` asks for; undefined when the newest refuses. */
export function firstProfileAccepting(
  accepts: (profile: WeightsOnlyProfile) => boolean,
): WeightsOnlyProfile | undefined {
  const refused = weightsOnlyProfiles.findLastIndex((profile) => !accepts(profile));
  return weightsOnlyProfiles[refused + 1];
}
