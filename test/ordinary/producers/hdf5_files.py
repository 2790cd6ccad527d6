"""HDF5 by h5py: groups, attributes, layouts, filters, and the old Keras file that needs no Keras to write."""

from __future__ import annotations

import json
from typing import Any

PRODUCER = "hdf5"


def produce(zoo: Any) -> None:
    np = zoo.use("numpy")
    h5py = zoo.use("h5py")
    rng = np.random.RandomState(7)
    data = rng.normal(size=(40, 30)).astype("f4")
    options: dict[str, dict[str, Any]] = {
        "contiguous": {},
        "chunked": {"chunks": (10, 10)},
        "gzip": {"compression": "gzip"},
        "gzip_shuffle": {"compression": "gzip", "shuffle": True},
        "lzf": {"compression": "lzf"},
        "fletcher": {"fletcher32": True, "chunks": (10, 10)},
        "resizable": {"maxshape": (None, 30)},
        "filled": {"fillvalue": 3.0},
    }
    for name, how in options.items():
        for libver in ("earliest", "latest"):
            zoo.make(PRODUCER, f"{name}_{libver}.h5", lambda path, how=how, v=libver: simple(h5py, path, data, how, v))
    dtypes = "i1 u2 i4 i8 f2 f4 f8 >f4 >i4 c8 S10 ?".split()
    zoo.make(PRODUCER, "dtypes.hdf5", lambda path: every_dtype(h5py, np, path, dtypes))
    zoo.make(PRODUCER, "groups.h5", lambda path: groups(h5py, np, path))
    zoo.make(PRODUCER, "many_links.h5", lambda path: many(h5py, path))
    for name, config in keras_configs().items():
        zoo.make(PRODUCER, f"keras_{name}.h5", lambda path, c=config: keras_like(h5py, np, path, c))


def simple(h5py: Any, path: Any, data: Any, how: dict[str, Any], libver: str) -> None:
    with h5py.File(path, "w", libver=libver, track_order=False) as file:
        file.create_dataset("weights", data=data, **how)
        file.attrs["version"] = "1.0"


def every_dtype(h5py: Any, np: Any, path: Any, dtypes: list[str]) -> None:
    with h5py.File(path, "w") as file:
        for index, code in enumerate(dtypes):
            file.create_dataset(f"d{index}", data=np.zeros((3, 2), dtype=code))
        file.create_dataset("text", data=["a", "bb"], dtype=h5py.string_dtype())
        file.create_dataset("scalar", data=3.5)
        file.create_dataset("records", data=np.zeros(2, dtype=[("a", "i4"), ("b", "f8")]))
        file.create_dataset("ragged", (2,), dtype=h5py.vlen_dtype("i4"))
        file.create_dataset("empty", data=h5py.Empty("f4"))


def groups(h5py: Any, np: Any, path: Any) -> None:
    with h5py.File(path, "w") as file:
        deep = file.create_group("a/b/c/d")
        deep.create_dataset("x", data=np.arange(5))
        deep.attrs["names"] = np.array([b"one", b"two"])
        file["soft"] = h5py.SoftLink("/a/b")
        file["hard"] = deep["x"]
        deep["x"].dims[0].label = "time"
        file.create_dataset("reference", data=deep.ref, dtype=h5py.ref_dtype)


def many(h5py: Any, path: Any) -> None:
    with h5py.File(path, "w") as file:
        for index in range(200):
            file.create_group(f"layer_{index}").create_dataset("kernel:0", data=[1.0, 2.0])


def keras_configs() -> dict[str, dict[str, Any]]:
    def layer(kind: str, name: str, **config: Any) -> dict[str, Any]:
        return {"class_name": kind, "config": {"name": name, "trainable": True, "dtype": "float32", **config}}

    def dense(name: str, units: int, activation: str) -> dict[str, Any]:
        zeros = {"class_name": "Zeros", "config": {}}
        glorot = {"class_name": "GlorotUniform", "config": {"seed": None}}
        return layer("Dense", name, units=units, activation=activation, use_bias=True, kernel_initializer=glorot, bias_initializer=zeros)

    entry = layer("InputLayer", "input_1", batch_input_shape=[None, 4], sparse=False)
    conv = layer("Conv2D", "conv2d", filters=8, kernel_size=[3, 3], activation="relu")
    return {
        "dense": {"class_name": "Sequential", "config": {"name": "sequential", "layers": [entry, dense("dense", 8, "relu"), dense("out", 2, "softmax")]}},
        "convolutional": {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": [conv, layer("Flatten", "flatten"), dense("d", 2, "linear")]}},
        "recurrent": {"class_name": "Sequential", "config": {"name": "s", "layers": [layer("Embedding", "e", input_dim=10, output_dim=4), layer("LSTM", "lstm", units=4)]}},
    }


def keras_like(h5py: Any, np: Any, path: Any, config: dict[str, Any]) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = b"2.11.0"
        file.attrs["backend"] = b"tensorflow"
        file.attrs["model_config"] = json.dumps(config).encode()
        file.attrs["training_config"] = json.dumps({"loss": "mse", "metrics": ["accuracy"], "optimizer_config": {"class_name": "Adam", "config": {"learning_rate": 0.001}}}).encode()
        weights = file.create_group("model_weights")
        names = [layer["config"]["name"] for layer in config["config"]["layers"]]
        weights.attrs["layer_names"] = np.array([name.encode() for name in names])
        for name in names:
            group = weights.create_group(name)
            group.attrs["weight_names"] = np.array([f"{name}/kernel:0".encode()])
            group.create_dataset(f"{name}/kernel:0", data=np.zeros((4, 2), "f4"))
