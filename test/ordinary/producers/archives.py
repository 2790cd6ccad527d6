"""Archives of models: zip, tar, and single-file compression."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import tarfile
import zipfile
from typing import Any

from .safetensors_files import encode, llama

PRODUCER = "archives"
FIXED_DATE = (2024, 1, 1, 0, 0, 0)


def members() -> dict[str, bytes]:
    return {
        "model/config.json": json.dumps({"model_type": "llama", "hidden_size": 16}).encode(),
        "model/model.safetensors": encode(llama(1), {"format": "pt"}),
        "model/scaler.pkl": pickle.dumps({"mean": [0.1, 0.2], "scale": [1.0, 2.0]}, 4),
        "model/README.md": b"# Model\n\nA small one.\n",
    }


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED_DATE), content, method)
    return buffer.getvalue()


def tarred(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        folder = tarfile.TarInfo("model")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def streamed_zip(files: dict[str, bytes]) -> bytes:
    """Written to a pipe: data descriptors instead of sizes in the local headers."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.parts: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, part: Any) -> int:
            self.parts.append(bytes(part))
            return len(part)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED_DATE), content)
    return b"".join(pipe.parts)


def keras_zip(config: dict[str, Any]) -> bytes:
    metadata = {"keras_version": "3.3.3", "date_saved": "2024-05-01@12:00:00"}
    return zipped({"metadata.json": json.dumps(metadata).encode(), "config.json": json.dumps(config).encode()}, zipfile.ZIP_STORED)


def produce(zoo: Any) -> None:
    files = members()
    tar = tarred(files)
    for name, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED), ("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)):
        zoo.bytes(PRODUCER, f"{name}.zip", zipped(files, method))
    zoo.bytes(PRODUCER, "streamed.zip", streamed_zip(files))
    zoo.bytes(PRODUCER, "empty.zip", zipped({}))
    zoo.bytes(PRODUCER, "with_folders.zip", zipped({"model/": b"", **files}))
    zoo.bytes(PRODUCER, "unicode_names.zip", zipped({"malli/päivä.txt": b"x", "数据/标签.json": b"{}"}))
    zoo.bytes(PRODUCER, "nested.zip", zipped({"inner.zip": zipped(files), "inner.tar": tar}))
    zoo.bytes(PRODUCER, "commented.zip", commented(files))
    for name, form in (("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)):
        zoo.bytes(PRODUCER, f"{name}.tar", tarred({**files, "model/" + "long" * 40 + ".txt": b"x"} if name != "ustar" else files, form))
    zoo.bytes(PRODUCER, "model.tar.gz", gzip.compress(tar, mtime=0))
    zoo.bytes(PRODUCER, "model.tgz", gzip.compress(tar, mtime=0))
    zoo.bytes(PRODUCER, "model.tar.bz2", bz2.compress(tar))
    zoo.bytes(PRODUCER, "model.tar.xz", lzma.compress(tar))
    zoo.bytes(PRODUCER, "scaler.pkl.gz", gzip.compress(files["model/scaler.pkl"], mtime=0))
    zoo.bytes(PRODUCER, "config.json.gz", gzip.compress(files["model/config.json"], mtime=0))
    zoo.bytes(PRODUCER, "two_members.txt.gz", gzip.compress(b"one\n", mtime=0) + gzip.compress(b"two\n", mtime=0))
    dense = {"module": "keras.layers", "class_name": "Dense", "config": {"name": "dense", "units": 2, "activation": "relu"}, "registered_name": None}
    zoo.bytes(PRODUCER, "config_only.keras", keras_zip({"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [dense]}, "registered_name": None}))
    nemo = {"model_config.yaml": b"target: nemo.collections.asr.models.EncDecCTCModel\npreprocessor:\n  _target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor\n  sample_rate: 16000\n", "tokenizer.vocab": b"a\t0\nb\t-1\n"}
    zoo.bytes(PRODUCER, "tiny.nemo", tarred(nemo, tarfile.GNU_FORMAT))


def commented(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO(zipped(files))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"built on Monday"
    return buffer.getvalue()
