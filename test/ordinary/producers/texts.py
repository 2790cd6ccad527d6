"""What else lies in a model repository: notes, tables, code, pictures, pointers."""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import Any

PRODUCER = "texts"

MODEL_CARD = """---
license: apache-2.0
language:
- en
tags:
- text-classification
base_model: org/base
---

# Tiny classifier

Fine-tuned on reviews. Load it with:

```python
from transformers import AutoModel

model = AutoModel.from_pretrained("org/tiny")
```

| metric | value |
|---|---|
| accuracy | 0.91 |

Please do not use it for decisions about people.
"""

TEXT = {
    "README.md": MODEL_CARD,
    "LICENSE": "Permission is hereby granted, free of charge, to any person obtaining a copy of this software.\n",
    "requirements.txt": "torch>=2.0\nnumpy==1.26.4\nscikit-learn\n",
    "labels.txt": "cat\ndog\nbird\n",
    "vocab.txt": "[PAD]\n[UNK]\nthe\n##ing\nimport\nexec\n",
    "merges.txt": "#version: 0.2\n\u0120 t\nh e\n",
    "data.csv": "id,text,label\n1,\"hello, world\",0\n2,päivää,1\n",
    "data.tsv": "id\ttext\n1\thello\n",
    "train.jsonl": '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]}\n' * 5,
    "notes.txt": "Loss went down after the third epoch.\nTry a lower rate next.\n",
    "unicode.txt": "naïve café — “quotes” … 中文 العربية हिन्दी 👩‍💻\n",
    "train.py": "import torch\n\n\ndef main() -> None:\n    model = torch.nn.Linear(2, 1)\n    torch.save(model.state_dict(), 'model.pt')\n\n\nif __name__ == '__main__':\n    main()\n",
    "modeling_tiny.py": "from torch import nn\n\n\nclass Tiny(nn.Module):\n    def __init__(self, config):\n        super().__init__()\n        self.layer = nn.Linear(config.hidden, 1)\n\n    def forward(self, x):\n        return self.layer(x)\n",
    "notebook.ipynb": '{"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": ["print(1)"]}], "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}}, "nbformat": 4, "nbformat_minor": 5}\n',
    ".gitattributes": "*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
    ".gitignore": "__pycache__/\n*.ckpt\n",
    "run.log": "2024-05-01 12:00:00 INFO epoch 1 loss 0.5\n" * 20,
    "train.sh": "#!/bin/sh\nset -e\npython train.py --epochs 3\n",
    "index.html": "<!doctype html><title>Report</title><h1>Results</h1>\n",
    "diagram.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="red"/></svg>\n',
}


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes(3 * width) for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def produce(zoo: Any) -> None:
    for name, content in TEXT.items():
        zoo.text(PRODUCER, name, content)
    zoo.bytes(PRODUCER, "figure.png", png(16, 16))
    for name in ("model.safetensors", "pytorch_model.bin", "model.gguf", "tokenizer.model"):
        digest = hashlib.sha256(name.encode()).hexdigest()
        zoo.text(PRODUCER, f"lfs/{name}", f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 4976698672\n")
    zoo.bytes(PRODUCER, "utf16.txt", "hello from Windows\r\n".encode("utf-16"))
    zoo.bytes(PRODUCER, "latin1.csv", "id,name\n1,Bj\xf6rk\n".encode("latin-1"))
    zoo.bytes(PRODUCER, "bom.csv", b"\xef\xbb\xbfid,name\n1,a\n")
    zoo.bytes(PRODUCER, "__init__.py", b"")
