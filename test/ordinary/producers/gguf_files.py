"""GGUF written by hand after the specification, and by the `gguf` library when there is one."""

from __future__ import annotations

import struct
from typing import Any

PRODUCER = "gguf"
ALIGNMENT = 32
U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
SCALARS = {U8: "B", I8: "b", U16: "H", I16: "h", U32: "I", I32: "i", F32: "f", BOOL: "?", U64: "Q", I64: "q", F64: "d"}
# ggml type id: (elements in a block, bytes of a block)
QUANTIZATIONS = {"f32": (0, 1, 4), "f16": (1, 1, 2), "q4_0": (2, 32, 18), "q5_0": (6, 32, 22), "q8_0": (8, 32, 34), "q2_k": (10, 256, 84), "q4_k": (12, 256, 144), "q6_k": (14, 256, 210), "bf16": (30, 1, 2)}
CHAT_TEMPLATE = "{{ bos_token }}{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + eos_token }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def value_of(kind: Any, value: Any) -> bytes:
    """`kind` is a type, or `(ARRAY, item type)`."""
    if isinstance(kind, tuple):
        return struct.pack("<IQ", kind[1], len(value)) + b"".join(value_of(kind[1], item) for item in value)
    return text(value) if kind == STRING else struct.pack("<" + SCALARS[kind], value)


def encode(entries: list[tuple[str, Any, Any]], tensors: list[tuple[str, list[int], str]], version: int = 3) -> bytes:
    out = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(entries))
    for key, kind, value in entries:
        out += text(key) + struct.pack("<I", ARRAY if isinstance(kind, tuple) else kind) + value_of(kind, value)
    data = b""
    for name, shape, quantization in tensors:
        number, block, width = QUANTIZATIONS[quantization]
        out += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", number, len(data))
        elements = 1
        for extent in shape:
            elements *= extent
        data += bytes(elements // block * width)
        data += bytes(-len(data) % ALIGNMENT)
    return out + bytes(-len(out) % ALIGNMENT) + data


def llama_entries(chat: str | None) -> list[tuple[str, Any, Any]]:
    tokens = ["<unk>", "<s>", "</s>", *[f"<0x{b:02X}>" for b in range(256)], "\u2581the", "\u2581a", "cat"]
    entries: list[tuple[str, Any, Any]] = [
        ("general.architecture", STRING, "llama"), ("general.name", STRING, "Tiny Llama"), ("general.file_type", U32, 2),
        ("general.quantization_version", U32, 2), ("general.license", STRING, "apache-2.0"),
        ("general.tags", (ARRAY, STRING), ["text-generation", "en"]),
        ("llama.context_length", U32, 2048), ("llama.embedding_length", U32, 256), ("llama.block_count", U32, 1),
        ("llama.attention.head_count", U32, 4), ("llama.attention.layer_norm_rms_epsilon", F32, 1e-5), ("llama.rope.freq_base", F32, 10000.0),
        ("tokenizer.ggml.model", STRING, "llama"), ("tokenizer.ggml.tokens", (ARRAY, STRING), tokens),
        ("tokenizer.ggml.scores", (ARRAY, F32), [0.0] * len(tokens)), ("tokenizer.ggml.token_type", (ARRAY, I32), [1] * len(tokens)),
        ("tokenizer.ggml.merges", (ARRAY, STRING), ["t h", "th e"]), ("tokenizer.ggml.bos_token_id", U32, 1),
        ("tokenizer.ggml.eos_token_id", U32, 2), ("tokenizer.ggml.add_bos_token", BOOL, True),
    ]
    return entries if chat is None else [*entries, ("tokenizer.chat_template", STRING, chat)]


def produce(zoo: Any) -> None:
    zoo.versions["gguf-by-hand"] = "3"
    for name in QUANTIZATIONS:
        weights = [("token_embd.weight", [256, 8], name), ("blk.0.attn_q.weight", [256, 256], name), ("output_norm.weight", [256], "f32")]
        zoo.bytes(PRODUCER, f"llama_{name}.gguf", encode(llama_entries(CHAT_TEMPLATE), weights))
    zoo.bytes(PRODUCER, "no_template.gguf", encode(llama_entries(None), [("output_norm.weight", [256], "f32")]))
    zoo.bytes(PRODUCER, "version_2.gguf", encode(llama_entries(CHAT_TEMPLATE), [("output_norm.weight", [256], "f32")], version=2))
    zoo.bytes(PRODUCER, "vocabulary_only.gguf", encode(llama_entries(None), []))
    scalars = [(f"test.t{kind}", kind, 1) for kind in SCALARS]
    zoo.bytes(PRODUCER, "every_type.gguf", encode([("general.architecture", STRING, "test"), *scalars, ("test.numbers", (ARRAY, U64), [1, 2])], []))
    by_library(zoo)


def by_library(zoo: Any) -> None:
    try:
        gguf = zoo.use("gguf")
        import numpy as np
    except ImportError:
        return

    def write(path: Any) -> None:
        writer = gguf.GGUFWriter(str(path), "llama")
        writer.add_name("library")
        writer.add_context_length(128)
        writer.add_token_list(["a", "b", "c"])
        writer.add_chat_template(CHAT_TEMPLATE)
        writer.add_tensor("output_norm.weight", np.zeros(64, "f4"))
        writer.add_tensor("token_embd.weight", np.zeros((8, 64), "f2"))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()

    zoo.make(PRODUCER, "library.gguf", write)
