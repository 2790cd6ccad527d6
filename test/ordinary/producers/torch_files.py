"""What training scripts leave behind: state dicts, checkpoints, whole modules, TorchScript, old layouts."""

from __future__ import annotations

import argparse
import collections
from typing import Any

PRODUCER = "torch"


def layers(nn: Any) -> dict[str, Any]:
    return {
        "linear": nn.Linear(4, 3),
        "linear_no_bias": nn.Linear(4, 3, bias=False),
        "conv1d": nn.Conv1d(3, 4, 3),
        "conv2d": nn.Conv2d(3, 4, 3, padding="same"),
        "conv3d": nn.Conv3d(1, 2, 3),
        "conv_transpose": nn.ConvTranspose2d(3, 2, 2),
        "batch_norm": nn.BatchNorm2d(4),
        "layer_norm": nn.LayerNorm(4),
        "group_norm": nn.GroupNorm(2, 4),
        "embedding": nn.Embedding(10, 4, padding_idx=0),
        "embedding_bag": nn.EmbeddingBag(10, 4),
        "lstm": nn.LSTM(4, 3, num_layers=2, bidirectional=True),
        "gru": nn.GRU(4, 3),
        "attention": nn.MultiheadAttention(4, 2),
        "encoder_layer": nn.TransformerEncoderLayer(4, 2, 8),
        "transformer": nn.Transformer(4, 2, 1, 1, 8),
        "prelu": nn.PReLU(),
        "bilinear": nn.Bilinear(2, 3, 4),
        "module_list": nn.ModuleList([nn.Linear(2, 2), nn.ReLU()]),
        "module_dict": nn.ModuleDict({"a": nn.Linear(2, 2), "act": nn.GELU()}),
        "parameter_list": nn.ParameterList([nn.Parameter(nn.Linear(2, 2).weight.detach())]),
        "perceptron": nn.Sequential(nn.Flatten(), nn.Linear(8, 4), nn.ReLU(inplace=True), nn.Dropout(0.2), nn.Linear(4, 2), nn.Softmax(dim=-1)),
        "convolutional": nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(8, 2)),
        "activations": nn.Sequential(nn.SiLU(), nn.LeakyReLU(), nn.Tanh(), nn.Sigmoid(), nn.ELU(), nn.Hardswish(), nn.Softplus(), nn.Identity()),
        "pools": nn.Sequential(nn.AvgPool2d(2), nn.MaxPool1d(2), nn.Upsample(scale_factor=2), nn.PixelShuffle(2), nn.ZeroPad2d(1)),
        "losses": nn.ModuleList([nn.CrossEntropyLoss(), nn.MSELoss(), nn.BCEWithLogitsLoss()]),
        "nested": nn.Sequential(collections.OrderedDict(stem=nn.Sequential(nn.Conv2d(3, 4, 1)), head=nn.Linear(4, 2))),
    }


def tensors(torch: Any) -> dict[str, Any]:
    base = torch.arange(24.0).reshape(4, 6)
    names = "float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 bool complex64 complex128".split()
    every = {f"dtype_{name}": torch.zeros(2, 3).to(getattr(torch, name)) for name in names}
    for name in ("float8_e4m3fn", "float8_e5m2", "uint16", "uint32", "uint64"):
        if hasattr(torch, name):
            every[f"dtype_{name}"] = torch.zeros(2, 3).to(getattr(torch, name))
    return every | {
        "scalar": torch.tensor(3.5),
        "empty": torch.zeros(0, 3),
        "transposed": base.t(),
        "view": base[1:3, ::2],
        "expanded": torch.zeros(1).expand(1000),
        "conjugated": torch.tensor([1 + 2j]).conj(),
        "negated": torch.tensor([1 + 2j]).conj().imag,
        "requires_grad": torch.zeros(3, requires_grad=True),
        "sparse_coo": base.to_sparse(),
        "sparse_csr": base.to_sparse_csr(),
        "sparse_csc": base.to_sparse_csc(),
        "quantized": torch.quantize_per_tensor(base, 0.1, 0, torch.quint8),
        "quantized_per_channel": torch.quantize_per_channel(base, torch.full((4,), 0.1), torch.zeros(4, dtype=torch.long), 0, torch.qint8),
        "parameter": torch.nn.Parameter(base),
        "buffer_class": torch.nn.Buffer(base) if hasattr(torch.nn, "Buffer") else base,
        "shared_storage": [base, base[0], base.view(-1)],
        "size": base.shape,
        "dtype_object": torch.float16,
        "device": torch.device("cpu"),
        "rng_state": torch.get_rng_state(),
        "generator_state": torch.Generator().manual_seed(3).get_state(),
        "meta": torch.empty(3, device="meta"),
        "untyped_storage": base.storage(),
    }


def checkpoint(torch: Any, optimizer_name: str) -> dict[str, Any]:
    """The usual dictionary: model, optimizer, scheduler, scaler, counters, arguments."""
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.Linear(8, 2))
    options = {"lr": 0.1, "momentum": 0.9} if optimizer_name == "SGD" else {"lr": 0.1}
    optimizer = getattr(torch.optim, optimizer_name)(model.parameters(), **options)
    if optimizer_name not in ("LBFGS", "SparseAdam"):
        model(torch.randn(5, 4)).sum().backward()
        optimizer.step()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
    return {
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "epoch": 12,
        "loss": 0.25,
        "best_acc": torch.tensor(0.9),
        "args": argparse.Namespace(lr=0.1, arch="resnet", data="/data/train", workers=4),
        "config": {"hidden": 8, "layers": [4, 8, 2], "name": "tiny"},
        "history": collections.defaultdict(list, loss=[1.0, 0.5]),
    }


def scripted(torch: Any) -> dict[str, Any]:
    nn = torch.nn
    model = layers(nn)["perceptron"].eval()
    convolutional = layers(nn)["convolutional"].eval()

    @torch.jit.script
    def clamp_sum(x: torch.Tensor, limit: float = 1.0) -> torch.Tensor:
        return torch.clamp(x, max=limit).sum()

    return {
        "script_perceptron": torch.jit.script(model),
        "trace_convolutional": torch.jit.trace(convolutional, torch.zeros(1, 3, 8, 8)),
        "script_lstm": torch.jit.script(nn.LSTM(4, 3)),
        "script_frozen": torch.jit.freeze(torch.jit.script(convolutional)),
        "script_function": clamp_sum,
    }


def produce(zoo: Any) -> None:
    torch = zoo.use("torch")
    torch.manual_seed(7)
    for name, layer in layers(torch.nn).items():
        zoo.make(PRODUCER, f"state_{name}.pth", lambda path, m=layer: torch.save(m.state_dict(), path))
        zoo.make(PRODUCER, f"module_{name}.pt", lambda path, m=layer: torch.save(m, path))
        zoo.make(PRODUCER, f"legacy_{name}.pth", lambda path, m=layer: old(torch, m.state_dict(), path))
        zoo.make(PRODUCER, f"legacy_module_{name}.pth", lambda path, m=layer: old(torch, m, path))
    for name, tensor in safely(zoo, lambda: tensors(torch)).items():
        zoo.make(PRODUCER, f"tensor_{name}.pt", lambda path, t=tensor: torch.save(t, path))
        zoo.make(PRODUCER, f"legacy_tensor_{name}.pt", lambda path, t=tensor: old(torch, t, path))
    nested(zoo, torch)
    checkpoints(zoo, torch)
    for name, module in safely(zoo, lambda: scripted(torch)).items():
        zoo.make(PRODUCER, f"{name}.pt", lambda path, m=module: m.save(str(path)))
    values = {"dict": {"a": torch.zeros(2), "names": ["x"], "n": 3}, "list": [torch.zeros(1), 2, "three"], "only_text": {"vocab": ["a", "b"]}}
    for protocol in range(2, 6):
        for name, value in values.items():
            zoo.make(PRODUCER, f"{name}.p{protocol}.pt", lambda path, v=value, p=protocol: torch.save(v, path, pickle_protocol=p))
    zoo.pickle(PRODUCER, "plain_pickle.p{}.pkl", {"w": torch.zeros(2, 2)}, (2, 4))


def nested(zoo: Any, torch: Any) -> None:
    def write(path: Any) -> None:
        torch.save(torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)]), path)

    zoo.make(PRODUCER, "tensor_nested.pt", write)


def checkpoints(zoo: Any, torch: Any) -> None:
    for optimizer in ("SGD", "Adam", "AdamW", "Adagrad", "RMSprop", "Adadelta", "Adamax", "NAdam", "RAdam", "Rprop", "LBFGS", "ASGD"):
        zoo.make(PRODUCER, f"checkpoint_{optimizer}.ckpt", lambda path, o=optimizer: torch.save(checkpoint(torch, o), path))
        zoo.make(PRODUCER, f"checkpoint_{optimizer}.legacy.ckpt", lambda path, o=optimizer: old(torch, checkpoint(torch, o), path))

    def whole(path: Any) -> None:
        model = torch.nn.Linear(2, 2)
        optimizer = torch.optim.Adam(model.parameters())
        torch.save({"model": model, "optimizer": optimizer, "epoch": 1}, path)

    zoo.make(PRODUCER, "checkpoint_whole_objects.pth", whole)


def old(torch: Any, value: Any, path: Any) -> None:
    torch.save(value, path, _use_new_zipfile_serialization=False)


def safely(zoo: Any, build: Any) -> dict[str, Any]:
    try:
        return build()
    except Exception as error:  # noqa: BLE001 -- one kind that this torch lacks must not cost the others
        zoo.skip("torch values", f"{type(error).__name__}: {error}")
        return {}
