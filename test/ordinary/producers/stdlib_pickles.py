"""Pickles of plain values: what caches, notebooks and preprocessing scripts leave behind."""

from __future__ import annotations

import argparse
import collections
import datetime
import decimal
import fractions
import functools
import io
import operator
import pathlib
import pickle
import re
import time
import types
import urllib.parse
import uuid
import zoneinfo
from typing import Any

PRODUCER = "stdlib"


def values() -> dict[str, Any]:
    """Name to value; all of them survive every protocol."""
    shared = [1, 2, 3]
    cyclic: list[Any] = [1]
    cyclic.append(cyclic)
    return {
        "none": None,
        "flags": [True, False, None],
        "ints": [0, -1, 255, 256, 65535, 65536, 2**31 - 1, -(2**31), 2**63, -(2**63)],
        "huge_int": 3**5000,
        "floats": [0.0, -0.0, 1.5, 1e308, float("inf"), float("-inf"), float("nan")],
        "complex": [1 + 2j, complex(0, -1)],
        "text": ["", "hello", "päivää", "日本語", "\U0001f600", "line\nbreak\\n", "x" * 300, "y" * 70000],
        "bytes": [b"", b"abc", bytes(range(256)), b"z" * 70000],
        "bytearray": bytearray(b"weights"),
        "list": list(range(1000)),
        "dict": {f"key{i}": i / 3 for i in range(2000)},
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        "sets": [set(), {1, 2, 3}, frozenset("abc"), frozenset()],
        "nested": {"a": [{"b": (1, {2, 3})}, [[[]]]], "c": {"d": {"e": {}}}},
        "shared": [shared, shared, {"again": shared}],
        "cyclic": cyclic,
        "datetimes": [
            datetime.datetime(2024, 5, 1, 12, 30), datetime.date(2024, 2, 29), datetime.time(1, 2, 3, 4),
            datetime.timedelta(days=1, seconds=2), datetime.timezone.utc,
            datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2), "X")),
        ],
        "decimal": [decimal.Decimal("1.10"), decimal.Decimal("NaN")],
        "fraction": fractions.Fraction(22, 7),
        "uuid": uuid.UUID(int=5),
        "ordered_dict": collections.OrderedDict(b=1, a=2),
        "default_dict": collections.defaultdict(list, a=[1]),
        "default_dict_int": collections.defaultdict(int, a=1),
        "nested_default_dict": collections.defaultdict(dict, a={"b": 1}),
        "counter": collections.Counter("mississippi"),
        "deque": collections.deque([1, 2, 3], maxlen=5),
        "chain_map": collections.ChainMap({"a": 1}, {"b": 2}),
        "user_containers": [collections.UserDict(a=1), collections.UserList([1]), collections.UserString("s")],
        "named_tuple": [urllib.parse.urlparse("https://example.org/a?b=c"), time.gmtime(0)],
        "regex": [re.compile(r"\w+\s*", re.I), re.compile(rb"[a-z]"), re.RegexFlag.MULTILINE],
        "ranges": [range(10), range(0, 100, 7), slice(1, 2, 3)],
        "paths": [pathlib.PurePosixPath("data/train.csv"), pathlib.PurePath("a")],
        "namespace": argparse.Namespace(lr=0.1, epochs=3, name="run", flags=[1, 2]),
        "simple_namespace": types.SimpleNamespace(model="m", layers=[1, 2]),
        "partial": functools.partial(round, ndigits=2),
        "builtins_by_name": [len, int, str, float, list, dict, abs, max, sum, sorted],
        "operators": [operator.add, operator.itemgetter(1)],
        "ellipsis": [Ellipsis, NotImplemented],
        "exceptions": [ValueError("bad value"), KeyError("k")],
        "vocab": {"word2idx": {w: i for i, w in enumerate("the cat sat on a mat".split())}, "idx2word": "the cat sat on a mat".split()},
        "config": {"model": {"hidden": 128, "dropout": 0.1}, "opt": {"lr": 3e-4, "betas": (0.9, 0.999)}, "tags": ["a", "b"]},
        "metrics": [{"epoch": e, "loss": 1.0 / (e + 1), "acc": e / 10} for e in range(50)],
        "cifar_style": {b"labels": [1, 2, 3], b"data": bytes(3072), b"filenames": [b"a.png", b"b.png"]},
        "bytes_io": io.BytesIO(b"kept in memory"),
        "zoneinfo": zoneinfo.ZoneInfo("UTC"),
        "type_names": [type(None), type(...), object, bytes, complex],
    }


# What Python 2 wrote: text opcodes, `copy_reg`, `__builtin__`, 8-bit strings.
PYTHON2 = {
    "str_list": b"(lp0\nS'alpha'\np1\naS'beta'\np2\na.",
    "old_object": b"ccopy_reg\n_reconstructor\np0\n(cdatetime\ntzinfo\np1\nc__builtin__\nobject\np2\nNtp3\nRp4\n.",
    "set_by_builtin": b"c__builtin__\nset\np0\n((lp1\nI1\naI2\natp2\nRp3\n.",
    "binary_strings": b"\x80\x02}q\x00(U\x05labelq\x01]q\x02(K\x01K\x02eU\x04dataq\x03T\x04\x00\x00\x00\x00\x01\xfe\xffu.",
    "ordered_dict": b"\x80\x02ccollections\nOrderedDict\nq\x00]q\x01]q\x02(U\x01aq\x03K\x01ea\x85q\x04Rq\x05.",
    "longs": b"(lp0\nL12345678901234567890L\naI01\naI00\naF1.5\naN.",
    "unicode": b"(dp0\nVname\np1\nVp\\u00e4iv\\u00e4\np2\ns.",
    "counter": b"ccollections\nCounter\np0\n((dp1\nS'a'\np2\nI3\nstp3\nRp4\n.",
    "xrange_list": b"\x80\x02c__builtin__\nxrange\nq\x00K\x00K\x0aK\x01\x87q\x01Rq\x02.",
}


def produce(zoo: Any) -> None:
    for name, value in values().items():
        zoo.pickle(PRODUCER, name + ".p{}.pkl", value, range(6))
    for name, stream in PYTHON2.items():
        zoo.bytes(PRODUCER, f"python2_{name}.pkl", stream)
    zoo.bytes(PRODUCER, "two_in_a_row.pkl", pickle.dumps([1, 2], 4) + pickle.dumps({"a": 1}, 4))
    zoo.make(PRODUCER, "pure_python.pkl", lambda path: path.write_bytes(pickle._dumps(values()["nested"], 2)) and None)
