"""Verifies a model signature bundle with nothing but the standard library and the openssl command.

usage: independent_verify.py BUNDLE PUBLIC_KEY MODEL sha256|sha384|sha512

Written from the OMS v1.0 specification alone; shares no code with what it checks. Prints one JSON object.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile


def pre_authentication_encoding(payload_type, payload):
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def openssl_verifies(key, message, signature, digest):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("message", "signature")]
        for path, content in zip(paths, (message, signature)):
            with open(path, "wb") as file:
                file.write(content)
        command = ["openssl", "dgst", "-" + digest, "-verify", key, "-signature", paths[1], paths[0]]
        return subprocess.run(command, capture_output=True).returncode == 0


def digest_of(algorithm, content):
    names = {"sha256": hashlib.sha256, "blake2b": hashlib.blake2b}
    return names[algorithm](content).hexdigest()


def resources_of(model, serialization):
    ignored = serialization.get("ignore_paths", [])
    found = {}
    for folder, _, names in os.walk(model):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), model).replace(os.sep, "/")
            if any(path == one or path.startswith(one + "/") for one in ignored):
                continue
            with open(os.path.join(folder, name), "rb") as file:
                content = file.read()
            if serialization["method"] == "files":
                found[path] = digest_of(serialization["hash_type"], content)
                continue
            size = serialization["shard_size"]
            for begin in range(0, len(content), size):
                end = min(begin + size, len(content))
                found["%s:%d:%d" % (path, begin, end)] = digest_of(serialization["hash_type"], content[begin:end])
    return found


def main(bundle_file, key, model, curve_digest):
    with open(bundle_file, encoding="utf-8") as file:
        bundle = json.load(file)
    envelope = bundle["dsseEnvelope"]
    payload = base64.b64decode(envelope["payload"], validate=True)
    signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
    message = pre_authentication_encoding(envelope["payloadType"], payload)
    statement = json.loads(payload)
    resources = statement["predicate"]["resources"]
    serialization = statement["predicate"]["serialization"]
    root = hashlib.sha256(b"".join(bytes.fromhex(one["digest"]) for one in resources)).hexdigest()
    with open(key, "rb") as file:
        hint = hashlib.sha256(file.read()).hexdigest()
    print(json.dumps({
        "signature": openssl_verifies(key, message, signature, curve_digest),
        "hint": bundle["verificationMaterial"]["publicKey"]["hint"] == hint,
        "sorted": [one["name"] for one in resources] == sorted(one["name"] for one in resources),
        "root": statement["subject"][0]["digest"]["sha256"] == root,
        "rootDigest": root,
        "files": {one["name"]: one["digest"] for one in resources} == resources_of(model, serialization),
        "algorithms": {one["algorithm"] for one in resources} == {serialization["hash_type"]},
    }))


if __name__ == "__main__":
    main(*sys.argv[1:])
