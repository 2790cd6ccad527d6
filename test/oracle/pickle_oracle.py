#!/usr/bin/env python3
"""What CPython does with pickle streams, seen without letting it do anything.

usage: pickle_oracle.py [--machines c,cFile,py,cLatin1,pyLatin1]

Reads framed streams (framing.py), answers a JSON object with one entry per machine:
{ok, error?: {class, message}, consumed, imports: [[module, name]], mapped, events: [[kind, callee]], persistent}.

`imports` are the names in the stream, in order; `mapped` what protocols 0 to 2 make of them. Events are `call` (REDUCE, INST, OBJ), `new`
(NEWOBJ, NEWOBJ_EX), `build`, `append`, `setitem` and `add` on anything that is not a plain container; a callee that ends in `()` is the result
of a call. `c` reads from memory, `cFile` from a buffered file (where C looks ahead); `consumed` means something only when `ok`.
"""

from __future__ import annotations

import argparse
import io
from typing import Any, Callable

from framing import serve
from recording import RecordingC, RecordingPython, run

MACHINES: dict[str, Callable[[bytes], dict[str, Any]]] = {
    "c": lambda stream: run(RecordingC, io.BytesIO(stream)),
    "cFile": lambda stream: run(RecordingC, io.BufferedReader(io.BytesIO(stream))),
    "py": lambda stream: run(RecordingPython, io.BytesIO(stream)),
    "cLatin1": lambda stream: run(RecordingC, io.BytesIO(stream), encoding="latin1"),
    "pyLatin1": lambda stream: run(RecordingPython, io.BytesIO(stream), encoding="latin1"),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--machines", default="c,py")
    chosen = parser.parse_args().machines.split(",")
    serve(lambda stream: {name: MACHINES[name](stream) for name in chosen})


if __name__ == "__main__":
    main()
