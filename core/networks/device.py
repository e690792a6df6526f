"""The device and the backend that networks run on, in words for a page and a checkpoint."""

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
    """Return the device and the backend, such as "NVIDIA H200 · JAX"."""
    return f"{name()} · {BACKEND_NAMES.get(keras.backend.backend(), keras.backend.backend())}"


@functools.cache
def name() -> str:
    """Return the name of the GPU that Keras sees, or else of the processor."""
    return _gpu_name() if has_gpu() else _processor_name()


@contextmanager
def precision(name: Precision) -> Iterator[None]:
    """Let every network that is built meanwhile compute in the precision `name`; its weights stay float32."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def choose(wished: Precision) -> Precision:
    """Return `wished` where this machine computes faster in it than in float32, and float32 elsewhere.

    That is known of bfloat16 on processors with units for products of its matrices (Intel's AMX), by TensorFlow.
    """
    is_faster = wished == "mixed_bfloat16" and keras.backend.backend() == "tensorflow" and "amx_bf16" in _cpu("flags")
    return wished if is_faster and not has_gpu() else "float32"


def has_gpu() -> bool:
    """Return whether Keras computes on a GPU, whichever the backend."""
    place = str(keras.ops.zeros(1).device).lower()  # "cpu", "cuda:0", "/job:localhost/…/device:GPU:0"
    return "gpu" in place or "cuda" in place


def _gpu_name() -> str:
    if command := shutil.which("nvidia-smi"):
        query = [command, "--query-gpu=name", "--format=csv,noheader"]
        answer = subprocess.run(query, capture_output=True, text=True, check=False).stdout.splitlines()
        if answer:
            return answer[0].strip()
    return "GPU"


def _processor_name() -> str:
    return _cpu("model name") or platform.processor() or "CPU"


def _cpu(fact: str) -> str:
    """Return what Linux says of the processor, or nothing."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(fact)), "")
