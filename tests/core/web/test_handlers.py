"""The status line, how long a call took, and what a visitor reads of an error."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from core.errors import HubError, UserError
from core.plugin import Plugin
from core.progress import Progress
from core.web.handlers import duration, progress_status, status, with_errors, with_status


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
def test_the_time_left_is_shown_once_it_can_be_estimated_and_is_not_short(
    done: int, seconds: float, words: str
) -> None:
    assert words in progress_status(Progress(done, 100), seconds)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.011, "11 ms"), (0.9996, "1.0 s"), (7.46, "7.5 s"), (59.97, "1 min 0 s"), (105.072, "1 min 45 s")],
)
def test_a_duration_has_a_unit_that_suits_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_status_line_escapes_its_message() -> None:
    assert ">&lt;b&gt; &amp; co</div>" in status("<b> & co")


def test_a_handler_returns_its_outputs_then_the_status_line(denoiser: Plugin) -> None:
    def double(plugin: Plugin, value: int) -> Any:
        yield Progress(1, 2, (value,))
        return (2 * value,)

    (shown, running), (result, done) = with_status(denoiser, double, "denoiser_double", 1)(3)
    assert (shown, result) == (3, 6)
    assert "1 of 2" in running
    assert "Done in " in done


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UserError("The size is 0: use 1 to 9."), "The size is 0: use 1 to 9."),
        (HubError("The Hub answered 503."), "cannot be downloaded at the moment"),
        (KeyError("secret"), "This is our mistake, not yours (KeyError)."),
        (SystemExit(3), "This is our mistake, not yours (SystemExit)."),
        (gr.Error("Draw something first."), "Draw something first."),
    ],
)
def test_a_visitor_reads_a_sentence_for_every_error(error: BaseException, words: str) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(gr.Error) as raised:
        with_errors(fail)()
    assert words in raised.value.message
    assert "secret" not in raised.value.message
