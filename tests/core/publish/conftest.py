"""A small copy of the denoiser, and the state of the Hub after it was pushed."""

from __future__ import annotations

import copy
import shutil
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from core import metadata, registry
from core.cli.parser import main
from core.networks import checkpoint
from core.registry import Record
from plugins.denoiser.model import build_denoiser
from tests.conftest import HUB, ROOT
from tests.local_hub import Hub, Repository

PUSH = ["push", "denoiser", "--repo", "alice/denoiser"]


class State(NamedTuple):
    """The folder of the plugins, and what the Hub holds."""

    plugins: Path
    repositories: dict[tuple[str, str], Repository]
    uploads: dict[str, bytes]


@pytest.fixture(scope="module")
def small_denoiser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the denoiser whose networks are small and untrained, each of other shapes."""
    folder = tmp_path_factory.mktemp("small") / "denoiser"
    shutil.copytree(ROOT / "plugins" / "denoiser", folder)
    for number, weights in enumerate(sorted((folder / "weights").iterdir()), 1):
        known = metadata.read(weights)
        arguments = known.arguments | {"widths": (8, 8 * number), "blocks": (1, 1)}
        checkpoint.save(build_denoiser(**arguments), replace(known, arguments=arguments), weights)
    return folder


@pytest.fixture
def copied_denoiser(small_denoiser: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """The record of a copy of the small denoiser, the files of which may be changed."""
    shutil.copytree(small_denoiser, tmp_path / "plugins" / "denoiser")
    monkeypatch.setattr(registry, "BUNDLED", tmp_path / "plugins")
    return registry.find("denoiser")


@pytest.fixture(scope="module")
def first_push(small_denoiser: Path, tmp_path_factory: pytest.TempPathFactory) -> State:
    """The state after a push of the denoiser: made once, and copied."""
    plugins = tmp_path_factory.mktemp("pushed") / "plugins"
    shutil.copytree(small_denoiser, plugins / "denoiser")
    HUB.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "BUNDLED", plugins)
        assert main(PUSH) == 0
    return State(plugins, HUB.repositories, HUB.uploads)


@pytest.fixture
def pushed(first_push: State, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """The denoiser, pushed to the Hub; it still has its bundled weights."""
    shutil.copytree(first_push.plugins, tmp_path / "plugins")
    monkeypatch.setattr(registry, "BUNDLED", tmp_path / "plugins")
    hub.repositories |= copy.deepcopy(first_push.repositories)
    hub.uploads |= first_push.uploads
    return registry.find("denoiser")
