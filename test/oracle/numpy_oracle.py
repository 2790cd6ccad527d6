#!/usr/bin/env python3
"""What `np.load` does with `.npy` and `.npz` bytes; pickles inside are recorded, never run.

Answers {plain, pickled}: `np.load` with `allow_pickle` off and on, each {ok, error?, arrays: [{name, dtype, shape, fortran, sha256}], imports, events}.
"""

from __future__ import annotations

import hashlib
import importlib
import io
from typing import Any

import numpy as np

from framing import describe, serve
from recording import CANARY, RecordingPickle, require_recording, start

# numpy 1 and 2 keep the two callers of pickle in different modules.
CALLERS = ("numpy.lib.format", "numpy.lib._format_impl", "numpy.lib.npyio", "numpy.lib._npyio_impl")
MAX_HASHED_BYTES = 64 * 1024 * 1024


def replace_pickle() -> None:
    """Puts the recorder where numpy looks for `pickle`, and proves that both ways to it are covered."""
    for name in CALLERS:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if hasattr(module, "pickle"):
            module.pickle = RecordingPickle
    require_recording(lambda: np.load(io.BytesIO(CANARY), allow_pickle=True))
    array = io.BytesIO()
    np.lib.format.write_array_header_1_0(array, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    array = io.BytesIO(array.getvalue() + CANARY)
    require_recording(lambda: np.load(array, allow_pickle=True))


def summary(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, np.ndarray):
        return {"name": name, "type": type(value).__name__}
    small = not value.dtype.hasobject and value.nbytes <= MAX_HASHED_BYTES
    return {
        "name": name,
        "dtype": value.dtype.str if value.dtype.names is None else str(value.dtype.descr),
        "shape": list(value.shape),
        "fortran": bool(value.flags.f_contiguous and not value.flags.c_contiguous),
        "sha256": hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest() if small else None,
    }


def load(content: bytes, allow_pickle: bool) -> dict[str, Any]:
    seen = start()
    answer: dict[str, Any] = {"ok": True, "arrays": []}
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=allow_pickle)
        if isinstance(loaded, np.lib.npyio.NpzFile):
            for name in loaded.files:
                answer["arrays"].append(summary(name, loaded[name]))
        else:
            answer["arrays"].append(summary("", loaded))
    except Exception as error:  # noqa: BLE001 -- the class is the answer
        if type(error).__name__ == "OutOfTime":
            raise
        answer |= {"ok": False, "error": describe(error)}
    return answer | {"imports": seen.imports, "events": seen.events}


def main() -> None:
    replace_pickle()
    serve(lambda content: {"plain": load(content, False), "pickled": load(content, True)})


if __name__ == "__main__":
    main()
