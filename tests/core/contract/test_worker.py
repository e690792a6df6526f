"""A check fails that leaves a thread, or what plugins share other than before."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import pytest

from core import registry
from core.contract import worker
from core.registry import Record


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Record:
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.start)  # restores it
    monkeypatch.setattr(worker, "LINGERING", 0.05)
    worker.note_starts_of_threads(Path(__file__).parent)
    return registry.find("denoiser")


@pytest.fixture
def over() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_thread_that_goes_on_fails_the_check_with_the_line_that_started_it(record: Record, over: Any) -> None:
    def check(record: Record) -> None:
        """Check."""
        threading.Thread(target=over.wait).start()

    found = worker.watched(check, record)
    assert found.problem.startswith("test_worker.py:36: the thread that it starts goes on: make it a daemon thread")
    assert found.is_tainted


def test_a_daemon_thread_and_one_that_ends_do_no_harm(record: Record, over: Any) -> None:
    def check(record: Record) -> None:
        """Check."""
        threading.Thread(target=over.wait, daemon=True).start()
        threading.Thread(target=int).start()

    assert worker.watched(check, record)[:2] == ("Check.", "")


def test_a_setting_that_is_changed_fails_the_check_and_is_restored(record: Record) -> None:
    before = keras.config.epsilon()
    found = worker.watched(lambda record: keras.config.set_epsilon(0.5), record)
    assert found.problem == "the plugin changes keras.config.epsilon: restore it where it was changed"
    assert found.is_tainted
    assert keras.config.epsilon() == before
