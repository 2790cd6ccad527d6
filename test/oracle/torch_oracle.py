#!/usr/bin/env python3
"""What `torch.load` does with bytes: under `weights_only`, and with a recorder in place of pickle.

Answers {version, weightsOnly, recorded, records}: `weightsOnly` {ok, error?, tensors: [{name, dtype, shape, stride, sha256}]};
`recorded` {ok, error?, imports, events} from loading without `weights_only`, all globals being stand-ins; `records` the member names
that torch's own zip reader lists, or null. `weightsOnly` is null before torch 2.10, whose `weights_only` could be broken (CVE-2025-32434,
CVE-2026-24747), and TorchScript is never loaded. With `--weights-only` only `version` and `weightsOnly` are answered.
"""

from __future__ import annotations

import hashlib
import io
import sys
import warnings
import zipfile
from typing import Any, Iterator

import torch

from framing import describe, serve
from recording import CANARY, RecordingPickle, require_recording, start

SAFE_WEIGHTS_ONLY = (2, 10)
VERSION = tuple(int(part) for part in torch.__version__.split(".")[:2])
MAX_DEPTH = 40
MAX_TENSORS = 2000
MAX_HASHED_BYTES = 64 * 1024 * 1024


def tensors_in(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, torch.Tensor):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from tensors_in(item, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from tensors_in(item, f"{path}.{index}" if path else str(index), depth + 1)


def summary(name: str, tensor: Any) -> dict[str, Any]:
    answer: dict[str, Any] = {"name": name, "dtype": str(tensor.dtype), "shape": list(tensor.shape)}
    try:
        answer["stride"] = list(tensor.stride())
        if tensor.numel() * tensor.element_size() <= MAX_HASHED_BYTES:
            flat = tensor.detach().resolve_conj().resolve_neg().contiguous().view(-1)
            answer["sha256"] = hashlib.sha256(flat.view(torch.uint8).numpy().tobytes()).hexdigest() if flat.numel() else None
    except Exception:  # noqa: BLE001 -- sparse, quantized and nested tensors have neither strides nor plain bytes
        answer["opaque"] = True
    return answer


# With `--weights-only` nothing else is asked: two more ways of loading take most of the time.
ONLY_WEIGHTS = "--weights-only" in sys.argv[1:]


def weights_only(content: bytes) -> dict[str, Any] | None:
    if VERSION < SAFE_WEIGHTS_ONLY:
        return None
    try:
        loaded = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001 -- the class is the answer
        if type(error).__name__ == "OutOfTime":
            raise
        return {"ok": False, "error": describe(error)}
    found = []
    for name, tensor in tensors_in(loaded):
        found.append(summary(name, tensor))
        if len(found) >= MAX_TENSORS:
            break
    return {"ok": True, "tensors": found}


def recorded(content: bytes) -> dict[str, Any]:
    seen = start()
    answer: dict[str, Any] = {"ok": True}
    try:
        if any(name.endswith("constants.pkl") for name in records(content) or []):
            raise ValueError("TorchScript is not loaded")
        torch.load(io.BytesIO(content), map_location="cpu", pickle_module=RecordingPickle, weights_only=False)
    except Exception as error:  # noqa: BLE001 -- a stand-in may be refused where the real class is not
        if type(error).__name__ == "OutOfTime":
            raise
        answer = {"ok": False, "error": describe(error)}
    return answer | {"imports": seen.imports, "events": seen.events}


def records(content: bytes) -> list[str] | None:
    try:
        return list(torch._C.PyTorchFileReader(io.BytesIO(content)).get_all_records())
    except Exception:  # noqa: BLE001 -- not a zip that torch reads
        return None


def answer(content: bytes) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if ONLY_WEIGHTS:
            return {"version": torch.__version__, "weightsOnly": weights_only(content)}
        return {"version": torch.__version__, "weightsOnly": weights_only(content), "recorded": recorded(content), "records": records(content)}


def replace_pickle() -> None:
    """Makes both layouts load through the recorder: torch 1.13 ignores `pickle_module` when `weights_only` is off."""
    torch.serialization.pickle = RecordingPickle
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as made:
        made.writestr("archive/data.pkl", CANARY)
        made.writestr("archive/version", "3\n")
    for content in (archive.getvalue(), CANARY):
        require_recording(lambda content=content: torch.load(io.BytesIO(content), pickle_module=RecordingPickle, weights_only=False))


if __name__ == "__main__":
    torch.set_num_threads(1)
    replace_pickle()
    serve(answer)
