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
BFLOAT16_FLAGS = {"amx_bf16", "avx512_bf16"}  # of processors, in /proc/cpuinfo
BFLOAT16_CAPABILITY = 8  # compute capability of the first NVIDIA GPUs with tensor cores for bfloat16 (Ampere)


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

    That is the case for bfloat16 on GPUs with tensor cores for it, and with TensorFlow on processors with instructions
    for it (measured: 1.8 times as fast with AVX512-BF16, about five times with AMX).
    """
    return preferred if preferred == "mixed_bfloat16" and _is_fast_in_bfloat16() else "float32"


def has_gpu() -> bool:
    """Return whether Keras computes on a GPU, with any backend."""
    device = str(keras.ops.zeros(1).device).lower()  # "cpu", "cuda:0", "/job:localhost/…/device:GPU:0"
    return "gpu" in device or "cuda" in device


def _is_fast_in_bfloat16() -> bool:
    if has_gpu():
        capability = _nvidia("compute_cap").partition(".")[0]
        return capability.isdigit() and int(capability) >= BFLOAT16_CAPABILITY
    return keras.backend.backend() == "tensorflow" and not BFLOAT16_FLAGS.isdisjoint(_cpu("flags").split())


def _gpu_name() -> str:
    return _nvidia("name") or "GPU"


@functools.cache
def _nvidia(field: str) -> str:
    """Return a field of the first NVIDIA GPU, or an empty string where there is none."""
    if command := shutil.which("nvidia-smi"):
        query = [command, f"--query-gpu={field}", "--format=csv,noheader"]
        lines = subprocess.run(query, capture_output=True, text=True, check=False).stdout.splitlines()
        return lines[0].strip() if lines else ""
    return ""


def _processor_name() -> str:
    return _cpu("model name") or platform.processor() or "CPU"


def _cpu(field: str) -> str:
    """Return a field of Linux' /proc/cpuinfo, or an empty string on other systems."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(field)), "")
