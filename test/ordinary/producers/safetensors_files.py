"""safetensors written by hand after the specification, and by the library when there is one."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

PRODUCER = "safetensors"
WIDTH = {"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "F64": 8, "I64": 8, "U64": 8}


def encode(tensors: list[tuple[str, str, list[int]]], metadata: dict[str, str] | None = None, pad: bool = True) -> bytes:
    """`[(name, dtype, shape)]` filled with zeros."""
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": metadata}
    offset = 0
    for name, dtype, shape in tensors:
        size = WIDTH[dtype] * math.prod(shape)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    if pad:
        text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes(offset)


def llama(layers: int) -> list[tuple[str, str, list[int]]]:
    tensors = [("model.embed_tokens.weight", "BF16", [64, 16]), ("model.norm.weight", "BF16", [16])]
    for index in range(layers):
        for part in ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj"):
            tensors.append((f"model.layers.{index}.{part}.weight", "BF16", [16, 16]))
        tensors.append((f"model.layers.{index}.input_layernorm.weight", "BF16", [16]))
    return tensors


def produce(zoo: Any) -> None:
    zoo.versions["safetensors-by-hand"] = "1"
    for dtype in WIDTH:
        zoo.bytes(PRODUCER, f"dtype_{dtype}.safetensors", encode([("w", dtype, [3, 2])], {"format": "pt"}))
    zoo.bytes(PRODUCER, "no_tensors.safetensors", encode([], {"format": "pt"}))
    zoo.bytes(PRODUCER, "scalar.safetensors", encode([("step", "I64", [])]))
    zoo.bytes(PRODUCER, "zero_sized.safetensors", encode([("none", "F32", [0, 4]), ("w", "F32", [2])]))
    zoo.bytes(PRODUCER, "no_metadata.safetensors", encode(llama(2)))
    zoo.bytes(PRODUCER, "unpadded.safetensors", encode(llama(1), {"format": "pt"}, pad=False))
    zoo.bytes(PRODUCER, "llama.safetensors", encode(llama(8), {"format": "pt"}))
    lora = [(f"lora_unet_{i}.lora_{d}.weight", "F16", [4, 16]) for i in range(20) for d in ("down", "up")]
    training = {"ss_network_dim": "4", "ss_network_args": '{"conv_dim": "4"}', "ss_tag_frequency": json.dumps({"img": {"1girl": 5, "outdoors": 2}}), "ss_output_name": "style", "modelspec.title": "Style", "ss_datasets": json.dumps([{"is_dreambooth": True, "batch_size_per_device": 2}]), "sshash_legacy": "1a2b3c4d"}
    zoo.bytes(PRODUCER, "lora.safetensors", encode(lora, training))
    shards = {}
    for number in (1, 2, 3):
        part = [(f"layer.{number}.w", "F32", [4])]
        name = f"model-0000{number}-of-00003.safetensors"
        zoo.bytes(PRODUCER, f"sharded/{name}", encode(part, {"format": "pt"}))
        shards[part[0][0]] = name
    zoo.json(PRODUCER, "sharded/model.safetensors.index.json", {"metadata": {"total_size": 48}, "weight_map": shards})
    by_library(zoo)


def by_library(zoo: Any) -> None:
    try:
        zoo.use("safetensors")
        import numpy as np
        from safetensors.numpy import save_file
    except ImportError:
        return
    tensors = {f"layer{i}.weight": np.zeros((4, i + 1), "f4") for i in range(10)} | {"mask": np.ones(3, bool), "steps": np.zeros(2, "i8")}
    zoo.make(PRODUCER, "library.safetensors", lambda path: save_file(tensors, str(path)))
    zoo.make(PRODUCER, "library_metadata.safetensors", lambda path: save_file(tensors, str(path), {"format": "np", "author": "me"}))
