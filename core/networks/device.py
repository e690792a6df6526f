"""The device, backend and precision that networks run with."""

from __future__ import annotations

import functools
import platform
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras

from core.manifest import Precision

BACKEND_NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def describe() -> str:
    """Return the names of the device and the backend, such as "NVIDIA H200 · JAX"."""
    return f"{name()} · {BACKEND_NAMES.get(keras.backend.backend(), keras.backend.backend())}"


@functools.cache
def name() -> str:
    """Return the name of the GPU that Keras uses, or of the processor if it uses none."""
    return _gpu_name() if has_gpu() else _processor_name()


@contextmanager
def precision(dtype_policy: Precision) -> Iterator[None]:
    """Build networks that compute in `dtype_policy` inside the `with` block; their weights stay float32."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype_policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def choose(preferred: Precision) -> Precision:
    """Return `preferred` if this machine computes faster in it than in float32, else float32.

    That is the case for bfloat16 with TensorFlow on processors with Intel's AMX (measured: about five times as fast).
    """
    has_amx = "amx_bf16" in _cpu("flags")
    is_faster = preferred == "mixed_bfloat16" and keras.backend.backend() == "tensorflow" and has_amx
    return preferred if is_faster and not has_gpu() else "float32"


def has_gpu() -> bool:
    """Return whether Keras computes on a GPU, with any backend."""
    device = str(keras.ops.zeros(1).device).lower()  # "cpu", "cuda:0", "/job:localhost/…/device:GPU:0"
    return "gpu" in device or "cuda" in device


def _gpu_name() -> str:
    if command := shutil.which("nvidia-smi"):
        query = [command, "--query-gpu=name", "--format=csv,noheader"]
        lines = subprocess.run(query, capture_output=True, text=True, check=False).stdout.splitlines()
        if lines:
            return lines[0].strip()
    return "GPU"


def _processor_name() -> str:
    return _cpu("model name") or platform.processor() or "CPU"


def _cpu(field: str) -> str:
    """Return a field of Linux' /proc/cpuinfo, or an empty string on other systems."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(field)), "")
