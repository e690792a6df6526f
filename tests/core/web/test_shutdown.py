"""A server that is told to end finishes what runs, refuses what is new, and exits with 0."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio_client import Client, handle_file

from core.errors import UserError
from core.imaging import images
from core.web import server
from core.web.admission import Admission
from tests.conftest import ROOT, serve


def test_a_closed_admission_refuses_new_runs_and_waits_for_those_that_run() -> None:
    admission, running, leave = Admission(), threading.Event(), threading.Event()

    def run() -> None:
        with admission.enter(1) as places:
            list(places)
            running.set()
            leave.wait(10)

    thread = threading.Thread(target=run)
    thread.start()
    assert running.wait(10)
    admission.close()
    assert not admission.wait_until_empty(0)
    with pytest.raises(UserError, match="about to restart"), admission.enter(1):
        pass
    leave.set()
    assert admission.wait_until_empty(10)
    thread.join()


def test_a_call_that_runs_at_sigterm_is_answered_and_the_server_exits_with_0(tmp_path: Path) -> None:
    photo = tmp_path / "large.png"
    images.save(np.random.default_rng(0).random((600, 900, 3), np.float32), photo)
    processes: list[Any] = []
    flags = ("--drain", "200", "--plugins", "denoiser")
    with serve(ROOT, started=processes.append, flags=flags, GRADIO_TEMP_DIR=str(tmp_path / "files")) as address:
        client = Client(address, verbose=False)
        job = client.submit(handle_file(str(photo)), api_name="/denoiser_denoise")
        while not job.outputs() and not job.done():  # before its first step it could still be refused
            threading.Event().wait(0.05)
        processes[0].terminate()
        assert images.load(job.result(timeout=120)[1]).shape == (600, 900, 3)
        assert processes[0].wait(60) == 0
    assert not [*(tmp_path / "files").iterdir()]  # neither the photo nor the result is left


def test_an_interrupt_while_the_server_starts_ends_it_quietly(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    def launch(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("HF_HUB_OFFLINE", "0")  # the server sets it where it is not set, for good
    monkeypatch.setattr(server, "_launch", launch)
    assert server.main(["--plugins", "denoiser"]) == 0
    assert "KeyboardInterrupt" not in capfd.readouterr().err
