#!/usr/bin/env bash
# Brings the Python libraries that test/oracle and test/ordinary use. Safe to run again; never fails, only says what is missing.
#
# usage: scripts/oracles.sh [--small|--print]
#   --small: only what the test suite compares with (numpy, torch, h5py, onnx, safetensors, age, skopeo, the Hugging Face clients); --print: install nothing, print `export VOUCHSAFE_PYTHON=…` for eval
set -u

home="${VOUCHSAFE_ORACLE_HOME:-$HOME/.cache/vouchsafe-oracle}"
system=/usr/bin/python3
debian=(python3-sklearn python3-joblib python3-pandas python3-scipy python3-h5py python3-onnx python3-torch
  python3-xgboost python3-lz4 python3-zstandard python3-venv skopeo)
# The CPU build of torch first: the default one drags in gigabytes of GPU libraries.
torch_versions=(torch==2.13.0+cpu)
wheels=(numpy scipy pandas scikit-learn joblib h5py onnx safetensors lz4 zstandard cloudpickle setuptools huggingface_hub==2.0.0)
# Clients of the hub interface; that for JavaScript brings half a gigabyte of runtimes, so it is no dependency of the tests.
transformers_js='@huggingface/transformers@4.3.2'
optional=(lightgbm statsmodels gguf keras tensorflow-cpu transformers tokenizers pytorch-lightning accelerate)
modules=(numpy scipy pandas sklearn joblib h5py onnx torch safetensors xgboost lightgbm statsmodels keras tensorflow gguf
  transformers tokenizers pytorch_lightning)

log() { printf 'oracles: %s\n' "$*" >&2; }

print_choice() {
  for python in "$home/bin/python" "$(command -v python3 || true)" "$system"; do
    if [ -x "$python" ] && "$python" -c 'import numpy' 2>/dev/null; then
      printf 'export VOUCHSAFE_PYTHON=%q\n' "$python"
      break
    fi
  done
  if "$home/bin/python" -c 'import huggingface_hub' 2>/dev/null; then
    printf 'export VOUCHSAFE_TEST_HF_PYTHON=%q\n' "$home/bin/python"
  fi
  if [ -d "$home/js/node_modules/@huggingface/transformers" ]; then
    printf 'export VOUCHSAFE_TEST_HF_TRANSFORMERS=%q\n' "$home/js"
  fi
}

# Without its scripts: they fetch runtimes for graphics cards from elsewhere.
install_transformers_js() {
  mkdir -p "$home/js"
  npm install --silent --no-save --ignore-scripts --prefix "$home/js" "$transformers_js" >/dev/null 2>&1 ||
    log "cannot install $transformers_js"
}

# The packages of `debian` that are not installed yet, one a line.
missing_packages() {
  local name
  for name in "${debian[@]}"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || printf '%s\n' "$name"
  done
}

install_debian() {
  command -v apt-get >/dev/null || { log 'no apt-get: skipping the system packages'; return; }
  [ "$(id -u)" = 0 ] || { log 'not root: skipping the system packages'; return; }
  local wanted
  mapfile -t wanted < <(missing_packages)
  [ "${#wanted[@]}" -gt 0 ] || return
  apt-get update -qq >/dev/null 2>&1
  for name in "${wanted[@]}"; do
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$name" >/dev/null 2>&1 || log "cannot install $name"
  done
}

pip_install() { "$home/bin/python" -m pip install --quiet --retries 0 --timeout 20 --disable-pip-version-check "$@" >/dev/null 2>&1; }

install_environment() {
  if [ ! -x "$home/bin/python" ]; then
    mkdir -p "$(dirname "$home")"
    python3 -m venv "$home" 2>/dev/null || { log 'cannot make a virtual environment'; return; }
  fi
  # One answered request says whether there is an index at all; without one, the rest would only wait for time-outs.
  pip_install numpy || { log 'no package index: only the system packages'; return; }
  for version in "${torch_versions[@]}"; do
    "$home/bin/python" -c 'import torch' 2>/dev/null || pip_install "$version" || log "cannot install $version"
  done
  install_each "${wheels[@]}"
  install_each "${optional[@]}"
}

# All at once, which is quick; one by one when that fails, so that one absent package does not cost the others.
install_each() {
  [ "$#" -gt 0 ] || return 0
  pip_install "$@" && return
  for name in "$@"; do
    pip_install "$name" || log "cannot install $name"
  done
}

tell() {
  local python="$1" name found=() missing=()
  [ -x "$python" ] || return
  for name in "${modules[@]}"; do
    if "$python" -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$name') is None)" 2>/dev/null; then
      found+=("$name")
    else
      missing+=("$name")
    fi
  done
  log "$python has: ${found[*]:-nothing}"
  log "$python lacks: ${missing[*]:-nothing}"
}

case "${1:-}" in
  --print)
    print_choice
    exit 0
    ;;
  --small)
    debian=(python3-numpy python3-venv age skopeo)
    wheels=(numpy h5py onnx safetensors huggingface_hub==2.0.0)
    optional=()
    modules=(numpy torch h5py onnx safetensors huggingface_hub)
    ;;
esac
install_debian
install_environment
install_transformers_js
tell "$home/bin/python"
tell "$system"
print_choice
exit 0
