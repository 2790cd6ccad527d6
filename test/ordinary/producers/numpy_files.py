"""What `np.save`, `np.savez` and pickled numpy objects look like."""

from __future__ import annotations

import io
from typing import Any

PRODUCER = "numpy"
DTYPES = "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 g c8 c16 S5 U5 V3 M8[ns] m8[s]".split()


def arrays(np: Any) -> dict[str, Any]:
    rng = np.random.default_rng(7)
    structured = np.zeros(3, dtype=[("id", "i4"), ("name", "U8"), ("xy", "f4", (2,))])
    return {
        "empty": np.zeros((0, 4)),
        "scalar": np.array(3.5),
        "zero_dim_int": np.array(7),
        "fortran": np.asfortranarray(rng.normal(size=(5, 4))),
        "big_endian": rng.normal(size=6).astype(">f8"),
        "big_endian_int": np.arange(6, dtype=">i4"),
        "strided": rng.normal(size=(6, 6))[::2, ::3],
        "high_rank": np.zeros((1, 2, 1, 3, 1, 2)),
        "structured": structured,
        "nested_structured": np.zeros(2, dtype=[("a", [("b", "f8"), ("c", "i2")]), ("d", "S3")]),
        "aligned": np.zeros(2, dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True)),
        "titled": np.zeros(2, dtype=[(("a title", "a"), "i4")]),
        "unicode_fields": np.zeros(1, dtype=[("größe", "f4")]),
        "record": np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        "masked_data": np.ma.masked_array([1.0, 2.0, 3.0], mask=[0, 1, 0]).filled(-1),
        "objects": np.array([{"a": 1}, [1, 2], "text", None, 2.5], dtype=object),
        "ragged": np.array([np.zeros(2), np.ones(3)], dtype=object),
        "strings": np.array(["alpha", "beta", "gamma"]),
        "large": rng.normal(size=(300, 200)).astype("f4"),
    }


def pickled(np: Any) -> dict[str, Any]:
    every = arrays(np)
    return {
        **{f"array_{name}": value for name, value in every.items() if name != "titled"},
        "scalars": [np.float64(1.5), np.float32(2.5), np.int64(3), np.bool_(True), np.datetime64("2024-01-01"), np.complex64(1j)],
        "text_scalars": [np.str_("s"), np.bytes_(b"b")],
        "dtypes": [np.dtype(code) for code in ("f4", ">i8", "S3", "M8[D]", "O")],
        "scalar_types": [np.float32, np.int64, np.bool_],
        "masked": np.ma.masked_array([1.0, 2.0], mask=[True, False]),
        "matrix": np.matrix([[1, 2], [3, 4]]),
        "ufuncs": [np.log1p, np.exp, np.add],
        "poly1d": np.poly1d([1, 2, 3]),
        "polynomial": np.polynomial.Polynomial([1, 2, 3]),
        "state_of_legacy_random": np.random.RandomState(3).get_state(),
        "random_state": np.random.RandomState(3),
        "dict_of_arrays": {"x_train": every["large"][:10], "y_train": np.arange(10), "classes": ["a", "b"]},
        "tuple_of_arrays": (np.zeros(3), np.ones((2, 2)), 0.5),
    }


def generators(np: Any) -> dict[str, Any]:
    bit_generators = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
    return {name: np.random.Generator(getattr(np.random, name)(5)) for name in bit_generators} | {
        "seed_sequence": np.random.SeedSequence(5)
    }


def produce(zoo: Any) -> None:
    np = zoo.use("numpy")
    every = arrays(np)
    for code in DTYPES:
        safe = "".join(c if c.isalnum() else "_" for c in code)
        zoo.make(PRODUCER, f"dtype_{safe}.npy", lambda path, code=code: np.save(path, np.zeros((3, 2), dtype=code)))
    for name, value in every.items():
        zoo.make(PRODUCER, f"{name}.npy", lambda path, value=value: np.save(path, value))
    for version in ((1, 0), (2, 0), (3, 0)):
        zoo.make(PRODUCER, f"version_{version[0]}.npy", lambda path, version=version: write_version(np, path, version))
    plain = {name: value for name, value in every.items() if not value.dtype.hasobject}
    zoo.make(PRODUCER, "plain.npz", lambda path: np.savez(path, **plain))
    zoo.make(PRODUCER, "compressed.npz", lambda path: np.savez_compressed(path, **plain))
    zoo.make(PRODUCER, "positional.npz", lambda path: np.savez(path, np.zeros(3), np.ones(2)))
    zoo.make(PRODUCER, "objects.npz", lambda path: np.savez(path, labels=every["objects"], x=np.zeros(2)))
    zoo.make(PRODUCER, "mnist_like.npz", lambda path: np.savez_compressed(path, x_train=np.zeros((50, 28, 28), "u1"), y_train=np.zeros(50, "u1")))
    for name, value in pickled(np).items():
        zoo.pickle(PRODUCER, name + ".p{}.pkl", value, (0, 2, 4, 5) if name.startswith("array_") else range(6))
    for name, value in generators(np).items():
        zoo.pickle(PRODUCER, f"random_{name}" + ".p{}.pkl", value, (2, 4, 5))
    zoo.make(PRODUCER, "array_dump.pkl", lambda path: every["fortran"].dump(str(path)))
    zoo.make(PRODUCER, "saved_text.txt", lambda path: np.savetxt(path, every["fortran"]))
    zoo.make(PRODUCER, "raw_tofile.bin.npy", lambda path: np.save(path, np.arange(10)))


def write_version(np: Any, path: Any, version: tuple[int, int]) -> None:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.arange(12.0).reshape(3, 4), version=version)
    path.write_bytes(buffer.getvalue())
