"""The engine for ZeroGPU, without the Hub's package: `spaces.GPU` is replaced by the function itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import registry
from core.engine import Call
from core.engines.remote import Outcome
from core.metadata import CheckpointError
from core.networks import checkpoint
from core.registry import Record
from core.weights import LocalSource, WeightsOptions
from core.zerogpu import ZeroEngine
from tests.conftest import run_python

MODEL = '''
def build_nothing(): ...

def double(network, number: int) -> int:
    """Double a number."""
    return 2 * number
'''


class Network:
    """Stands for a network under PyTorch."""

    def to(self, place: str) -> None:
        self.place = place


def borrow(function: Callable[..., Any], duration: int) -> Callable[..., Any]:
    return function


@pytest.fixture
def record(plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Record:
    plant("zero_counter", model=MODEL)
    sources = [LocalSource(Path("/broken"), "broken"), LocalSource(Path("/works"), "weights that work")]
    monkeypatch.setattr("core.weights.candidates", lambda *_: iter(sources))

    def load(folder: Path, model: object) -> Network:
        if folder.name == "broken":
            raise CheckpointError("broken")
        return Network()

    monkeypatch.setattr(checkpoint, "load", load)
    return registry.find("zero_counter")


def test_a_process_that_was_forked_before_the_load_falls_back_too(record: Record) -> None:
    engine = ZeroEngine(borrow, WeightsOptions(allow_fallback=True))
    assert list(engine._compute(Call(record, "double", (4,)))) == [Outcome(8)]
    assert engine.describe(record) == "ZeroGPU · PyTorch · weights that work (those of /broken could not be loaded)"
    assert engine.place(record) == "a GPU that is lent for each call (ZeroGPU), float32"


def test_without_a_fallback_the_error_of_the_first_candidate_comes_back(record: Record) -> None:
    (outcome,) = ZeroEngine(borrow)._compute(Call(record, "double", (4,)))
    assert str(outcome.error) == "broken"


def test_a_forked_process_does_not_inherit_locks_that_are_held() -> None:
    program = (
        "import os; from core.zerogpu import ZeroEngine\n"
        "engine = ZeroEngine(lambda function, duration: function)\n"
        "engine._build_lock.acquire(); engine._load_locks['a', 'b'].acquire()\n"
        "child = os.fork()\n"
        "if not child: os._exit(engine._build_lock.locked() or engine._load_locks['a', 'b'].locked())\n"
        "assert os.waitpid(child, 0)[1] == 0 and engine._build_lock.locked()\n"
    )
    ended = run_python("-c", program)
    assert ended.returncode == 0, ended.stderr
