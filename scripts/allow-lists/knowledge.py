"""What the extraction takes as known: standard-library bases, harmless calls, and hooks that were read by hand."""

import re

# Traits: no-new = making one acts; no-build = its BUILD was not reviewed; no-set = setattr acts;
# array = runs __array_finalize__; container = APPEND/SETITEM reach a built-in container; enum = made by value.
BASES = {
    "builtins.object": (),
    "collections.namedtuple": (),
    "typing.NamedTuple": (),
    "typing_extensions.NamedTuple": (),
    "typing_extensions.Protocol": (),
    "typing_extensions.Generic": (),
    "typing_extensions.TypedDict": ("container",),
    "typing.Generic": (),
    "typing.Protocol": (),
    "typing.TypedDict": ("container",),
    "abc.ABC": (),
    "contextlib.ContextDecorator": (),
    "contextlib.AbstractContextManager": (),
    "contextlib.nullcontext": (),
    "threading.Thread": ("no-new", "no-build"),
    "torch.autograd.Function": ("no-new", "no-build"),
    "numpy.ndarray": ("array", "no-set"),
    "numpy.generic": ("no-new", "no-build"),
}
# Cython classes that pandas' own ones build on: fields set from arrays and numbers.
for _name in (
    "arrays.NDArrayBacked interval.IntervalMixin tslibs.period.PeriodMixin tslibs.dtypes.PeriodDtypeBase internals.BlockManager internals.Block "
    "indexing.NDFrameIndexerBase internals.SharedBlock internals.NumpyBlock"
).split():
    BASES[f"pandas._libs.{_name}"] = ("no-set",)
BASES["scipy.spatial._ckdtree.cKDTree"] = BASES["scipy.spatial.ckdtree.cKDTree"] = ("no-set",)
BASES["scipy.interpolate._interpnd.NDInterpolatorBase"] = BASES["scipy.interpolate.interpnd.NDInterpolatorBase"] = ("no-set",)
for _name in "offsets.BaseOffset offsets._BaseOffset offsets._Tick offsets.RelativeDeltaOffset offsets.Tick offsets.BusinessMixin".split():
    BASES[f"pandas._libs.tslibs.{_name}"] = ("no-set",)
BASES["pandas._libs.indexing._NDFrameIndexerBase"] = ("no-set",)
for _name in "ndarray multiarray.ndarray".split():
    BASES[f"numpy.core.{_name}"] = BASES[f"numpy._core.{_name}"] = ("array", "no-set")
for _name in (
    "BaseException Exception ArithmeticError AssertionError AttributeError BufferError EOFError ImportError IndexError KeyError LookupError "
    "MemoryError NameError NotImplementedError OSError IOError EnvironmentError OverflowError RuntimeError StopIteration SyntaxError SystemError TypeError "
    "UnicodeError ValueError Warning UserWarning DeprecationWarning FutureWarning RuntimeWarning PendingDeprecationWarning ImportWarning "
    "ZeroDivisionError FloatingPointError TimeoutError ConnectionError PermissionError FileNotFoundError ModuleNotFoundError InterruptedError"
).split():
    # BaseException.__setstate__ sets attributes one by one, so only classes without setters pass.
    BASES[f"builtins.{_name}"] = ("no-set",)
for _name in "int float complex str bytes tuple frozenset bool slice range".split():
    BASES[f"builtins.{_name}"] = ()
for _name in "Mapping MutableMapping Sequence MutableSequence Set MutableSet Iterable Iterator Collection Sized Hashable Callable Container Generator Reversible KeysView ValuesView ItemsView".split():
    for _home in ("collections.abc", "collections", "typing", "_collections_abc"):
        BASES[f"{_home}.{_name}"] = ()
BASES["typing.Callable"] = ()
CONTAINERS = {
    "builtins.dict": "dict",
    "builtins.list": "list",
    "builtins.set": "set",
    "collections.OrderedDict": "dict",
    "collections.defaultdict": "dict",
    "collections.Counter": "dict",
    "collections.UserDict": "dict",
    "collections.UserList": "list",
    "collections.deque": "list",
    "typing.Dict": "dict",
    "typing.List": "list",
    "typing.OrderedDict": "dict",
    "typing.DefaultDict": "dict",
    "typing.TypedDict": "dict",
    "typing_extensions.TypedDict": "dict",
    "typing.Set": "set",
}
for _name in CONTAINERS:
    BASES[_name] = ("container",)
for _name in "Enum IntEnum Flag IntFlag StrEnum ReprEnum".split():
    BASES[f"enum.{_name}"] = ("enum",)
MUTATORS = {
    "dict": ("__setitem__", "__missing__"),
    "list": ("append", "extend"),
    "set": ("add",),
}

HARMLESS_CALLS = frozenset(
    "hash tuple isinstance type len id all any zip super str repr int float bool list set frozenset sorted min max abs dict "
    "ValueError TypeError AttributeError KeyError NotImplementedError RuntimeError object vars cast property sum enumerate range".split()
)
HARMLESS_METHODS = frozenset(
    "lower upper format join keys values items get update copy setdefault pop startswith endswith strip split __eq__ __hash__ __new__ "
    "__setattr__ __getattribute__ __setstate__ __init__ __getattr__ __setitem__ __array_finalize__ warn append extend add".split()
)
HARMLESS_DECORATORS = frozenset(
    "dataclass total_ordering deprecated runtime_checkable final attrs define s frozen "
    "delegate_names disallow add_ops doc inherit_names register_extension_dtype Appender set_module _set_module _display_as_base "
    "xgboost_model_doc Substitution _xgb_model_doc xp_capabilities compatibility functional_datapipe implements_per_sample_grads "
    "unique export keras_serializable requires add_docstring add_start_docstrings add_end_docstrings auto_docstring".split()
)
EXCLUDED_MODULE = re.compile(
    r"\.(tests?|testing|_testing|conftest|setup|setup_common|__main__|benchmarks?|examples?|scripts?|distutils|f2py|_build_utils|_build|"
    r"__check_build|_pyinstaller|externals|commands|cli|_dynamo|_inductor|vendored?|_vendor|sphinxext|docs?|doc|conf|version|_version|"
    r"_datasource|datasource|_format_impl|format|_generate_pyx|clapack_scrub|lapack_lite|io|_npyio_impl|npyio|hubconf|setup_package|_distributor_init|pytest_plugin|cython|core\.code_generators|generate_[a-z_]*)\."
)

# A function that reaches one of these, itself or through what it calls, is not listed, not even as a value.
DANGEROUS_ROOTS = frozenset(
    "subprocess shutil socket ssl urllib urllib2 http ftplib smtplib requests ctypes cffi pickle cPickle marshal shelve dill cloudpickle "
    "imp runpy zipimport code codeop pty tempfile zipfile tarfile gzip bz2 lzma webbrowser mmap sqlite3 pip setuptools distutils".split()
)
DANGEROUS_BUILTINS = frozenset("open exec eval compile execfile __import__ breakpoint input".split())
DANGEROUS_ATTRIBUTES = frozenset(
    "memmap fromfile tofile loadtxt savetxt genfromtxt savez savez_compressed read_csv read_pickle to_pickle to_csv system popen import_module "
    "remove_file unlink rmtree makedirs urlopen urlretrieve __subclasses__ __builtins__ vectorize apply_along_axis "
    "fromfunction load_state_dict_from_url load_library CDLL loads frompyfunc".split()
)

# Hooks read by hand: (class pattern, hooks, reason). A pattern covers the module layouts of all versions.
REVIEWED = [
    (r"sklearn\.base\.(BaseEstimator|OneToOneFeatureMixin)", "__setstate__", "warns about versions, updates __dict__"),
    (r"sklearn\..*\.TreePredictor", "__setstate__", "casts its node array"),
    (r"sklearn\.isotonic\.IsotonicRegression", "__setstate__", "builds scipy's interpolator from two arrays"),
    (r"sklearn\.gaussian_process\.kernels\.Hyperparameter", "__new__", "a checked named tuple"),
    (r"sklearn\.utils\._?[bB]unch\.Bunch|sklearn\.utils\.Bunch|sklearn\.datasets\.base\.Bunch", "__setstate__ __getattr__ __setattr__", "a dict with attribute access; setting state does nothing"),
    (r"sklearn\.utils\._metadata_requests\.MetadataRequest", "__getattr__", "raises for any but three composite method names"),
    (r"sklearn\.frozen\._frozen\.FrozenEstimator", "__getattr__", "only asked where __setstate__ is missing, and it is inherited"),
    (r"torch\.nn\.modules\..*", "__setstate__", "updates __dict__ and fills in attributes of older releases"),
    (r"torch\.nn\.modules\.module\.Module", "__getattr__", "looks a name up in three dicts of its own"),
    (r"torch\.optim\..*", "__setstate__", "fills in options of older releases; wraps the class's own step"),
    (r"torch\.utils\.data\.datapipes\.datapipe\.\w+DataPipe", "__getattr__", "only names in a registry of pipes"),
    (r"torch\.nn\.utils\.rnn\.PackedSequence(_)?", "__new__", "a checked named tuple"),
    (r"torch\.utils\.hooks\.RemovableHandle", "__setstate__", "makes weak references"),
    (r"torch\.ao\.nn\.quantized\..*|torch\.nn\.quantized\..*", "__setstate__", "sets attributes, packs weights"),
    (r"pandas\.(core|indexes|tseries)\..*Index", "__new__ __setstate__ __getattr__", "makes an index from arrays"),
    (r"pandas\.core\.generic\.NDFrame", "__setstate__ __getattr__ __setattr__", "sets attributes from a dict; the lookup indexes its own columns"),
    (r"pandas\.core\.arrays\.(categorical\.Categorical|sparse(\.array)?\.SparseArray)", "__setstate__", "sets attributes, makes a dtype"),
    (r"pandas\.core\.categorical\.Categorical", "__setstate__", "sets attributes, makes a dtype"),
    (r"pandas\.core\.internals(\.managers)?\.(Single)?BlockManager", "__setstate__", "makes blocks from arrays"),
    (r"pandas\.core\.internals(\.blocks)?\.Block", "__setstate__", "sets three attributes"),
    (r"pandas\.core\.arrays\.interval\.IntervalArray", "__new__", "makes an array from two bounds"),
    (r"pandas\.core\.groupby\.grouper\.Grouper", "__new__", "picks a subclass"),
    (r"scipy\.sparse\.(base\.spmatrix|_base\._?spmatrix|_base\._?sparray|_matrix\.spmatrix)", "__getattr__", "six fixed names, computed from the matrix"),
    (r"scipy\.sparse\.linalg\._interface\.LinearOperator|scipy\.interpolate\._interpolate\.\w+|scipy\.interpolate\._bsplines\.BSpline", "__setstate__", "finds the array library, updates __dict__"),
    (r"scipy\.interpolate\._rbfinterp\.RBFInterpolator", "__setstate__", "sets attributes from two tuples"),
    (r"xgboost\.core\.Booster", "__setstate__ __del__", "hands bytes to the native model reader; frees what that made"),
    (r"lightgbm\.basic\.Booster", "__setstate__ __del__", "hands text to the native model reader; frees what that made"),
    (r"scipy\.signal\.(_ltisys|ltisys|lti_conversion)\.(TransferFunction|ZerosPolesGain|StateSpace)", "__new__", "picks the continuous or the discrete subclass"),
    (r"scipy\.optimize\.(_optimize|optimize)\.OptimizeResult|scipy\._lib\._util\._RichResult|scipy\._lib\._bunch\.\w+", "__getattr__ __setattr__", "a dict with attribute access"),
    (r"scipy\.interpolate\._?(interpolate|cubic|bsplines|polyint)\.\w+", "setters", "checks a fill value, makes arrays of coefficients"),
    (r"xgboost\.sklearn\.XGBModel", "__setstate__", "makes a booster from the model in the state, in releases before 1.0"),
    (r"timm\.optim\..*", "__setstate__", "fills in options of older releases"),
    (r"pandas\.core\.dtypes\.dtypes\.\w+", "__new__ __setstate__ __getattr__", "parses a dtype string or looks one up in a cache"),
    (r"numpy\.matrixlib\.defmatrix\.matrix", "__array_finalize__", "reshapes to two dimensions"),
    (r"numpy\.(core|_core)\.records\.recarray", "__array_finalize__ __getattribute__ __setattr__", "looks fields up by name"),
    (r"numpy\.ma\.(core\.MaskedArray|mrecords\.MaskedRecords)", "__array_finalize__ __setstate__ __getattribute__ __setattr__", "sets data and mask"),
]
# Hooks that are safe only with the state a named constraint describes; the judge checks it.
CONSTRAINED = [
    (re.compile(r"scipy\.stats\._(distn_infrastructure|continuous_distns|discrete_distns)\.rv_generic\Z"), "__setstate__", "scipy-argument-template"),
]
_patterns = [(re.compile(pattern + r"\Z"), frozenset(hooks.split())) for pattern, hooks, _ in REVIEWED]


def constraint_of(name, hook):
    return next((constraint for pattern, known, constraint in CONSTRAINED if known == hook and pattern.match(name)), None)


def reviewed(name, hook):
    return constraint_of(name, hook) is not None or any(hook in hooks and pattern.match(name) for pattern, hooks in _patterns)
