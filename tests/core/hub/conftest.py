"""A folder to upload, and a repository that holds its files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.hub import client
from core.hub.reference import Reference
from tests.local_hub import Hub

BIG = np.random.default_rng(0).bytes(20_000_000)
CARD = b"---\nlibrary_name: keras\n---\n# Something\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(BIG)
    (folder / "README.md").write_bytes(CARD)
    (folder / "deep" / "data.json").write_text("{}")
    return folder


def upload(folder: Path, private: bool = False) -> tuple[str, bool]:
    target = client.Target("alice/thing", private=private)
    return client.upload(folder, target, "a message", is_stale=lambda path: "old" in path)


@pytest.fixture
def there(hub: Hub, folder: Path) -> Reference:
    """The folder uploaded: a repository with three files, one of 20 MB."""
    commit, _ = upload(folder)
    hub.requests.clear()
    return Reference("alice/thing", commit)
