"""A plugin in a process of its own: it may crash or hang, and the next call is answered by a new process."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core import registry, verbs
from core.engine import LocalEngine
from core.engines import isolated
from core.engines.isolated import IsolatedEngine, MixedEngine
from core.engines.remote import EngineError, RemoteError
from core.errors import UserError
from core.metadata import Checkpoint
from core.networks import checkpoint
from core.plugin import Plugin
from core.progress import Progress, finish
from core.turns import VISITOR, on_behalf_of
from tests.conftest import QUICK_BACKEND

MODEL = """
import ctypes, os, time
from pathlib import Path
import keras
from core.errors import UserError
from core.progress import Progress
from core.turns import VISITOR

class OwnError(UserError): ...

def build_it() -> keras.Model:
    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Dense(1, name="dense")(x))

def choose_checkpoint(verb, arguments):
    return "only"

def predict(network, values):
    print("what a plugin prints")
    return network.predict_on_batch(values)

def process(network): return os.getpid()

def visitor(network):
    yield Progress(1, 1)
    return VISITOR.get()

def count(network, to, file=""):
    try:
        for i in range(to):
            yield Progress(i + 1, to, so_far=i)
        return to
    finally:
        if file:
            Path(file).touch()

def refuse(network): raise OwnError("that is too much: take less")
def fail(network): raise KeyError("boom")
def odd(network): return lambda: 1
def end(network): os._exit(7)
def crash(network):
    yield Progress(1, 2)
    ctypes.string_at(0)
def hang(network):
    yield Progress(1, 2)
    time.sleep(600)
"""
TOML = 'api = "1.1"\ntitle = "Apart"\nsummary = "A test."\nisolate = true\n[checkpoints.other]\n[checkpoints.only]\n'


@pytest.fixture(scope="module")
def apart(tmp_path_factory: Any) -> Iterator[Plugin]:
    """A plugin that asks for isolation, on an engine of which one step may take 1.5 s."""
    folder = tmp_path_factory.mktemp("plugins") / "apart"
    folder.mkdir()
    (folder / "plugin.toml").write_text(TOML)
    (folder / "model.py").write_text(MODEL)
    record = registry.find(str(folder))
    network = verbs.import_module_of(record, "model").build_it()
    checkpoint.save(network, Checkpoint("build_it"), folder / "weights" / "only")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", QUICK_BACKEND)  # of its processes
        patch.setattr(isolated, "STEP", 1.5)
        patch.setattr(isolated, "BETWEEN_STARTS", 0.0)
        engine = IsolatedEngine()
        yield Plugin(record, engine)
        engine.close()


def test_the_result_is_that_of_the_engine_in_this_process(apart: Plugin) -> None:
    values = np.linspace(-1, 1, 7, dtype=np.float32)[:, None]
    here = Plugin(apart.record, LocalEngine()).run("predict", values)
    np.testing.assert_array_equal(apart.run("predict", values), here)
    assert apart.run("process") != os.getpid()
    assert apart.describe("only").endswith("bundled weights, only")
    assert "CPU" in apart.place() or "GPU" in apart.place()


def test_progress_comes_through_and_a_call_knows_its_visitor(apart: Plugin) -> None:
    steps = apart.stream("count", 2)
    assert list(iter(lambda: next(steps, None), None)) == [Progress(1, 2, so_far=0), Progress(2, 2, so_far=1)]
    assert apart.run("count", 3) == 3
    assert finish(on_behalf_of("ann", apart.stream("visitor"))) == "ann"
    assert VISITOR.get() is None


def test_closing_a_stream_cancels_the_verb_at_its_next_step(apart: Plugin, tmp_path: Path) -> None:
    steps = apart.stream("count", 10**9, file=str(tmp_path / "closed"))
    next(steps)
    steps.close()
    deadline = time.monotonic() + 5
    while not (tmp_path / "closed").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (tmp_path / "closed").exists()


def test_errors_come_back_and_the_process_goes_on(apart: Plugin) -> None:
    before = apart.run("process")
    with pytest.raises(UserError, match=r"^that is too much: take less$"):
        apart.run("refuse")
    with pytest.raises(RemoteError, match=r"apart.fail failed: KeyError: 'boom'"):
        apart.run("fail")
    with pytest.raises(RemoteError, match=r"apart.odd returns what cannot be sent to another process"):
        apart.run("odd")
    with pytest.raises(UserError, match="apart has no verb 'dance'"):
        apart.run("dance")
    assert apart.run("process") == before


@pytest.mark.parametrize(
    ("verb", "how"),
    [
        pytest.param("end", "apart: its process ended with status 7 during end", marks=pytest.mark.slow),
        pytest.param("crash", "apart: its process ended with SIGSEGV during crash", marks=pytest.mark.slow),
        ("hang", "apart: its process was ended, as hang took longer than 2 s: yield Progress more often"),
    ],
)
def test_a_crash_or_a_hang_is_an_error_and_the_next_call_is_answered(apart: Plugin, verb: str, how: str) -> None:
    before, other = apart.run("process"), apart.stream("count", 2)
    next(other)
    with pytest.raises(EngineError, match=f"^{how}$") as caught:
        apart.run(verb)
    assert caught.value.notice.startswith("This demo stopped working and is being started again")
    with pytest.raises(EngineError, match="its process ended with"):  # another visitor's call, which ran there too
        finish(other)
    assert apart.run("process") != before


def test_a_process_that_ends_at_once_is_not_started_all_the_time(apart: Plugin, monkeypatch: Any) -> None:
    with pytest.raises(EngineError, match="its process ended with status 7 during end"):
        apart.run("end")
    monkeypatch.setattr(isolated, "BETWEEN_STARTS", 600.0)
    with pytest.raises(EngineError, match="its process ended a moment ago, and is started again in a while"):
        apart.run("process")


def test_only_plugins_that_ask_for_it_are_isolated(apart: Plugin, denoiser: Plugin, monkeypatch: Any) -> None:
    shared, separate = (SimpleNamespace(options=None, place=lambda record, name=name: name) for name in ("a", "b"))
    engine = MixedEngine(shared, separate)  # type: ignore[arg-type]
    assert (engine.place(denoiser.record), engine.place(apart.record)) == ("a", "b")
    monkeypatch.setenv("DARKROOM_ISOLATE", "other,denoiser")
    assert engine.place(denoiser.record) == "b"
