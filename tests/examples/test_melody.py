"""The melody plugin is a package of its own: allowed, it is part of the suite; without it nothing changes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import contract, registry
from core.cli.parser import main
from core.contract import runner
from tests.conftest import ROOT, run_python

PROJECT, NAME = ROOT / "examples" / "darkroom-melody", "darkroom_melody"
LONG = (contract.builds_page_without_keras, contract.trains)  # in processes of their own, or with data that is not here


@pytest.fixture(scope="module")
def site(tmp_path_factory: Any) -> Path:
    """The package, installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("melody")
    left = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    source = shutil.copytree(PROJECT, folder / "source", ignore=left)  # the build writes beside it
    flags = ("--quiet", "--no-deps", "--no-build-isolation", "--target", str(folder / "site"))
    ended = run_python("-m", "pip", "install", *flags, str(source))
    assert ended.returncode == 0, ended.stderr
    return folder / "site"


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package, installed and allowed for the length of a test."""
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("DARKROOM_ALLOW", NAME)
    yield site
    for module in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[module]


def listed(capsys: Any) -> list[str]:
    assert main(["list"]) == 0
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_it_is_listed_once_it_is_allowed_and_without_it_nothing_changes(
    installed: Path, monkeypatch: Any, capsys: Any
) -> None:
    with_it = listed(capsys)
    monkeypatch.delenv("DARKROOM_ALLOW")
    refused = listed(capsys)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path != str(installed)])
    without_it = listed(capsys)
    (ours,) = [line for line in with_it if line.startswith(NAME)]
    assert ours.split()[1] == "ready"
    assert [line for line in refused if NAME in line and "set DARKROOM_ALLOW=darkroom_melody" in line]
    assert sorted(set(with_it) - {ours}) == sorted(line for line in without_it if line in with_it)
    assert not [line for line in without_it if NAME in line]


def test_its_verbs_run_on_the_command_line_with_files_of_its_own_kind(installed: Path, tmp_path: Path) -> None:
    first, last = tmp_path / "first.mid", tmp_path / "last.mid"
    for path, seed in ((first, "1"), (last, "2")):
        assert main(["run", NAME, "sample", str(path), "--seed", seed]) == 0
        assert path.read_bytes().startswith(b"MThd")
    assert main(["run", NAME, "interpolate", str(first), str(last), str(tmp_path / "way.wav"), "--count", "3"]) == 0
    assert {"way.wav", "way_melody.mid", "way_roll.png"} <= {path.name for path in tmp_path.iterdir()}
    assert main(["run", NAME, "reconstruct", str(tmp_path / "way.wav"), str(first)]) == 2  # it is no melody


def test_it_fulfills_the_contract(installed: Path) -> None:
    record = registry.find(NAME)
    for check in contract.CHECKS:
        if check not in LONG:
            check(record)


@pytest.mark.slow
def test_it_fulfills_the_whole_contract_and_its_own_tests_pass(site: Path) -> None:
    record = registry.find(str(site / NAME))
    assert not [outcome for outcome in runner.run(record) if outcome.problem]
    ended = run_python("-m", "pytest", "-q", str(PROJECT / "tests"), PYTHONPATH=str(site))
    assert ended.returncode == 0, ended.stdout
