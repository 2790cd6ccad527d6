"""Writes NumPy, HDF5 and ONNX files into a folder and tells, a JSON object a line, what their libraries read from them.

Each line: file, tensors by name with dtype, shape and SHA-256 of the little-endian bytes in C order, and which names
are to be refused.
"""

import hashlib
import json
import sys

import numpy as np

folder, kind = sys.argv[1], sys.argv[2]
random = np.random.default_rng(20261127)
DTYPES = {
    "f2": "F16", "f4": "F32", "f8": "F64", "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64",
    "u1": "U8", "u2": "U16", "u4": "U32", "u8": "U64", "b1": "BOOL", "c8": "C64", "bfloat16": "BF16",
}


def told(array):
    array = np.asarray(array)
    little = array.astype(array.dtype.newbyteorder("<")) if array.dtype.kind != "V" else array
    key = array.dtype.str[1:] if array.dtype.kind != "V" else str(array.dtype)
    digest = hashlib.sha256(np.ascontiguousarray(little).tobytes()).hexdigest()
    return {"dtype": DTYPES[key], "shape": list(array.shape), "sha256": digest}


def tell(file, arrays, refused=()):
    tensors = {name: told(array) for name, array in arrays.items()}
    print(json.dumps({"file": file, "tensors": tensors, "refused": sorted(refused)}))


def samples():
    """Arrays of every dtype, with NaN payloads, infinities and negative zeros left as they are."""
    base = random.standard_normal((5, 7, 3)) * 100
    for code in DTYPES:
        if code == "bfloat16":
            continue
        for order in "<>":
            if code in ("i1", "u1", "b1") and order == ">":
                continue
            array = (base > 0 if code == "b1" else base.astype(code)).astype(order + code)
            if code[0] == "f":
                array.reshape(-1)[:4] = [np.nan, np.inf, -np.inf, -0.0]
            yield f"{'big' if order == '>' else 'little'}_{code}", array
    bits = random.integers(0, 2**32, 64, dtype="u4")
    yield "any_bits", bits.view("f4")
    yield "wide_bits", random.integers(0, 2**63, 16, dtype="u8").view("f8")


def numpy_files():
    arrays = dict(samples())
    arrays["fortran"] = np.asfortranarray(random.standard_normal((6, 5, 4)).astype("f4"))
    arrays["scalar"] = np.float32(2.5)
    arrays["empty"] = np.zeros((0, 3), "f4")
    bad = {"objects": np.array([1, "a"], dtype=object), "text": np.array(["a"]), "date": np.array(["2026"], "M8[Y]"),
           "wide": np.zeros(2, "c16"), "record": np.zeros(2, [("a", "f4")])}
    np.savez(f"{folder}/stored.npz", **arrays, **bad)
    tell("stored.npz", arrays, bad)
    np.savez_compressed(f"{folder}/packed.npz", **arrays)
    tell("packed.npz", arrays)
    for name in ("fortran", "big_f8", "scalar"):
        np.save(f"{folder}/{name}.npy", arrays[name])
        tell(f"{name}.npy", {name: arrays[name]})


def hdf5_files():
    import h5py

    for libver in ("earliest", "v110", "latest"):
        arrays, refused = {}, ["outside", "linked", "virtual", "lzf", "scaled", "wide", "record", "named"]
        with h5py.File(f"{folder}/{libver}.h5", "w", libver=libver) as file:
            hdf5_plain(file, arrays)
            hdf5_chunked(file, arrays, range(8) if libver == "latest" else (0, 7))
            hdf5_sparse(file, arrays, 40_000 if libver == "earliest" else 400_000)
            hdf5_refused(file)
        tell(f"{libver}.h5", arrays, refused)


def hdf5_plain(file, arrays):
    import h5py

    for name, array in samples():
        file.create_dataset(f"plain/{name}", data=array)
        arrays[f"plain/{name}"] = array
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    h5py.h5d.create(file.id, b"compact", h5py.h5t.NATIVE_FLOAT, h5py.h5s.create_simple((5,)), compact)
    file["compact"][...] = np.arange(5, dtype="f4")
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((10,))
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    h5py.h5d.create(file.id, b"implicit", h5py.h5t.NATIVE_FLOAT, h5py.h5s.create_simple((55,), (85,)), early)
    file["implicit"][...] = np.arange(55, dtype="f4")
    file["tied"] = file["compact"]
    for name in ("compact", "implicit", "tied"):
        arrays[name] = file[name][...]
    for i in range(40):
        file.create_dataset(f"dense/layer_{i}", data=np.full(3, i, "f4"))
        arrays[f"dense/layer_{i}"] = np.full(3, i, "f4")


def hdf5_chunked(file, arrays, packings):
    base = random.standard_normal((37, 53)).astype("f4")
    cube = random.standard_normal((5, 11, 7)).astype(">f8")
    odd = np.arange(7 * 9, dtype="i1").reshape(7, 9)
    limits = {"fixed": (37, 53), "first": (None, 53), "second": (37, None), "both": (None, None), "grow": (100, 200)}
    for packing in packings:
        options = {"compression": "gzip" if packing & 1 else None, "shuffle": bool(packing & 2),
                   "fletcher32": bool(packing & 4)}
        for kind, most in limits.items():
            file.create_dataset(f"c{packing}/{kind}", data=base, chunks=(10, 16), maxshape=most, **options)
            arrays[f"c{packing}/{kind}"] = base
        file.create_dataset(f"c{packing}/single", data=base, chunks=(37, 53), **options)
        file.create_dataset(f"c{packing}/cube", data=cube, chunks=(2, 3, 2), maxshape=(5, None, 7), **options)
        file.create_dataset(f"c{packing}/odd", data=odd, chunks=(3, 5), **options)
        arrays.update({f"c{packing}/single": base, f"c{packing}/cube": cube, f"c{packing}/odd": odd})
    long = np.arange(4500, dtype="i4")
    for name, most, packed in (("fixed", (4500,), None), ("fixed_gz", (4500,), "gzip"), ("grows", (None,), None),
                               ("grows_gz", (None,), "gzip")):
        file.create_dataset(f"long/{name}", data=long, chunks=(3,), maxshape=most, compression=packed)
        arrays[f"long/{name}"] = long
    table = np.arange(4500, dtype="i4").reshape(45, 100)
    file.create_dataset("long/tree", data=table, chunks=(3, 5), maxshape=(None, None))
    arrays["long/tree"] = table


def hdf5_sparse(file, arrays, grown):
    # Only the extensible arrays of later versions have pages, and those only when they are long.
    for name, size, most in (("fixed", 40000, (40000,)), ("grows", grown, (None,))):
        data = file.create_dataset(f"sparse/{name}", (size,), "i4", chunks=(3,), maxshape=most, fillvalue=-7)
        data[size // 4 * 3 : size // 4 * 3 + 10] = np.arange(10)
        arrays[f"sparse/{name}"] = data[...]
    file.create_dataset("sparse/never", (10, 10), ">i2", fillvalue=300)
    arrays["sparse/never"] = file["sparse/never"][...]


def hdf5_refused(file):
    import h5py

    file.create_dataset("outside", (4,), "f4", external=[("/etc/passwd", 0, 16)])
    file["linked"] = h5py.ExternalLink("/etc/passwd", "/x")
    file["soft"] = h5py.SoftLink("/compact")
    layout = h5py.VirtualLayout((5,), "f4")
    layout[...] = h5py.VirtualSource(".", "compact", shape=(5,))
    file.create_virtual_dataset("virtual", layout)
    file.create_dataset("lzf", data=np.zeros((8, 8)), chunks=(4, 4), compression="lzf")
    file.create_dataset("scaled", data=np.arange(100), chunks=(10,), scaleoffset=True)
    file.create_dataset("wide", data=np.zeros(3, "c16"))
    file.create_dataset("record", data=np.zeros(3, [("a", "i4"), ("b", "f4")]))
    file.create_dataset("named", data=np.zeros(3, "i1"), dtype=h5py.enum_dtype({"A": 0, "B": 1}, "i1"))
    file.create_dataset("text", data=["a", "b"])


def onnx_files():
    import ml_dtypes
    import onnx
    from onnx import helper, numpy_helper

    arrays = {name: array for name, array in samples() if name.startswith(("little", "any", "wide"))}
    arrays["brain"] = np.arange(8).astype(ml_dtypes.bfloat16)
    arrays["empty"] = np.zeros((0, 2), "f4")
    raw = [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()]
    typed, read = [], {}
    for tensor in raw:
        kind = tensor.data_type
        values = numpy_helper.to_array(tensor)
        flat = values.view("u1").reshape(-1) if kind == onnx.TensorProto.BOOL else values.reshape(-1)
        copy = helper.make_tensor(f"typed_{tensor.name}", kind, tensor.dims, flat.tolist())
        typed.append(copy)
        read[copy.name] = numpy_helper.to_array(copy)
    packed = [helper.make_tensor("nibbles", onnx.TensorProto.INT4, [3], [1, -2, 3])]
    onnx.save(model(raw + typed + packed), f"{folder}/inside.onnx")
    tell("inside.onnx", {**arrays, **read}, ["nibbles"])
    onnx.save(model(raw), f"{folder}/outside.onnx", save_as_external_data=True, location="outside.bin", size_threshold=0)
    tell("outside.onnx", arrays)


def model(initializers):
    from onnx import helper

    return helper.make_model(helper.make_graph([], "graph", [], [], initializer=initializers))


{"numpy": numpy_files, "hdf5": hdf5_files, "onnx": onnx_files}[kind]()
