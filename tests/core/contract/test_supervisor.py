"""A check that ends, blocks or changes its process fails with the plugin's line, and the next one has a new process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import contract, registry
from core.contract import runner
from core.contract.outcome import Outcome
from tests.conftest import QUICK_BACKEND

GOOD = "def act(network: int) -> int:\n    'Act.'\n    return 1\n"
NUMBER = contract.CHECKS.index(contract.has_documented_verbs)
LIMIT = 5.0  # seconds
ATTACKS = {  # model.py, and what is said of it
    "exit": ("import os\nos._exit(0)\n", "the process ended with status 0, last seen in model.py:2: the plugin must"),
    "crash": ("import ctypes\nctypes.string_at(0)\n", "the process ended with SIGSEGV, last seen in model.py:2"),
    "loop": ("\nwhile True:\n    pass\n", "it took longer than 5 s, last seen in model.py:"),
    "thread": ("import threading as t\nt.Timer(999, print).start()\n" + GOOD, "model.py:2: the thread that it starts"),
    "print": ("print('x' * 10**7)\nprint('last words')\n" + "1 / 0\n", "ZeroDivisionError"),
    "fork": ("import os, time\nos.fork() or time.sleep(99)\nos._exit(3)\n", "the process ended with status 3"),
}


@pytest.fixture
def ask(plant: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Yield a function that checks a plugin with such a model.py, each time in the same worker if that is left."""
    monkeypatch.setenv("KERAS_BACKEND", QUICK_BACKEND)
    folder = plant("attacker", model=GOOD)
    with runner._supervised(registry.find("attacker"), LIMIT) as pipes:

        def ask(model: str) -> Outcome:
            (folder / "model.py").write_text(model)
            return runner._ask(pipes, NUMBER)

        yield ask


def test_a_check_after_one_that_ended_its_process_has_a_new_one(ask: Callable[[str], Outcome]) -> None:
    model, words = ATTACKS["exit"]
    assert words in ask(model).problem
    assert not ask(GOOD).problem


@pytest.mark.slow
def test_each_attack_fails_one_check_and_no_more(ask: Callable[[str], Outcome]) -> None:
    for model, words in ATTACKS.values():
        found = ask(model)
        assert words in found.problem
        if "last words" in model:
            assert found.printed.endswith("x\nlast words\n")
            assert len(found.printed) < 2000
    assert ask(GOOD) == Outcome(runner.outcome.describe_check(contract.has_documented_verbs), "")
