"""Verbs on a Ray Serve cluster of this machine. Without Ray, the replica alone is tried: the same code, no cluster."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core import registry, verbs, weights
from core.engine import Call, LocalEngine
from core.engines import ray_ownership, ray_replica, ray_serve, shipping
from core.engines.ray_serve import ClusterError, ReplicaEndedError
from core.engines.remote import Outcome, RemoteError
from core.engines.scale import Scale, Scales
from core.engines.shipping import ShippingError
from core.engines.worker import Request
from core.errors import UserError
from core.metadata import Checkpoint
from core.networks import checkpoint
from core.plugin import Plugin
from core.progress import Progress
from core.registry import Record
from tests.conftest import ROOT
from tests.core.engines.test_isolated import MODEL

TOML = """api = "1.1"
title = "Apart"
summary = "A test."
not_repeatable = ["end"]
[checkpoints.other]
[checkpoints.only]
"""
DIES = """
def die_first(network, file):
    yield Progress(1, 2)
    if not Path(file).exists():
        Path(file).touch()
        os._exit(9)
    return os.getpid()
"""
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="pip install -r requirements-ray.txt")


@pytest.fixture(scope="module")
def record(tmp_path_factory: Any) -> Record:
    folder = tmp_path_factory.mktemp("plugins") / "apart_on_ray"
    folder.mkdir()
    (folder / "plugin.toml").write_text(TOML)
    (folder / "model.py").write_text(MODEL + DIES)
    record = registry.find(str(folder))
    network = verbs.import_module_of(record, "model").build_it()
    checkpoint.save(network, Checkpoint("build_it"), folder / "weights" / "only")
    return record


@pytest.fixture
def replica(record: Record, monkeypatch: Any) -> ray_replica.Replica:
    """A replica in this process, whose weights come by a store of one entry."""
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(get=lambda reference: reference))
    return ray_replica.Replica(record, [shipping.pack(record, weights.BUNDLED)], None)


async def ask(replica: ray_replica.Replica, call: Call) -> list[Any]:
    request = pickle.dumps(Request("stream", call, "ann"))
    return [pickle.loads(message) async for message in replica.answer(request)]


def run(coroutine: Any) -> Any:
    with asyncio.Runner() as runner:
        return runner.run(coroutine)


def test_a_replica_sends_each_step_and_the_result_that_the_engine_here_gives(
    record: Record, replica: ray_replica.Replica
) -> None:
    _, *steps, outcome = run(ask(replica, Call(record, "count", (2,))))
    assert steps == [Progress(1, 2, so_far=0), Progress(2, 2, so_far=1)]
    assert outcome == Outcome(2)
    values = np.linspace(-1, 1, 7, dtype=np.float32)[:, None]
    *_, outcome = run(ask(replica, Call(record, "predict", (values,))))
    np.testing.assert_array_equal(outcome.value, Plugin(record, LocalEngine()).run("predict", values))
    assert outcome.value.flags.writeable
    assert run(ask(replica, Call(record, "visitor")))[-1] == Outcome("ann")


def test_what_cannot_be_sent_is_an_error(record: Record, replica: ray_replica.Replica) -> None:
    outcome = run(ask(replica, Call(record, "odd")))[-1]
    assert "apart_on_ray.odd returns what cannot be sent to another process" in str(outcome.error)


def test_canceling_the_task_of_a_replica_closes_the_verb(
    record: Record, replica: ray_replica.Replica, tmp_path: Path
) -> None:
    async def cancel() -> None:
        task = asyncio.ensure_future(ask(replica, Call(record, "count", (10**9,), {"file": str(tmp_path / "closed")})))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.wait([task])

    run(cancel())
    assert (tmp_path / "closed").exists()


def test_without_ray_the_flag_says_what_to_install(monkeypatch: Any) -> None:
    monkeypatch.setattr(ray_serve, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"--engine ray needs Ray.*requirements-ray.txt"):
        ray_serve.RayEngine()


def test_applications_of_an_app_that_was_killed_are_removed_and_those_of_others_are_not(monkeypatch: Any) -> None:
    removed: list[str] = []
    mine, killed, other = "darkroom_denoiser_0123abcd", "darkroom_gan_generator_4567cdef", "somebody_s_0123abcd"
    serve = SimpleNamespace(status=lambda: SimpleNamespace(applications=[mine, killed, other]), delete=removed.append)

    def get_actor(name: str, namespace: str) -> str:
        if name != "darkroom_app_0123abcd":
            raise ValueError(name)
        return name

    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(serve=serve, get_actor=get_actor))
    monkeypatch.setitem(sys.modules, "ray.serve", serve)
    ray_ownership.remove_abandoned()
    assert removed == [killed]


@pytest.fixture(scope="module")
def plugin(record: Record) -> Iterator[Plugin]:
    """The plugin in two replicas on a cluster of this machine."""
    scales = Scales({"default": Scale(replicas=2, cpus=0.1)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ray_serve, "STORE", 100 * 2**20)
        patch.setenv("RAY_worker_niceness", "0")  # else replicas hardly start on a busy machine
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *sys.path]))
        engine = ray_serve.RayEngine(scales=scales)
        yield Plugin(record, engine)
        engine.close()


@needs_ray
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_the_cluster_streams_repeats_and_cancels(plugin: Plugin, tmp_path: Path) -> None:
    """One test: a cluster takes half a minute to start, and its driver is one process."""
    values = np.linspace(-1, 1, 7, dtype=np.float32)[:, None]
    here = Plugin(plugin.record, LocalEngine()).run("predict", values)
    np.testing.assert_array_equal(plugin.run("predict", values), here)
    steps = plugin.stream("count", 2)
    assert list(iter(lambda: next(steps, None), None)) == [Progress(1, 2, so_far=0), Progress(2, 2, so_far=1)]
    assert plugin.describe("only").startswith("Ray · ")
    with pytest.raises(ShippingError, match=r"other has no weights on the machine that sends them"):
        plugin.describe()
    assert plugin.place().startswith("a cluster's ")
    with pytest.raises(UserError, match=r"^that is too much: take less$"):
        plugin.run("refuse")
    with pytest.raises(RemoteError, match=r"apart_on_ray.fail failed: KeyError: 'boom'"):
        plugin.run("fail")

    steps = plugin.stream("count", 10**9, file=str(tmp_path / "closed"))
    next(steps)
    steps.close()
    wait_for(tmp_path / "closed")

    assert plugin.run("die_first", str(tmp_path / "dead")) > 0  # the second replica answers
    with pytest.raises(ReplicaEndedError, match="apart_on_ray: its replica ended during end: ActorDiedError"):
        plugin.run("end")
    process = plugin.run("process")
    os.kill(process, signal.SIGKILL)
    assert plugin.run("process") != process
    check_batch(plugin)


def check_batch(plugin: Plugin) -> None:
    """Check that both replicas work on a batch, that a kill loses no call, and that closing ends the calls that run."""
    assert plugin.engine.capacity(plugin.record) == 4
    killed: list[int] = []

    def call(item: int) -> tuple[int, int]:
        if item == 20:
            killed.append(plugin.run("process"))
            os.kill(killed[0], signal.SIGKILL)
        return plugin.run("count", item), plugin.run("process")

    counts, processes = zip(*plugin.map(call, range(60)), strict=True)
    assert counts == tuple(range(60))
    assert len(set(processes)) >= 2

    running = ThreadPoolExecutor(1)
    hanging = running.submit(plugin.run, "hang")
    wait_until(lambda: bool(plugin.engine._waiting))  # type: ignore[attr-defined]
    plugin.engine.close()
    with pytest.raises(ClusterError, match="the engine was closed during hang"):
        hanging.result(timeout=60)


def wait_for(path: Path) -> None:
    wait_until(path.exists)


def wait_until(is_true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert is_true()
