"""Other ways to compute the bundled networks on a CPU, beside TensorFlow as the suite calls it: XLA and ONNX Runtime.

python -m benchmarks.compilers [--repeat 9]

All are called in turn in float32, so that a noisy machine is noisy for all. ONNX Runtime is measured where it is
installed: `pip install onnx onnxruntime` and `pip install --no-deps tf2onnx`, which asks for an older protobuf than
TensorFlow's.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.clock import least_seconds, seconds_of
from benchmarks.tables import Table
from core import registry
from core.networks import checkpoint
from core.networks.layers import unpack_singleton
from core.verbs import import_module_of

NETWORKS = ("denoiser", "photographs", 512), ("super_resolver", "x2", 256), ("super_resolver", "x4", 128)
Compute = Callable[[], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=9)
    print(measure(parser.parse_args().repeat).markdown())


def measure(repeat: int = 9) -> Table:
    """Return, for each network, the least milliseconds of each way, and its speed as a multiple of TensorFlow's."""
    rows = []
    for name, weights, side in NETWORKS:
        record = registry.find(name)
        network = checkpoint.load(record.folder / "weights" / weights, import_module_of(record, "model"))
        times = _time(_ways(network, side), repeat)
        usual = times["TensorFlow"]
        rows += [(f"{name}, {weights}, {side}²", way, 1000 * each, usual / each) for way, each in times.items()]
    return Table("Networks compiled otherwise", ("network", "computed by", "ms", "× speed"), rows)


def _ways(network: keras.Model, side: int) -> dict[str, Compute]:
    """Return functions that compute the output of `network` for the same random images of `side` × `side` pixels."""
    random = np.random.default_rng(0)
    inputs = [random.random((1, side, side, each.shape[-1]), np.float32) for each in network.inputs]
    compiled = tf.function(partial(network, training=False), jit_compile=True)
    constants = unpack_singleton([tf.constant(each) for each in inputs])
    network(constants)  # Keras exports only what was called
    ways: dict[str, Compute] = {
        "TensorFlow": lambda: network.predict_on_batch(unpack_singleton(inputs)),
        "XLA (jit_compile)": lambda: compiled(constants).numpy(),
    }
    if find_spec("onnxruntime") and find_spec("tf2onnx"):
        ways["ONNX Runtime"] = _make_onnx(network, inputs)
    return ways


def _make_onnx(network: keras.Model, inputs: Sequence[Any]) -> Compute:
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        network.export(path, format="onnx", verbose=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = len(os.sched_getaffinity(0))
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    values = {each.name: value for each, value in zip(session.get_inputs(), inputs, strict=True)}
    return lambda: session.run(None, values)[0]


def _time(ways: dict[str, Compute], repeat: int) -> dict[str, float]:
    """Return the least seconds of each way. Raises AssertionError if one computes something else."""
    expected = np.asarray(ways["TensorFlow"]())
    for compute in ways.values():  # the first call compiles
        np.testing.assert_allclose(compute(), expected, atol=1e-4)
    return least_seconds({way: partial(seconds_of, compute) for way, compute in ways.items()}, repeat)


if __name__ == "__main__":
    main()
