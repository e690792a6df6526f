"""What several tests share: a picture, a plugin to break, an app to talk to."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core import registry
from core.engine import LocalEngine
from core.images import Image
from core.plugin import Plugin

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def picture() -> Image:
    """A smooth colour picture with edges, 160 × 120."""
    y, x = np.mgrid[0:120, 0:160].astype(np.float32)
    waves = np.stack([np.sin(x / 17), np.cos(y / 11), np.sin((x + y) / 23)], axis=-1) / 4 + 0.5
    waves[40:80, 50:110] = (0.9, 0.2, 0.1)
    return waves.astype(np.float32)


@pytest.fixture(scope="session")
def denoiser() -> Plugin:
    return Plugin(registry.find("denoiser"), LocalEngine())


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return a function that plants a plugin in a folder of DARKROOM_PLUGINS, with the files it is given."""
    monkeypatch.setenv("DARKROOM_PLUGINS", str(tmp_path))

    def plant(name: str, **files: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        toml = 'api = "1.0"\ntitle = "Planted"\nsummary = "Grows."\n[checkpoints.only]\n'
        for stem, text in ({"plugin": toml} | files).items():
            (folder / f"{stem}.{'toml' if stem == 'plugin' else 'py'}").write_text(text)
        return folder

    return plant


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python on `arguments` in the project's root and return how it ended."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="session")
def app_address() -> Iterator[str]:
    """The address of the whole app, started as a visitor's server is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "app.py", "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            break
        except OSError:
            assert process.poll() is None, "the app did not start"
            time.sleep(0.25)
    yield address
    process.terminate()
    process.wait(20)
