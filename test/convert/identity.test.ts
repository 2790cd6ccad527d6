import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { convert } from '../../src/node/convert/convert.ts';
import { verifyConversion } from '../../src/node/convert/verify.ts';
import { findPython } from '../oracle/ask-oracle.ts';

vi.mock('../../src/node/convert/scan-inputs.ts', async () => ({
  scanInputs: (await import('./scan-here.ts')).scanHere,
}));

const python = findPython(['torch', 'safetensors.torch']);

/** Writes torch checkpoints, and what the reference makes of each. */
const PROGRAM = `
import sys, torch
from safetensors.torch import save_file
root = sys.argv[1]
torch.manual_seed(1)
names = ["model.layers.10.w", "model.layers.9.w", "9", "10", "é", "\\U0001f600", "\\ufb01", "quote\\"\\\\ \\n\\x7f"]
plain = {name: torch.randn(3 + i, 5).to([torch.float32, torch.float16, torch.bfloat16][i % 3]) for i, name in enumerate(names)}
plain.update({"i64": torch.arange(7), "u8": torch.arange(5, dtype=torch.uint8), "bool": torch.tensor([True, False]),
  "f64": torch.randn(2, dtype=torch.float64), "c64": torch.randn(2, dtype=torch.complex64), "scalar": torch.tensor(1.5), "none": torch.zeros(0, 3),
  "i8": torch.arange(3, dtype=torch.int8), "i16": torch.arange(3, dtype=torch.int16), "i32": torch.arange(3, dtype=torch.int32),
  "e4m3": torch.randn(4).to(torch.float8_e4m3fn), "e5m2": torch.randn(4).to(torch.float8_e5m2), "u16": torch.arange(3).to(torch.uint16)})
nan = torch.tensor([0x7fa00001, 0xffc00002 - 2**32, 0x80000000 - 2**32], dtype=torch.int32).view(torch.float32)
base = torch.arange(24.).reshape(2, 3, 4)
odd = {"t": base.permute(2, 0, 1), "slice": base[:, ::2, 1:3], "expand": torch.ones(1, 3).expand(4, 3), "nan": nan, "tied": base, "flip": torch.arange(6)[None].t()}
for name, tensors in (("plain", plain), ("odd", odd)):
    torch.save(tensors, f"{root}/{name}.pt")
    torch.save(tensors, f"{root}/{name}-legacy.pt", _use_new_zipfile_serialization=False)
    save_file({k: v.clone(memory_format=torch.contiguous_format) for k, v in tensors.items()}, f"{root}/{name}.expected", metadata={"format": "pt"})
    save_file({k: v.clone(memory_format=torch.contiguous_format) for k, v in tensors.items()}, f"{root}/{name}.safetensors", metadata={"format": "pt"})
z = torch.tensor([1 + 2j, 3 - 4j])
y = z.clone()
torch.save({"conj": z.conj(), "neg": y.conj().imag}, f"{root}/lazy.pt")
save_file({"conj": z.conj().resolve_conj(), "neg": z.conj().imag.resolve_neg().contiguous()}, f"{root}/lazy.expected", metadata={"format": "pt"})
`;

describe.skipIf(python === null)('beside the reference writer (needs Python with torch and safetensors)', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'vouchsafe-identity-'));
    const { status, stderr } = spawnSync(python ?? '', ['-c', PROGRAM, root], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each([
    ['plain.pt', 'plain'],
    ['plain-legacy.pt', 'plain'],
    ['plain.safetensors', 'plain'],
    ['odd.pt', 'odd'],
    ['odd-legacy.pt', 'odd'],
    ['odd.safetensors', 'odd'],
    // save_file itself stores 1+2j for its conjugate: the reference here resolves the bits first.
    ['lazy.pt', 'lazy'],
  ])('%s becomes the same bytes, and is found to hold what it should', async (from, expected) => {
    const output = join(root, `${from}.out.safetensors`);
    const source = join(root, from);
    await convert({ inputs: [source], output, hash: 'all' });
    expect(readFileSync(output).equals(readFileSync(join(root, `${expected}.expected`)))).toBe(true);
    const { differences, tensors } = verifyConversion(`${output}.conversion.json`, [source]);
    expect(differences).toEqual([]);
    expect(tensors).toBeGreaterThan(1);
  });

  it('is loaded by the reference, sharded as well', async () => {
    const out = join(root, 'shards');
    await convert({ inputs: [join(root, 'plain.pt')], output: out, maxShardBytes: 200 });
    const check = `
import sys, json, torch, glob
from safetensors.torch import load_file
index = json.load(open(sys.argv[1] + "/plain.safetensors.index.json"))
loaded = {}
for f in set(index["weight_map"].values()): loaded.update(load_file(f"{sys.argv[1]}/{f}"))
wanted = torch.load(sys.argv[2], weights_only=True)
assert set(loaded) == set(wanted) == set(index["weight_map"])
for k in wanted: assert loaded[k].dtype == wanted[k].dtype and loaded[k].shape == wanted[k].shape and torch.equal(loaded[k].view(torch.uint8) if loaded[k].dim() else loaded[k], wanted[k].view(torch.uint8) if wanted[k].dim() else wanted[k]), k
`;
    const { status, stderr } = spawnSync(python ?? '', ['-c', check, out, join(root, 'plain.pt')], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    expect(readdirSync(out).length).toBeGreaterThan(4);
  });
});
