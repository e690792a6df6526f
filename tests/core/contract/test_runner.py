"""The report of all checks of a plugin: what failed, each cause once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import registry
from core.contract import runner
from core.contract.outcome import Outcome
from core.errors import UserError


def test_a_failed_check_is_reported_with_exit_status_1(
    plant: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    plant("breach_report", plugin="api = ")
    assert runner.report("breach_report") == 1
    assert "FAIL" in capsys.readouterr().out


def test_one_cause_is_told_once(plant: Callable[..., Path], monkeypatch: Any, capsys: Any) -> None:
    plant("same")
    outcomes = [Outcome(f"Sentence {i}", problem) for i, problem in enumerate(["", "x.py:1: no", "x.py:1: no"])]
    outcomes[0] = outcomes[0]._replace(notes=("it is slow",))
    monkeypatch.setattr(runner, "run", lambda *_: iter(outcomes))
    assert runner.report("same") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "pass  Sentence 0",
        "FAIL  Sentence 1",
        "      x.py:1: no",
        "skip  Sentence 2 (as told above)",
        "note  it is slow",
        "same: 1 to mend, in 0 s.",
    ]


@pytest.mark.parametrize(
    ("problem", "cause"),
    [
        ("", ""),
        ("SyntaxError: invalid syntax (model.py, line 2)", "invalid syntax (model.py, line 2)"),
        (
            "tabs/one.py:4: x/model.py cannot be imported: SyntaxError: invalid syntax (model.py, line 2)",
            "invalid syntax (model.py, line 2)",
        ),
        ("under jax: model.py:2: core.verbs.PluginError: x: KeyError: 'boom'", "'boom'"),
        ("act(24×32×3) fails at model.py:2: KeyError: 'boom'", "'boom'"),
        ("interface.py:3: show at interface.py:1 cannot be bound", "show at interface.py:1 cannot be bound"),
        ("model.py:1: one has no docstring\nmodel.py:2: two too", "one has no docstring\ntwo too"),
    ],
)
def test_a_cause_is_the_same_wherever_it_is_met(problem: str, cause: str) -> None:
    assert Outcome("Sentence", problem).cause == cause


def test_a_plugin_is_checked_by_the_path_of_its_folder(plant: Callable[..., Path], monkeypatch: Any) -> None:
    folder = plant("elsewhere")
    monkeypatch.delenv("DARKROOM_PLUGINS")
    assert registry.find(str(folder)).folder == folder
    with pytest.raises(UserError, match=r"is no plugin: it has no plugin.toml"):
        registry.find(str(folder.parent))
