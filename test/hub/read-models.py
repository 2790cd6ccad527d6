"""Reads models with huggingface_hub, as people do: HF_ENDPOINT and HF_TOKEN say where. Prints what it found as JSON."""

import json
import os
import sys

from huggingface_hub import HfApi, HfFileSystem, hf_hub_download, snapshot_download
from huggingface_hub.errors import EntryNotFoundError, GatedRepoError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

repo, cache = sys.argv[1], sys.argv[2]
api = HfApi()


def content(path):
    with open(path, "rb") as file:
        return file.read().hex()


def failure(work):
    try:
        work()
    except Exception as error:
        chain = error
        while chain.__cause__ is not None:
            chain = chain.__cause__
        return {"kind": type(error).__name__, "message": f"{error} {chain}"}
    return None


folder = snapshot_download(repo, cache_dir=cache)
info = api.model_info(repo, files_metadata=True, securityStatus=True)
found = {
    "who": api.whoami()["name"],
    "models": [model.id for model in api.list_models(search="bert")],
    "sha": info.sha,
    "private": info.private,
    "siblings": {file.rfilename: file.lfs.sha256 for file in info.siblings},
    "tree": [entry.path for entry in api.list_repo_tree(repo, recursive=True, expand=True)],
    "folder": [entry.path for entry in api.list_repo_tree(repo, "onnx")],
    "paths": [entry.path for entry in api.get_paths_info(repo, ["config.json", "onnx", "missing"], expand=True)],
    "refs": [ref.name for ref in api.list_repo_refs(repo).branches],
    "commits": [commit.commit_id for commit in api.list_repo_commits(repo, formatted=True)],
    "snapshot": {
        os.path.relpath(os.path.join(parent, name), folder): content(os.path.join(parent, name))
        for parent, _, names in os.walk(folder)
        for name in names
    },
    "one": content(hf_hub_download(repo, "onnx/model int8.onnx", revision="v1", cache_dir=cache + "-one")),
    "exists": [api.file_exists(repo, "config.json"), api.file_exists(repo, "missing"), api.revision_exists(repo, "v9")],
    "fs": HfFileSystem().read_bytes(f"{repo}/config.json").decode(),
    "access": api.auth_check(repo) is None,
    "missing": failure(lambda: hf_hub_download(repo, "missing.bin", cache_dir=cache)),
    "revision": failure(lambda: hf_hub_download(repo, "config.json", revision="nope", cache_dir=cache)),
    "repository": failure(lambda: hf_hub_download("acme/nothing", "config.json", cache_dir=cache)),
    "waiting": failure(lambda: snapshot_download("acme/waiting", cache_dir=cache)),
    "token": failure(lambda: api.model_info(repo, token="vsk_wrong")),
    "write": failure(lambda: api.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id=repo)),
}
if len(sys.argv) > 3:
    bad = sys.argv[3]
    found["recalled"] = failure(lambda: snapshot_download(bad, cache_dir=cache))
    found["recalledFile"] = failure(lambda: hf_hub_download(bad, "config.json", cache_dir=cache))
print(json.dumps(found))
