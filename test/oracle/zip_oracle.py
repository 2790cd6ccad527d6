#!/usr/bin/env python3
"""What Python's `zipfile` and `tarfile` list, and which members they can read.

Answers {zip, tar}: each {ok, error?, members: [{name, size, offset, …, sha256?, error?}]}.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from typing import Any

from framing import describe, serve

MAX_MEMBERS = 2000
MAX_MEMBER_BYTES = 64 * 1024 * 1024


def digest(read: Any) -> dict[str, Any]:
    try:
        content = read(MAX_MEMBER_BYTES)
        return {"sha256": hashlib.sha256(content).hexdigest()}
    except Exception as error:  # noqa: BLE001 -- the class is the answer
        if type(error).__name__ == "OutOfTime":
            raise
        return {"error": describe(error)}


def zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> dict[str, Any]:
    told = {"name": info.filename, "size": info.file_size, "compressed": info.compress_size, "offset": info.header_offset,
            "method": info.compress_type, "flags": info.flag_bits, "crc": info.CRC}
    return told | digest(lambda limit: archive.open(info).read(limit))


def tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo) -> dict[str, Any]:
    told = {"name": info.name, "size": info.size, "offset": info.offset_data, "type": info.type.decode("latin1"), "link": info.linkname}
    file = archive.extractfile(info) if info.isreg() else None
    return told if file is None else told | digest(file.read)


def listing(open_archive: Any, members: Any, describe_member: Any) -> dict[str, Any]:
    try:
        with open_archive() as archive:
            return {"ok": True, "members": [describe_member(archive, info) for info in members(archive)[:MAX_MEMBERS]]}
    except Exception as error:  # noqa: BLE001 -- the class is the answer
        if type(error).__name__ == "OutOfTime":
            raise
        return {"ok": False, "error": describe(error)}


def answer(content: bytes) -> dict[str, Any]:
    return {
        "zip": listing(lambda: zipfile.ZipFile(io.BytesIO(content)), lambda a: a.infolist(), zip_member),
        "tar": listing(lambda: tarfile.open(fileobj=io.BytesIO(content), mode="r:"), lambda a: a.getmembers(), tar_member),
    }


if __name__ == "__main__":
    serve(answer)
