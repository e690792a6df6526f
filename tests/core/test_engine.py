"""The engine: each network is loaded once, calls can be canceled between steps, and unknown names are reported."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from core import registry, verbs
from core.engine import LocalEngine
from core.errors import UserError
from core.networks import checkpoint, device
from core.plugin import Plugin
from core.progress import Progress, finish
from core.turns import Ticket, on_behalf_of
from core.verbs import VerbNotFoundError
from core.weights import LocalSource

MODEL = '''
import keras
from core.progress import Progress

LOG = []

def build_nothing() -> keras.Model:
    inputs = keras.Input((1,))
    return keras.Model(inputs, inputs)

def double(network: keras.Model, number: int, plus: int = 0) -> int:
    """Double a number."""
    return 2 * number + plus

def count(network: keras.Model, to: int):
    """Count slowly."""
    try:
        for i in range(to):
            yield Progress(i + 1, to)
            LOG.append(i)
        return to
    finally:
        LOG.append("closed")

def _private(network: keras.Model) -> None: ...

def helper(number: int) -> int: ...
'''


@pytest.fixture
def counter(plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Plugin:
    """A plugin the network of which takes 0.2 s to load."""
    plant("counter", model=MODEL)
    loads: list[str] = []

    def slow_load(folder: Path, model: object) -> object:
        loads.append(str(folder))
        time.sleep(0.2)
        return object()

    monkeypatch.setattr(checkpoint, "load", slow_load)
    monkeypatch.setattr("core.weights.candidates", lambda *_: iter([LocalSource(tmp_path, "planted")]))
    plugin = Plugin(registry.find("counter"), LocalEngine())
    plugin.engine.loads = loads
    verbs.import_module_of(plugin.record, "model").LOG.clear()
    return plugin


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_image_with_nan_or_infinity_is_refused(counter: Plugin, value: float) -> None:
    right, wrong = np.zeros((2, 2, 3)), np.full((2, 2, 3), value)
    for values, settings, name in (
        ((right, wrong), {}, "value 2"),
        ((right,), {"plus": wrong}, "plus"),
        ((right,), {"plus": (right, wrong)}, "plus"),
        ((np.stack([right, wrong]),), {}, "value 1"),
    ):
        with pytest.raises(UserError, match=f"double: {name} is an image with NaN or infinity in it"):
            counter.run("double", *values, **settings)


def test_a_verb_receives_values_and_settings(counter: Plugin) -> None:
    assert counter.run("double", 4) == 8
    assert counter.run("double", 4, plus=1) == 9


def test_only_public_functions_that_take_a_network_are_verbs(counter: Plugin) -> None:
    assert sorted(verbs.list_verbs(counter.record)) == ["count", "double"]


def test_concurrent_first_calls_load_the_network_once(counter: Plugin) -> None:
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(counter.run("double", 1))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [2] * 8
    assert len(counter.engine.loads) == 1


def test_a_stream_yields_progress_then_returns_the_result(counter: Plugin) -> None:
    steps = counter.stream("count", 2)
    assert list(iter(lambda: next(steps, None), None)) == [Progress(1, 2), Progress(2, 2)]
    assert counter.run("count", 3) == 3


def test_closing_a_stream_cancels_the_verb_and_frees_the_device(counter: Plugin) -> None:
    steps = counter.stream("count", 1000)
    next(steps)
    steps.close()
    assert verbs.import_module_of(counter.record, "model").LOG == ["closed"]
    assert counter.run("double", 1) == 2


def test_two_streams_alternate(counter: Plugin) -> None:
    one, two = counter.stream("count", 3), counter.stream("count", 3)
    assert [next(one).done, next(two).done, next(one).done] == [1, 1, 2]


def test_visitors_take_turns_on_the_device_and_get_their_own_results(counter: Plugin) -> None:
    engine, results = counter.engine, {}
    counter.run("double", 1)  # the network is loaded

    def call(visitor: str, verb: str, number: int) -> None:
        results[visitor] = finish(on_behalf_of(visitor, counter.stream(verb, number)))

    calls = [("a", "count", 9), ("b", "count", 7), ("c", "double", 4)]
    threads = [threading.Thread(target=call, args=each) for each in calls]
    finish(engine.turns.wait(Ticket()))
    for waiting, thread in enumerate(threads, 1):
        thread.start()
        while len(engine.turns.waiting) < waiting:
            time.sleep(0.001)
    assert [ticket.visitor for ticket in engine.turns.waiting] == ["a", "b", "c"]
    engine.turns.release()
    for thread in threads:
        thread.join()
    assert results == {"a": 9, "b": 7, "c": 8}


@pytest.mark.parametrize(
    ("flags", "requested", "used"),
    [
        ("fpu avx512_bf16 amx_tile", None, "mixed_bfloat16"),
        ("fpu avx2", None, "float32"),
        ("fpu amx_bf16 amx_tile", "float32", "float32"),
        ("fpu avx2", "mixed_float16", "mixed_float16"),
    ],
)
def test_a_plugin_computes_in_its_precision_if_that_is_faster(
    counter: Plugin, monkeypatch: pytest.MonkeyPatch, flags: str, requested: Any, used: str
) -> None:
    monkeypatch.setattr(device, "_cpu", lambda _: flags)
    monkeypatch.setattr(device, "has_gpu", lambda: False)
    monkeypatch.setattr(checkpoint, "load", lambda *_: keras.config.dtype_policy().name)
    manifest = counter.record.ready_manifest.model_copy(update={"precision": "mixed_bfloat16"})
    engine, record = LocalEngine(precision=requested), replace(counter.record, manifest=manifest)
    assert engine._load(record, None)[0] == used
    assert keras.config.dtype_policy().name == "float32"


def test_an_unknown_verb_or_checkpoint_is_named(counter: Plugin) -> None:
    with pytest.raises(VerbNotFoundError, match="no verb 'triple': it has double, count"):
        counter.run("triple", 1)
    with pytest.raises(VerbNotFoundError, match="no checkpoint 'x4': it has only"):
        counter.run("double", 1, checkpoint="x4")


def test_a_failed_load_is_repeated_by_the_next_call(counter: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    original = checkpoint.load
    monkeypatch.setattr(checkpoint, "load", lambda *_: (_ for _ in ()).throw(OSError("gone")))
    with pytest.raises(OSError, match="gone"):
        counter.run("double", 1)
    monkeypatch.setattr(checkpoint, "load", original)
    assert counter.run("double", 1) == 2
