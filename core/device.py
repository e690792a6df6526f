"""The device and the backend that networks run on, in words for a page and a checkpoint."""

from __future__ import annotations

import functools
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Literal

import keras

Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]
BACKEND_NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def describe() -> str:
    """Return the device and the backend, such as "NVIDIA H200 · JAX"."""
    return f"{name()} · {BACKEND_NAMES.get(keras.backend.backend(), keras.backend.backend())}"


@functools.cache
def name() -> str:
    """Return the name of the GPU that Keras sees, or else of the processor."""
    return _gpu_name() if keras.distribution.list_devices("gpu") else _processor_name()


def set_precision(precision: Precision) -> None:
    """Let every network built from now on compute in `precision`; the weights stay float32."""
    keras.config.set_dtype_policy(precision)


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
