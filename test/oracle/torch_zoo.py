"""Writes PyTorch files of every kind into a folder and prints what torch itself says is in them.

One JSON object a line: {"file", "tensors": {name: {"dtype", "shape", "sha256"}}, "refused": {name: code}}. The hash is of
the bytes in C order after every lazy conjugation and negation. Usage: torch_zoo.py FOLDER
"""

import hashlib
import io
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")
import torch  # noqa: E402
from torch import nn  # noqa: E402

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
    "U16": torch.uint16,
    "U32": torch.uint32,
    "U64": torch.uint64,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "F8_E4M3FNUZ": torch.float8_e4m3fnuz,
    "F8_E5M2FNUZ": torch.float8_e5m2fnuz,
    "F8_E8M0": torch.float8_e8m0fnu,
    "C64": torch.complex64,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
FOLDER = sys.argv[1]
torch.manual_seed(1)


def filled(dtype, *shape):
    """Random bytes as elements; a NaN or a denormal is as good as any."""
    items = 1
    for length in shape:
        items *= length
    width = torch.empty((), dtype=dtype).element_size()
    limit = 2 if dtype is torch.bool else 256
    raw = torch.randint(0, limit, (items * width,), dtype=torch.uint8)
    return raw.view(dtype).reshape(shape)


def raw_bytes(tensor):
    """Through the storage, as some dtypes can be copied in no other way."""
    plain = tensor.detach().resolve_conj().resolve_neg()
    width = plain.element_size()
    storage = bytes(plain.untyped_storage())
    size, stride = list(plain.shape), list(plain.stride())
    out = bytearray()

    def visit(axis, offset):
        if axis == len(size):
            out.extend(storage[offset * width : (offset + 1) * width])
            return
        for index in range(size[axis]):
            visit(axis + 1, offset + index * stride[axis])

    visit(0, plain.storage_offset())
    return bytes(out)


def told(tensors):
    return {
        name: {
            "dtype": NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "sha256": hashlib.sha256(raw_bytes(tensor)).hexdigest(),
        }
        for name, tensor in tensors.items()
    }


def tell(file, tensors, refused=None):
    print(json.dumps({"file": file, "tensors": told(tensors), "refused": refused or {}}))


def save(name, value, tensors=None, refused=None):
    for kind, zipped in (("zip", True), ("legacy", False)):
        file = f"{name}-{kind}.pt"
        torch.save(value, os.path.join(FOLDER, file), _use_new_zipfile_serialization=zipped)
        tell(file, value if tensors is None else tensors, refused)


def layouts(dtype):
    base = filled(dtype, 6, 8)
    cube = filled(dtype, 2, 3, 4)
    tensors = {
        "plain": filled(dtype, 3, 5),
        "transposed": filled(dtype, 3, 5).t(),
        "permuted": cube.permute(2, 0, 1),
        "stepped": filled(dtype, 6, 6)[::2, 1::3],
        "expanded": filled(dtype, 1, 4).expand(3, 4),
        "view.a": base[1:3],
        "view.b": base[2:5, 3:7],
        "whole": base,
        "again": base,
        "scalar": filled(dtype, 1)[0],
        "empty": filled(dtype, 0, 4),
        "one": filled(dtype, 1, 1, 3),
        "odd": torch.as_strided(base, (1, 3), (1000, 2), 5),
    }
    if dtype.is_complex:
        tensors["conj"] = filled(dtype, 4).conj()
        tensors["conj.t"] = filled(dtype, 2, 3).conj().t()
        tensors["conj.neg"] = torch._neg_view(filled(dtype, 4)).conj()
        tensors["imag"] = filled(dtype, 4).conj().imag
        tensors["real"] = filled(dtype, 4).conj().real
    if dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        tensors["neg"] = torch._neg_view(filled(dtype, 5))
    return {name: tensor for name, tensor in tensors.items() if tensor is not None}


for dtype_name, dtype in DTYPES.items():
    save(f"layouts-{dtype_name}", layouts(dtype))

# Several dtypes over the same bytes, as far as torch saves them.
raw = filled(torch.uint8, 16)
save("shared-bytes", {"raw": raw, "fp8": raw.view(torch.float8_e4m3fn)})

# Two elements in one byte: no hash of torch's, which counts pairs.
pairs = torch.randint(0, 256, (2, 4), dtype=torch.uint8)
for kind, zipped in (("zip", True), ("legacy", False)):
    file = f"packed-{kind}.pt"
    torch.save({"p": pairs.view(torch.float4_e2m1fn_x2)}, os.path.join(FOLDER, file), _use_new_zipfile_serialization=zipped)
    print(json.dumps({"file": file, "tensors": {"p": {"dtype": "F4", "shape": [2, 8], "sha256": hashlib.sha256(bytes(pairs.untyped_storage())).hexdigest()}}, "refused": {}}))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(5, 3)
        self.head = nn.Linear(3, 5, bias=False)
        self.head.weight = self.embed.weight
        self.register_buffer("scale", torch.tensor([2.0, 3.0]))
        self.register_buffer("cache", torch.zeros(4), persistent=False)
        self.register_buffer("nothing", None)
        self.register_parameter("none", None)
        self.blocks = nn.ModuleList([nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)) for _ in range(2)])
        self.extra = nn.ParameterDict({"a": nn.Parameter(torch.randn(2)), "b": nn.Parameter(torch.randn(1, 2))})
        self.plain = torch.ones(3)

    def forward(self, x):
        return self.head(self.embed(x)) * self.scale[0]


class Simple(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
        self.register_buffer("mean", torch.randn(3))

    def forward(self, x):
        return self.net(x - self.mean) + torch.tensor([1.0, 2.0])


tied = Tied()
save("module", tied, tied.state_dict())
save("state-dict", tied.state_dict())
save("parameter", {"w": nn.Parameter(torch.randn(2, 2)), "b": nn.Buffer(torch.randn(2))})
traced = torch.fx.symbolic_trace(Simple())
save("graph-module", traced, traced.state_dict())

model = Simple()
optimizer = torch.optim.AdamW(model.parameters())
model(torch.randn(2, 3)).sum().backward()
optimizer.step()
save(
    "checkpoint",
    {"epoch": 3, "arch": "x", "best": torch.tensor(0.5), "state_dict": model.state_dict(), "optimizer": optimizer.state_dict(), "rng_state": torch.get_rng_state()},
    model.state_dict(),
)
save("checkpoint-module", {"model": model, "optimizer": optimizer.state_dict()}, model.state_dict())
save(
    "checkpoint-two",
    {"model": model.state_dict(), "ema": model.state_dict(), "lr_scheduler": {"x": 1}},
    {f"{top}.{name}": tensor for top in ("model", "ema") for name, tensor in model.state_dict().items()},
)
save("nested", {"a": [torch.ones(2), {"b": torch.zeros(1)}], 7: torch.ones(1)}, {"a.0": torch.ones(2), "a.1.b": torch.zeros(1), "7": torch.ones(1)})

for name, program in (("script", torch.jit.script(model)), ("trace", torch.jit.trace(model, torch.randn(2, 3)))):
    torch.jit.save(program, os.path.join(FOLDER, f"{name}.pt"))
    tell(f"{name}.pt", program.state_dict())

save(
    "refused",
    {
        "ok": torch.ones(1),
        "c128": torch.ones(2, dtype=torch.complex128),
        "sparse": torch.eye(2).to_sparse(),
        "csr": torch.eye(2).to_sparse_csr(),
        "q": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        "meta": torch.empty(2, device="meta"),
        "bits": torch.zeros(2, dtype=torch.uint8).view(torch.bits8),
        "half": torch.zeros(2, dtype=torch.complex32),
    },
    {"ok": torch.ones(1)},
    {
        "c128": "dtype-unsupported",
        "sparse": "layout-sparse",
        "csr": "layout-sparse",
        "q": "layout-quantized",
        "meta": "without-data",
        "bits": "dtype-unsupported",
        "half": "dtype-unsupported",
    },
)
nested = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
save("refused-nested", {"n": nested}, {}, {"n": "layout-nested"})

# Written as on a big-endian machine: a record that says so, and reversed items.
buffer = io.BytesIO()
big = {"f": torch.randn(3), "h": torch.randn(4).half(), "c": torch.randn(2, dtype=torch.complex64), "b": torch.tensor([True, False]), "l": torch.tensor(5)}
torch.save({name: tensor.clone() for name, tensor in big.items()}, buffer)
reader = torch._C.PyTorchFileReader(io.BytesIO(buffer.getvalue()))
writer = torch._C.PyTorchFileWriter(os.path.join(FOLDER, "big-endian.pt"))
for record in reader.get_all_records():
    data = reader.get_record(record)
    if record == "byteorder":
        data = b"big"
    elif record.startswith("data/"):
        width = {"0": 4, "1": 2, "2": 4, "3": 1, "4": 8}[record[5:]]
        data = b"".join(data[at : at + width][::-1] for at in range(0, len(data), width))
    if not record.startswith(".data/") and record != "version":
        writer.write_record(record, data, len(data))
writer.write_end_of_file()
again = torch.load(os.path.join(FOLDER, "big-endian.pt"))
assert all(torch.equal(again[name], big[name]) for name in big)
tell("big-endian.pt", big)
