"""Unpicklers that import nothing: every global is a stand-in that records what is done with it.

`find_class` is the only way from a stream to code, in the C and in the Python machine alike, extension codes included.
It is overridden here and never calls the original, so no stream can reach a real object.
"""

from __future__ import annotations

import _compat_pickle
import copyreg
import io
import pickle
from typing import Any, Callable

# Codes every oracle knows, one per width of the EXT opcodes.
EXTENSIONS = {1: ("ext_one", "One"), 300: ("ext_two", "Two"), 70000: ("ext_four", "Four")}
MAX_EVENTS = 10_000
MAX_CACHED_STANDINS = 20_000
OUT_OF_BAND = 4

for _code, (_module, _name) in EXTENSIONS.items():
    copyreg.add_extension(_module, _name, _code)


class Trace:
    """What one stream did, in order."""

    def __init__(self) -> None:
        self.imports: list[list[str]] = []
        self.events: list[list[str]] = []
        self.persistent: list[str] = []
        self.calling = False

    def event(self, kind: str, name: str) -> None:
        if len(self.events) < MAX_EVENTS:
            self.events.append([kind, name])


trace = Trace()


def start() -> Trace:
    """Begins a new trace; the registry's cache is dropped so that each stream looks its extensions up anew."""
    global trace
    trace = Trace()
    copyreg.clear_extension_cache()
    return trace


def recorder(kind: str) -> property:
    """A data descriptor, so that it wins over the class attribute of the same name."""
    return property(lambda self: lambda *_values: trace.event(kind, f"{self.named}"))


class StandInType(type):
    """The type of stand-ins for globals: callable, and as patient with BUILD and APPEND as an instance."""

    named = "?"

    def __call__(cls, *_args: Any, **_keywords: Any) -> Any:
        trace.event("call", cls.named)
        trace.calling = True
        try:
            return cls.__new__(cls)
        finally:
            trace.calling = False

    def __setitem__(cls, _key: Any, _value: Any) -> None:
        trace.event("setitem", cls.named)

    __setstate__ = recorder("build")
    append = recorder("append")
    extend = recorder("append")
    add = recorder("add")


class StandIn(tuple, metaclass=StandInType):
    """What a call gave. A tuple, because C takes only tuples for the arguments of REDUCE, and a real call may return one."""

    __slots__ = ()
    # Makes INST and OBJ call without arguments too, as they do with a function; only NEWOBJ is left to `__new__`.
    __getinitargs__ = None
    # Legacy torch files carry module sources, which torch compares with those of the class and would patch.
    dump_patches = False

    def __new__(cls, *_args: Any, **_keywords: Any) -> Any:
        if not trace.calling:
            trace.event("new", cls.named)
        return tuple.__new__(cls)

    def __call__(self, *_args: Any, **_keywords: Any) -> Any:
        trace.event("call", f"{type(self).named}()")
        return self

    def __setitem__(self, _key: Any, _value: Any) -> None:
        trace.event("setitem", f"{type(self).named}()")

    def __setstate__(self, _state: Any) -> None:
        trace.event("build", f"{type(self).named}()")

    def append(self, _value: Any) -> None:
        trace.event("append", f"{type(self).named}()")

    extend = append

    def add(self, _value: Any) -> None:
        trace.event("add", f"{type(self).named}()")

    __hash__ = object.__hash__
    __eq__ = object.__eq__


_standins: dict[tuple[Any, Any], type] = {}


def stand_in(module: Any, name: Any) -> Any:
    """Records the import and returns its stand-in."""
    trace.imports.append([printable(module), printable(name)])
    made = _standins.get((module, name))
    if made is None:
        if len(_standins) >= MAX_CACHED_STANDINS:
            _standins.clear()
        made = StandInType("StandIn", (StandIn,), {"__slots__": (), "named": f"{printable(module)}.{printable(name)}"})
        _standins[(module, name)] = made
    return made


def printable(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def persistent(identifier: Any) -> Any:
    trace.persistent.append(printable(identifier)[:200])
    return tuple.__new__(PersistentStandIn)


class PersistentStandIn(StandIn):
    __slots__ = ()
    named = "persistent"


class RecordingGlobals(pickle.Unpickler):
    """Replaces globals only; a library that subclasses it brings its own persistent identifiers."""

    def find_class(self, module: str, name: str) -> Any:
        return stand_in(module, name)


class RecordingC(RecordingGlobals):
    """The machine that everybody runs, written in C."""

    def persistent_load(self, identifier: Any) -> Any:
        return persistent(identifier)


class RecordingPython(pickle._Unpickler):
    """The machine of the standard library's own source."""

    def find_class(self, module: str, name: str) -> Any:
        return stand_in(module, name)

    def persistent_load(self, identifier: Any) -> Any:
        return persistent(identifier)


class RecordingPickle:
    """Stands where a library expects the `pickle` module."""

    __name__ = "recording_pickle"
    Unpickler = RecordingGlobals
    UnpicklingError = pickle.UnpicklingError
    PickleError = pickle.PickleError
    HIGHEST_PROTOCOL = pickle.HIGHEST_PROTOCOL
    dumps = staticmethod(pickle.dumps)

    @staticmethod
    def load(file: Any, **options: Any) -> Any:
        return RecordingGlobals(file, **options).load()

    @staticmethod
    def loads(content: bytes, **options: Any) -> Any:
        return RecordingGlobals(io.BytesIO(content), **options).load()


# A global that nothing provides. Loaded through a library before it is trusted with hostile files.
CANARY = b"\x80\x02cvouchsafe_canary\ncall\nq\x00)R."


def require_recording(load: Callable[[], Any]) -> None:
    """Exits unless `load`, given the canary, came to the recorder: a library may ignore the pickle it is told to use."""
    seen = start()
    try:
        load()
    except Exception:  # noqa: BLE001 -- only the record counts
        pass
    if ["vouchsafe_canary", "call"] not in seen.imports:
        raise SystemExit("this library does not load through the recorder; refusing to give it hostile files")


def mapped(module: str, name: str) -> list[str]:
    """The name as protocols 0 to 2 resolve it (Python 2 to 3)."""
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return list(_compat_pickle.NAME_MAPPING[(module, name)])
    return [_compat_pickle.IMPORT_MAPPING.get(module, module), name]


def run(machine: Callable[..., Any], file: Any, **options: Any) -> dict[str, Any]:
    """Loads one stream from `file` and tells everything that was seen."""
    seen = start()
    error: BaseException | None = None
    buffers = [bytearray(8) for _ in range(OUT_OF_BAND)]
    try:
        machine(file, buffers=buffers, **options).load()
    except (Exception, RecursionError, MemoryError) as caught:  # noqa: BLE001 -- the class is the answer
        if type(caught).__name__ == "OutOfTime":
            raise
        error = caught
    answer = {
        "ok": error is None,
        "consumed": file.tell(),
        "imports": seen.imports,
        "mapped": [mapped(*pair) for pair in seen.imports],
        "events": seen.events,
        "persistent": seen.persistent,
    }
    if error is not None:
        answer["error"] = {"class": type(error).__name__, "message": str(error)[:200]}
    return answer
