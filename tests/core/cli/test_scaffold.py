"""A new plugin works: it trains, opens with a result, keeps the contract and the style of the suite."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from core import contract, registry
from core.cli import scaffold
from core.cli.parser import main
from core.training import runs
from tests.conftest import ROOT, run_python

LONGEST = 135  # lines of code that a developer has to read
SAID_ELSEWHERE = (contract.builds_page_without_keras, contract.trains)  # slow, and done below


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_a_new_plugin_trains_and_fulfills_the_contract(kind: str, plant: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(runs, "RUNS", tmp_path / "runs")
    assert main(["new", "fresh", "--kind", kind, "--into", str(tmp_path)]) == 0
    assert main(["train", "fresh", "--epochs", "1", "--steps", "2"]) == 0
    record, run = registry.find("fresh"), runs.find_run("fresh", finished=True)
    assert run
    shutil.copytree(run.checkpoint, record.folder / "weights" / record.ready_manifest.default_checkpoint)
    assert main(["first-results", "fresh"]) == 0
    for check in contract.CHECKS:
        if check not in SAID_ELSEWHERE:
            check(record)


def test_new_plugins_are_short_and_follow_the_style_of_the_suite(tmp_path: Path) -> None:
    folders = [scaffold.create(f"fresh_{kind}", kind, tmp_path) for kind in scaffold.KINDS]
    for folder in folders:
        lines = [line for path in folder.glob("*.py") for line in path.read_text().splitlines() if line.strip()]
        assert len(lines) <= LONGEST
    config = f"--config={ROOT / 'pyproject.toml'}"
    for command in (["check"], ["format", "--check"]):
        ended = run_python("-m", "ruff", *command, config, *map(str, folders))
        assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["My-Demo"], "cannot be called 'My-Demo': use small letters"),
        (["config"], "cannot be called 'config'"),
        (["denoiser"], "exists already: choose another name"),
        (["fresh", "--kind", "smell"], "choose one of image, sound"),
    ],
)
def test_a_name_or_a_kind_that_cannot_be_is_refused(
    arguments: list[str], words: str, tmp_path: Path, capsys: Any
) -> None:
    assert main(["new", *arguments, "--into", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
