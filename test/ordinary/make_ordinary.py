#!/usr/bin/env python3
"""Writes a folder of ordinary files, as honest users of many libraries have them, and a manifest.

usage: make_ordinary.py OUTDIR [--python OTHER_PYTHON ...] [--only PRODUCER ...] [--seconds N]

Each interpreter writes to OUTDIR/<label>/; its library versions are in OUTDIR/manifest.json.
Nothing is downloaded. A library that is absent is listed under `skipped`, and the rest goes on.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import random
import shutil
import subprocess
import sys
from pathlib import Path

# Order matters for reading only: each module has `PRODUCER` and `produce(zoo)`.
PRODUCERS = (
    "stdlib_pickles", "numpy_files", "scipy_files", "pandas_frames", "sklearn_models", "torch_files",
    "boosters", "trainers", "keras_files", "onnx_models", "hdf5_files", "safetensors_files", "gguf_files",
    "configs", "texts", "archives",
)


def label() -> str:
    """Names the environment by what decides the bytes most."""
    try:
        import numpy

        return f"python{sys.version_info.major}.{sys.version_info.minor}-numpy{numpy.__version__}"
    except ImportError:
        return f"python{sys.version_info.major}.{sys.version_info.minor}"


def seed_everything() -> None:
    """Distributions and estimators pickle numpy's global generator, so that is seeded too."""
    random.seed(7)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(7)


def produce_here(root: Path, only: list[str], seconds: float) -> dict:
    """Runs every producer in this interpreter and returns its part of the manifest."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from zoo import Zoo

    folder = root / label()
    shutil.rmtree(folder, ignore_errors=True)
    zoo = Zoo(folder, seconds)
    for name in PRODUCERS:
        if only and name not in only:
            continue
        seed_everything()
        try:
            importlib.import_module(f"producers.{name}").produce(zoo)
        except ImportError as error:
            zoo.skip(name, f"not installed: {error.name or error}")
        except Exception as error:  # noqa: BLE001 -- one producer's failure must not cost the others
            zoo.skip(name, f"{type(error).__name__}: {error}")
    files = [{**entry, "path": f"{label()}/{entry['path']}"} for entry in zoo.files]
    return {"label": label(), "python": platform.python_version(), "versions": zoo.versions, "files": files, "skipped": zoo.skipped}


def produce_elsewhere(python: str, arguments: argparse.Namespace) -> None:
    """Runs this script under another interpreter, which merges its part into the same manifest."""
    command = [python, __file__, str(arguments.outdir), "--seconds", str(arguments.seconds)]
    for name in arguments.only:
        command += ["--only", name]
    result = subprocess.run(command, check=False)
    if result.returncode != 0:
        print(f"{python}: failed with {result.returncode}", file=sys.stderr)


def merge(root: Path, part: dict) -> dict:
    manifest_path = root / "manifest.json"
    manifest = json.loads(manifest_path.read_text()) if manifest_path.exists() else {"environments": []}
    others = [e for e in manifest["environments"] if e["label"] != part["label"]]
    manifest = {"environments": sorted([*others, part], key=lambda e: e["label"])}
    manifest_path.write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def main() -> None:
    parser = argparse.ArgumentParser(description="write ordinary files, one folder per interpreter")
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--python", action="append", default=[], help="another interpreter to run this under as well")
    parser.add_argument("--only", action="append", default=[], choices=PRODUCERS)
    parser.add_argument("--seconds", type=float, default=120, help="limit for one interpreter")
    arguments = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets are pickled in hash order; a fixed seed makes two runs alike.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0", "PYTHONWARNINGS": "ignore", "HF_HUB_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""})
    arguments.outdir.mkdir(parents=True, exist_ok=True)
    part = produce_here(arguments.outdir, arguments.only, arguments.seconds)
    merge(arguments.outdir, part)
    print(f"{part['label']}: {len(part['files'])} files, {len(part['skipped'])} skipped")
    for python in arguments.python:
        produce_elsewhere(python, arguments)


if __name__ == "__main__":
    main()
