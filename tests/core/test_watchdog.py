"""What takes long is named in the log."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import pytest

from core import watchdog
from core.watchdog import TimeLimitError, limited, watched


def test_what_takes_long_is_named_with_its_line(caplog: Any) -> None:
    with caplog.at_level(logging.WARNING), watched("building the page of slow", "slow", Path(__file__).parent, 0.01):
        while not caplog.records:
            time.sleep(0.01)
    assert "building the page of slow takes longer than 0 s, at test_watchdog.py:" in caplog.text
    assert "python -m core check slow" in caplog.text


def test_what_is_quick_is_not(caplog: Any) -> None:
    with watched("building", "quick", Path(__file__).parent, 0.05):
        pass
    time.sleep(0.1)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def loop_and_catch(seen: list[BaseException]) -> None:
    while True:
        try:
            time.sleep(60)
        except BaseException as error:
            seen.append(error)
            if len(seen) == 3:
                raise


def test_what_never_ends_is_ended_even_if_it_catches_errors(monkeypatch: Any) -> None:
    monkeypatch.setattr(watchdog, "AGAIN", 0.05)
    seen: list[BaseException] = []
    with (
        pytest.raises(TimeLimitError, match=r"than 0 s, at test_watchdog.py:\d+"),
        limited(0.05, Path(__file__).parent),
    ):
        loop_and_catch(seen)
    time.sleep(0.2)  # nothing comes afterwards
    assert len(seen) == 3
