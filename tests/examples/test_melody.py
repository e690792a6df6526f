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
    """Return the lines of `list`, without the spaces between columns, which depend on the longest name."""
    assert main(["list"]) == 0
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_it_is_listed_once_it_is_allowed_and_without_it_nothing_changes(
    installed: Path, monkeypatch: Any, capsys: Any
) -> None:
    with_it = listed(capsys)
    monkeypatch.delenv("DARKROOM_ALLOW")
    refused = listed(capsys)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path != str(installed)])
    without_it = listed(capsys)
    ours, theirs = ([line for line in lines if NAME in line] for lines in (with_it, refused))
    assert ours[0].startswith(f"{NAME} ready")
    assert "set DARKROOM_ALLOW=darkroom_melody" in theirs[0]
    assert without_it == [line for line in with_it if line not in ours]
    assert without_it == [line for line in refused if line not in theirs]


def test_its_verbs_run_on_the_command_line_with_files_of_its_own_kind(installed: Path, tmp_path: Path) -> None:
    sound, melody = tmp_path / "new.wav", tmp_path / "new_melody.mid"
    assert main(["run", NAME, "sample", str(sound), "--seed", "1"]) == 0
    assert melody.read_bytes().startswith(b"MThd")
    assert main(["run", NAME, "reconstruct", str(melody), str(tmp_path / "again.mid")]) == 0
    assert {"again.mid", "again_sound.wav", "again_roll.png"} <= {path.name for path in tmp_path.iterdir()}
    assert main(["run", NAME, "reconstruct", str(sound), str(tmp_path / "again.mid")]) == 2  # it is no melody


def test_it_fulfills_the_contract(installed: Path) -> None:
    record = registry.find(NAME)
    for check in contract.CHECKS:
        if check not in LONG:
            check(record)


def test_its_handlers_are_offered_over_the_api_with_sounds_and_midi_files(installed: Path) -> None:
    from core import verbs
    from core.engine import LocalEngine
    from core.plugin import Plugin

    record = registry.find(NAME)
    page = verbs.import_module_of(record, "interface").build_interface(Plugin(record, LocalEngine()))
    described = page.get_api_info()["named_endpoints"]
    assert set(described) == {
        f"/{NAME}_{verb}" for verb in ("reconstruct", "sample", "interpolate", "change_attributes")
    }
    returned = [each["component"] for each in described[f"/{NAME}_sample"]["returns"]]
    assert {"Image", "Audio", "File"} <= set(returned)


@pytest.mark.slow
def test_it_fulfills_the_whole_contract_and_its_own_tests_pass(site: Path) -> None:
    record = registry.find(str(site / NAME))
    assert not [outcome for outcome in runner.run(record) if outcome.problem]
    ended = run_python("-m", "pytest", "-q", str(PROJECT / "tests"), PYTHONPATH=str(site))
    assert ended.returncode == 0, ended.stdout
