"""Fixtures and helpers that several tests share: a local Hub, an image, plugins to break, a running app, a browser."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.local_hub import OWNER, Hub

HUB = Hub()
FOLDERS = [tempfile.TemporaryDirectory(prefix="darkroom-tests-", ignore_cleanup_errors=True) for _ in range(2)]
os.environ |= {  # set before huggingface_hub is imported and reads them: no test talks to the real Hub
    "HF_ENDPOINT": HUB.endpoint,
    "HF_HOME": FOLDERS[0].name,
    "HF_TOKEN": OWNER,
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",  # gradio_client's
    "HF_HUB_DOWNLOAD_TIMEOUT": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DARKROOM_CACHE": FOLDERS[1].name,  # what is found broken here stays here
}

from benchmarks import browsers  # noqa: E402
from core import registry  # noqa: E402
from core.engine import LocalEngine  # noqa: E402
from core.imaging.images import Image  # noqa: E402
from core.plugin import Plugin  # noqa: E402

ROOT = Path(__file__).parent.parent
PATIENCE = 120_000.0  # milliseconds
FAKE_CAMERA = "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"
# What JAX runs here is small: compiling it with all of XLA's optimizations takes longer than running it without.
QUICK_COMPILER = {"XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"}
QUICK_BACKEND = "numpy"  # of Keras, in processes that compute little: it is imported in half of TensorFlow's time

LONG_MARKS = ("backend", "browser", "slow", "timeout")


@pytest.hookimpl(trylast=True)  # after those that do not run are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that the workers end at about the same time."""
    long = {item.path for item in items if any(item.get_closest_marker(mark) for mark in LONG_MARKS)}
    items.sort(key=lambda item: item.path not in long)


def pytest_unconfigure() -> None:
    """Remove the folders of this process: those of a worker too, which ends without Python's own clean-up."""
    for folder in FOLDERS:
        folder.cleanup()


@pytest.fixture(autouse=True)
def pages_without_apps() -> None:
    """Keep Gradio from making two web apps for each page that a test builds, 0.3 s, once a test has imported it."""
    gradio = sys.modules.get("gradio")
    if gradio is None or hasattr(gradio.Blocks.__exit__, "__wrapped__"):
        return
    from gradio.routes import App

    def without_app(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(*values: Any, **settings: Any) -> Any:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(App, "create_app", staticmethod(lambda *_, **__: None))
                return method(*values, **settings)

        return run

    for name in ("__exit__", "queue"):
        setattr(gradio.Blocks, name, without_app(getattr(gradio.Blocks, name)))


@pytest.fixture
def ctrl_c_handled() -> Iterator[None]:
    """Handle SIGINT as Python does by default: a process that a shell starts in the background ignores it."""
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, previous)


@pytest.fixture(scope="session")
def picture() -> Image:
    """A smooth color image with edges, (120, 160, 3)."""
    y, x = np.mgrid[0:120, 0:160].astype(np.float32)
    waves = np.stack([np.sin(x / 17), np.cos(y / 11), np.sin((x + y) / 23)], axis=-1) / 4 + 0.5
    waves[40:80, 50:110] = (0.9, 0.2, 0.1)
    return waves.astype(np.float32)


@pytest.fixture(scope="session")
def denoiser() -> Plugin:
    return Plugin(registry.find("denoiser"), LocalEngine(precision="float32"))


@pytest.fixture
def eagerly() -> Iterator[None]:
    """Run TensorFlow's functions as Python does: tracing a training step takes longer than a few small steps."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # that data sets are traced nevertheless
        yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def train_twice(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Path, Path]]:
    """Return a function that trains twice: killed after two epochs and resumed, and uninterrupted.

    It takes a plugin's name, `train` and `Config`, and a folder for the runs; it returns both checkpoints' folders.
    """
    from core.training import callbacks, runs

    def train_twice(name: str, train: Any, config: Any, folder: Path) -> tuple[Path, Path]:
        killed, uninterrupted = (runs.Run.start(name, config, folder) for _ in range(2))
        save, seen = callbacks.Backup.on_epoch_end, []

        def kill(self: Any, epoch: int, logs: Any = None) -> None:
            save(self, epoch, logs)
            seen.append(epoch)
            if len(seen) == 2:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(callbacks.Backup, "on_epoch_end", kill)
            with pytest.raises(KeyboardInterrupt):
                train(config, killed)
            train(config, killed)
        assert seen == [*range(config.epochs)]  # no epoch twice
        train(config, uninterrupted)
        return killed.checkpoint, uninterrupted.checkpoint

    return train_twice


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The local Hub and the cache, both empty; the client is logged in as alice, and retries at once."""
    from huggingface_hub import constants, file_download
    from huggingface_hub.utils import _http

    from core.hub import errors

    HUB.clear()
    clock = SimpleNamespace(**vars(time) | {"sleep": lambda seconds: None})
    for module in (_http, file_download):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(errors, "_wait_seconds", lambda state: 0)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    return HUB


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Yield a function that writes a plugin with the given files into a folder of DARKROOM_PLUGINS."""
    monkeypatch.setenv("DARKROOM_PLUGINS", str(tmp_path))

    def plant(name: str, **files: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        toml = 'api = "1.0"\ntitle = "Planted"\nsummary = "A test."\n[checkpoints.only]\n'
        for stem, text in ({"plugin": toml} | files).items():
            (folder / f"{stem}.{'toml' if stem == 'plugin' else 'py'}").write_text(text)
        return folder

    yield plant
    planted = [f"plugins.{path.name}" for path in tmp_path.iterdir() if not (registry.BUNDLED / path.name).exists()]
    for module in [name for name in sys.modules if ".".join(name.split(".")[:2]) in planted]:
        del sys.modules[module]  # another test may plant a plugin of the same name


@pytest.fixture
def copied_denoiser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> registry.Record:
    """The record of a copy of the denoiser, the files of which may be changed."""
    shutil.copytree(ROOT / "plugins" / "denoiser", tmp_path / "plugins" / "denoiser")
    monkeypatch.setattr(registry, "BUNDLED", tmp_path / "plugins")
    return registry.find("denoiser")


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with `arguments` in the project's root, and return the completed process."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | QUICK_COMPILER | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@contextmanager
def serve(
    folder: Path,
    python: str | Path = sys.executable,
    started: Callable[[subprocess.Popen[bytes]], object] = lambda process: None,
    flags: Sequence[str] = (),
    **environment: str,
) -> Iterator[str]:
    """Run the app in `folder` in a process of its own, call `started` with that, and yield its URL once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ports = {"GRADIO_SERVER_PORT": str(port), "GRADIO_SERVER_NAME": "127.0.0.1"}
    command = [str(python), "app.py", "--precision", "float32", *flags]  # as `denoiser`: the same on every processor
    process = subprocess.Popen(command, cwd=folder, env=os.environ | ports | environment, stdout=subprocess.DEVNULL)
    started(process)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, "the app did not start"
                time.sleep(0.25)
        yield address
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="session")
def app_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the whole app, with a plugin that cannot run, and one of all kinds of files, among the others."""
    planted = tmp_path_factory.mktemp("planted")
    (planted / "withered").mkdir()
    (planted / "withered" / "plugin.toml").write_text('api = "9.0"\ntitle = "Withered"\nsummary = "x"\n[checkpoints.x]')
    with serve(ROOT, DARKROOM_PLUGINS=f"{planted}{os.pathsep}{ROOT / 'tests' / 'planted'}") as address:
        yield address


def patiently(open_one: Callable[..., Any]) -> Callable[..., Any]:
    """Return `open_one`, of a page or a context, which then waits for long: a busy machine is no failure."""

    def open_patient(**options: Any) -> Any:
        opened = open_one(**options)
        opened.set_default_timeout(PATIENCE)
        return opened

    return open_patient


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright. Ends with the module: `asyncio.run` fails while it runs."""
    executable = browsers.find()
    if not executable:
        pytest.skip(browsers.MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", *FAKE_CAMERA])
        for name in ("new_page", "new_context"):
            setattr(browser, name, patiently(getattr(browser, name)))
        yield browser
        browser.close()
