"""How the oracles talk: requests are `u32 little-endian length | bytes` on stdin, answers one JSON line each."""

from __future__ import annotations

import json
import resource
import signal
import struct
import sys
from typing import Any, Callable, Iterator

MAX_ADDRESS_SPACE = 6 * 1024**3
MAX_SECONDS_PER_REQUEST = 10
LINES_PER_WRITE = 512


class OutOfTime(Exception):
    """A request took longer than MAX_SECONDS_PER_REQUEST."""


def limit_resources() -> None:
    """Hostile inputs must cost one MemoryError, not the machine."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE, MAX_ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def expired(_signal: int, _frame: Any) -> None:
        raise OutOfTime("request took too long")

    signal.signal(signal.SIGALRM, expired)


def requests() -> Iterator[bytes]:
    stream = sys.stdin.buffer
    while len(header := stream.read(4)) == 4:
        yield stream.read(struct.unpack("<I", header)[0])


def describe(error: BaseException) -> dict[str, str]:
    return {"class": type(error).__name__, "message": str(error)[:300]}


def bounded(answer: Callable[[bytes], Any], request: bytes) -> Any:
    signal.setitimer(signal.ITIMER_REAL, MAX_SECONDS_PER_REQUEST)
    try:
        return answer(request)
    except OutOfTime as error:
        return {"failed": describe(error)}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def serve(answer: Callable[[bytes], Any]) -> None:
    """Answers every request in order; lines are written in batches."""
    limit_resources()
    lines: list[str] = []
    for request in requests():
        lines.append(json.dumps(bounded(answer, request)))
        if len(lines) >= LINES_PER_WRITE:
            flush(lines)
    flush(lines)


def flush(lines: list[str]) -> None:
    if lines:
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        lines.clear()
