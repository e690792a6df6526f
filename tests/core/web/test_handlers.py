"""The status line: how far a call is, and how long it still takes."""

from __future__ import annotations

import pytest

from core.progress import Progress
from core.web.handlers import progress_status


@pytest.mark.parametrize(
    ("done", "seconds", "words"),
    [
        (25, 10.0, "25 of 100, 30 s left"),
        (4, 30.0, "4 of 100<"),
        (0, 8.0, "0 of 100<"),
        (90, 9.0, "90 of 100<"),
        (100, 50.0, "100 of 100<"),
    ],
)
def test_the_time_left_is_told_once_it_is_known_and_worth_telling(done: int, seconds: float, words: str) -> None:
    assert words in progress_status(Progress(done, 100), seconds)
