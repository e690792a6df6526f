"""Measures the engine `ray` beside the engine of this process, on a cluster of this machine.

python -m benchmarks.cluster [--calls 200] [--large 5] [--files 16] [--only batch]

Prints whether answers are equal bit for bit; the latency that the cluster adds to a small call and to one that takes
and returns a picture of 12 megapixels; the throughput of this process and of one and two replicas; how many requests of
a load are lost while a replica is ended by SIGKILL; and the pictures a second of a batch, from file to file, by this
process and by one and two replicas, each of which computes in one thread: on two cores, one process would use both.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.precision import PHOTO, SIDE
from core import registry, verbs
from core.engine import LocalEngine
from core.engines.ray_serve import RayEngine
from core.engines.scale import THREADS, Scale, Scales
from core.files import sha256_of
from core.imaging import images
from core.imaging.resizing import center_crop
from core.metadata import Checkpoint
from core.networks import checkpoint
from core.plugin import Plugin
from core.registry import Record
from plugins.denoiser.noise import add_noise

SIGMA = 15
CLIENTS = 8
ROUNDS = 3  # of a batch, of which the fastest counts: other programs make some slower
LARGE = 3000, 4000, 3  # 12 megapixels
TOML = 'api = "1.1"\ntitle = "Probe"\nsummary = "Returns what it gets, and says where."\n[checkpoints.only]\n'
MODEL = """
import os
import keras

def build_it() -> keras.Model:
    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Dense(1, name="dense")(x))

def echo(network, value): return value
def process(network): return os.getpid()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--large", type=int, default=5)
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--only", choices=["batch"])
    options = parser.parse_args()
    report = {"batch": batches(options.files)}
    if options.only != "batch":
        with TemporaryDirectory() as folder:
            report |= measure(probe(Path(folder) / "probe"), registry.find("vae_explorer"), options)
    print(json.dumps(report, indent=2))


def batches(count: int) -> dict[str, Any]:
    """Return the pictures a second of a batch by 0 (this process), 1 and 2 replicas, and whether all are equal."""
    measured = {}
    with TemporaryDirectory() as folder, ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        photo = images.load(PHOTO)
        for i in range(count):
            images.save(
                add_noise(center_crop(photo[i:], SIDE, SIDE), SIGMA, seed=i).clip(0, 1), Path(folder, f"{i}.png")
            )
        for replicas in (0, 1, 2):
            measured[replicas] = pool.submit(batch, Path(folder), replicas).result()
    (here, expected), *others = measured.values()
    return {
        "pictures_a_second": {f"{replicas}_replicas": round(rate, 2) for replicas, (rate, _) in measured.items()},
        "two_replicas_over_one": round(others[1][0] / others[0][0], 2),
        "two_replicas_over_this_process": round(others[1][0] / here, 2),
        "equal": all(found == expected for _, found in others),
    }


def batch(folder: Path, replicas: int) -> tuple[float, list[str]]:
    """Return how many pictures of a folder are denoised in a second, and the sha256 of each result."""
    os.environ |= dict.fromkeys(THREADS, "1") | {
        "RAY_worker_niceness": "0"
    }  # as this process: other work slows all alike
    table = Scales({"default": Scale(replicas=replicas, cpus=0.5, threads=1)}) if replicas else None
    engine = RayEngine(scales=table) if replicas else LocalEngine()
    plugin, files = Plugin(registry.find("denoiser"), engine), sorted(folder.glob("*.png"))

    def denoise(path: Path) -> str:
        with TemporaryDirectory() as out:
            images.save(plugin.run("denoise", images.load(path), sigma=SIGMA).image, Path(out) / path.name)
            return sha256_of(Path(out) / path.name)

    list(plugin.map(denoise, files[:4]))  # all replicas have loaded the network, and traced it
    results: list[str] = []
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        results = list(plugin.map(denoise, files))
        seconds.append(time.perf_counter() - start)
    engine.close()
    return len(files) / min(seconds), results


def probe(folder: Path) -> Record:
    """Return a plugin whose verbs take no time, so that only the way to them and back is measured."""
    folder.mkdir()
    (folder / "plugin.toml").write_text(TOML)
    (folder / "model.py").write_text(MODEL)
    record = registry.find(str(folder))
    network = verbs.import_module_of(record, "model").build_it()
    checkpoint.save(network, Checkpoint("build_it"), folder / "weights" / "only")
    return record


def measure(echo: Record, vae: Record, options: argparse.Namespace) -> dict[str, Any]:
    here = LocalEngine()
    report: dict[str, Any] = {"throughput_here": throughput(Plugin(vae, here), options.calls)}
    for replicas in (1, 2):
        engine = RayEngine(scales=Scales({"default": Scale(replicas=replicas, cpus=0.5)}))
        there = Plugin(vae, engine)
        report[f"throughput_{replicas}_replicas"] = throughput(there, options.calls)
        if replicas == 1:
            report["equal"] = np.array_equal(
                there.run("sample", 16, seed=3), Plugin(vae, here).run("sample", 16, seed=3)
            )
            report |= latencies(Plugin(echo, here), Plugin(echo, engine), options)
        else:
            report["lost_of_a_load_with_sigkill"] = lost(Plugin(echo, engine), options.calls)
        engine.close()
    return report


def throughput(plugin: Plugin, calls: int) -> float:
    """Return calls per second of a small network, asked by several clients."""
    plugin.run("sample", 64, seed=0)
    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda seed: plugin.run("sample", 64, seed=seed), range(calls)))
    return round(calls / (time.perf_counter() - start), 1)


def latencies(here: Plugin, there: Plugin, options: argparse.Namespace) -> dict[str, Any]:
    small, large = np.zeros((28, 28, 1), np.float32), np.zeros(LARGE, np.float32)
    return {
        f"{name}_{place}_ms": percentiles(partial(plugin.run, "echo", value), count)
        for name, value, count in (("small", small, options.calls), ("12_megapixels", large, options.large))
        for place, plugin in (("here", here), ("ray", there))
    }


def percentiles(call: Callable[[], object], count: int) -> dict[str, float]:
    call()
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return {
        "median": round(1000 * float(np.median(seconds)), 2),
        "p99": round(1000 * float(np.quantile(seconds, 0.99)), 2),
    }


def lost(plugin: Plugin, calls: int) -> str:
    """Return how many of the calls of several clients failed, as a replica was killed after a quarter of them."""
    plugin.run("process")

    def ask(number: int) -> bool:
        if number == calls // 4:
            os.kill(plugin.run("process"), signal.SIGKILL)
        try:
            return bool(plugin.run("echo", number) == number)
        except Exception as error:
            print(type(error).__name__, error)
            return False

    with ThreadPoolExecutor(CLIENTS) as pool:
        answered = sum(pool.map(ask, range(calls)))
    return f"{calls - answered} of {calls}"


if __name__ == "__main__":
    main()
