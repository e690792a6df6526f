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

from core.engine import Precision

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
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "CPU"
