"""The collection being built: names files, records who wrote them, survives what a library cannot do."""

from __future__ import annotations

import importlib
import json
import pickle
import time
import warnings
from pathlib import Path
from typing import Any, Callable, Iterable

Writer = Callable[[Path], None]


class Zoo:
    """A folder of ordinary files with a manifest. Every writer that fails is recorded, never fatal."""

    def __init__(self, root: Path, seconds: float) -> None:
        self.root = root
        self.deadline = time.monotonic() + seconds
        self.files: list[dict[str, str]] = []
        self.skipped: list[dict[str, str]] = []
        self.versions: dict[str, str] = {}

    def make(self, producer: str, name: str, write: Writer) -> None:
        """Lets `write` create `producer/name`; a library that refuses leaves a line in the manifest instead."""
        path = self.root / producer / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if time.monotonic() > self.deadline:
            self.skip(f"{producer}/{name}", "out of time")
            return
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                write(path)
        except Exception as error:  # noqa: BLE001 -- a producer may fail in any way; the others must go on
            self.skip(f"{producer}/{name}", f"{type(error).__name__}: {error}")
            if path.is_file():
                path.unlink()
            return
        self._register(producer, path)

    def bytes(self, producer: str, name: str, content: bytes) -> None:
        self.make(producer, name, lambda path: path.write_bytes(content) and None)

    def text(self, producer: str, name: str, content: str) -> None:
        self.bytes(producer, name, content.encode())

    def json(self, producer: str, name: str, content: Any) -> None:
        self.text(producer, name, json.dumps(content, indent=2) + "\n")

    def pickle(self, producer: str, name: str, value: Any, protocols: Iterable[int] = (4,)) -> None:
        """One file per protocol; `name` holds a `{}` where the protocol number goes, if there are several."""
        for protocol in protocols:
            self.make(producer, name.format(protocol), lambda path, p=protocol: path.write_bytes(pickle.dumps(value, p)) and None)

    def skip(self, what: str, reason: str) -> None:
        self.skipped.append({"what": what, "reason": reason[:300]})

    def use(self, module: str) -> Any:
        """Imports a library and notes its version. Raises ImportError when the library is not there."""
        library = importlib.import_module(module)
        if "." not in module:
            self.versions[module] = str(getattr(library, "__version__", "?"))
        return library

    def _register(self, producer: str, path: Path) -> None:
        found = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in found:
            self.files.append({"path": str(file.relative_to(self.root)), "producer": producer})
