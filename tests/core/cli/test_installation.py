"""The suite and a plugin's package, installed with their dependencies in an environment of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

MELODY = ROOT / "examples" / "darkroom-melody"


def run(folder: Path, *command: str | Path, **environment: str) -> str:
    """Return what a command prints that is run outside of the checkout."""
    ended = subprocess.run(
        list(map(str, command)), cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


@pytest.mark.slow
def test_an_installed_plugin_appears_when_it_is_allowed_and_removed_nothing_else_changes(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns(".*", "runs", "tests", "__pycache__", "build", "*.egg-info")
    suite = shutil.copytree(ROOT, tmp_path / "suite", ignore=ignored)
    melody = shutil.copytree(MELODY, tmp_path / "melody", ignore=ignored)
    run(tmp_path, sys.executable, "-m", "venv", "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(tmp_path, python, "-m", "pip", "install", "--quiet", suite)
    before = run(tmp_path, python, "-m", "core", "list")
    assert "denoiser" in before
    run(tmp_path, python, "-m", "pip", "install", "--quiet", melody)
    assert "set DARKROOM_ALLOW=darkroom_melody" in run(tmp_path, python, "-m", "core", "list")
    allowed = {"DARKROOM_ALLOW": "darkroom_melody"}
    listed = run(tmp_path, python, "-m", "core", "list", **allowed).splitlines()
    assert "ready" in next(line for line in listed if line.startswith("darkroom_melody"))
    run(tmp_path, python, "-m", "core", "run", "darkroom_melody", "sample", "new.mid", "--seed", "1", **allowed)
    assert (tmp_path / "new.mid").read_bytes().startswith(b"MThd")
    run(tmp_path, python, "-m", "pip", "uninstall", "--quiet", "--yes", "darkroom-melody")
    assert run(tmp_path, python, "-m", "core", "list", **allowed) == before
