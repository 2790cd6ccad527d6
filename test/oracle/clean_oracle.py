"""Tells what Python's libraries make of cleaned files. Reads one JSON object, writes one.

{"templates": {name: [template, messages, generate]}, "safetensors": [base64, ...], "yaml": [text, ...]}
Templates are rendered as transformers does it: in Jinja's sandbox, with blocks trimmed.
"""

import base64
import json
import sys


def render(template, messages, generate):
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(
        messages=messages, add_generation_prompt=generate, bos_token="<s>", eos_token="</s>"
    )


def tensors(encoded):
    from safetensors.numpy import load

    return {name: [str(array.dtype), list(array.shape), array.tobytes().hex()] for name, array in load(base64.b64decode(encoded)).items()}


def main():
    request = json.load(sys.stdin)
    answer = {"templates": {name: render(*args) for name, args in request.get("templates", {}).items()}}
    if request.get("safetensors"):
        answer["safetensors"] = [tensors(one) for one in request["safetensors"]]
    if request.get("yaml"):
        import yaml

        answer["yaml"] = [yaml.safe_load(text) for text in request["yaml"]]
    json.dump(answer, sys.stdout)


main()
