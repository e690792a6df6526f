"""The status line, how long a call took, and what a visitor reads of an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest

from core.errors import HubError, UserError
from core.metadata import CheckpointError
from core.plugin import Plugin
from core.progress import PERCENT, Progress, Steps
from core.web.handlers import (
    MissingPictureError,
    Newest,
    duration,
    progress_status,
    raise_gradio_error,
    status,
    with_status,
)


@pytest.mark.parametrize(
    ("done", "seconds", "words"),
    [
        (25, 10.0, "Tile 25 of 100, 30 s left"),
        (10, 20.0, "Tile 10 of 100, 3 min 0 s left"),
        (4, 30.0, "Tile 4 of 100<"),
        (0, 8.0, "Tile 0 of 100<"),
        (90, 9.0, "Tile 90 of 100<"),
        (100, 50.0, "Tile 100 of 100<"),
    ],
)
def test_the_time_left_is_shown_once_it_can_be_estimated_and_is_not_short(
    done: int, seconds: float, words: str
) -> None:
    assert words in progress_status(Progress(done, 100, unit="Tile"), seconds)


def test_a_share_of_the_work_is_shown_in_percent() -> None:
    assert "</progress>12 %<" in progress_status(Progress(12, 100, unit=PERCENT), 0)


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

    (shown, running), (result, done) = with_status(denoiser, double, [None])(Newest(), 0, 3)
    assert (shown, result) == (3, 6)
    assert "Step 1 of 2" in running
    assert "Done in " in done


@pytest.mark.parametrize(
    ("outcome", "words"), [((1, 2, 3), "3 values"), ([], "0 values"), ("ab", "a value of type str"), (None, "NoneType")]
)
def test_a_handler_that_returns_other_values_than_it_has_outputs_is_named(
    denoiser: Plugin, outcome: Any, words: str
) -> None:
    def show(plugin: Plugin) -> Any:
        return outcome

    with pytest.raises(gr.Error, match=rf"show at test_handlers\.py:\d+ returned .*{words} for 2 outputs: return"):
        [*with_status(denoiser, show, [None, None])(Newest(), 0)]


def run_until(end: Callable[[Newest], object], plugin: Plugin) -> tuple[list[Any], list[str]]:
    """Return what a run shows that is ended during its second step, and what happened in its handler."""
    newest, log = Newest(), []

    def count(plugin: Plugin) -> Steps[tuple[int]]:
        try:
            yield Progress(1, 3, (1,))
            end(newest)
            yield Progress(2, 3, (2,))
            return (3,)
        finally:
            log.append("closed")

    return list(with_status(plugin, count, [None])(newest, newest.begin())), log


def test_a_newer_run_ends_the_older_one_which_shows_nothing_more(denoiser: Plugin) -> None:
    (first, last), log = run_until(Newest.begin, denoiser)
    assert first[0] == 1
    assert last == (gr.skip(), gr.skip())
    assert log == ["closed"]


def test_a_stopped_run_says_so(denoiser: Plugin) -> None:
    (_, (result, words)), log = run_until(Newest.stop, denoiser)
    assert result == gr.skip()
    assert "Stopped." in words
    assert log == ["closed"]


def test_a_run_that_was_ended_before_it_began_does_not_call_its_handler(denoiser: Plugin) -> None:
    newest = Newest()
    number = newest.begin()
    newest.begin()
    shown = list(with_status(denoiser, lambda plugin: pytest.fail("called"), [None])(newest, number))
    assert shown == [(gr.skip(), gr.skip())]


def test_an_error_of_a_run_that_a_newer_one_ended_is_not_shown(denoiser: Plugin) -> None:
    newest = Newest()

    def fail(plugin: Plugin) -> Any:
        newest.begin()
        raise UserError("The size is 0: use 1 to 9.")

    assert list(with_status(denoiser, fail, [None])(newest, newest.begin()))[-1][1] == gr.skip()


def test_without_a_picture_the_outputs_are_blank_and_the_status_line_asks_for_one(denoiser: Plugin) -> None:
    def fail(plugin: Plugin) -> Any:
        raise MissingPictureError("photo")

    ((result, words),) = with_status(denoiser, fail, ["blank"])(Newest(), 0)
    assert result == "blank"
    assert "There is no photo yet" in words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UserError("The size is 0: use 1 to 9."), "The size is 0: use 1 to 9."),
        (HubError("The Hub answered 503."), "cannot be downloaded at the moment"),
        (
            CheckpointError("/secret/weights are damaged."),
            "network is not available at the moment",
        ),
        (KeyError("secret"), "This is our mistake, not yours (KeyError)."),
        (SystemExit(3), "This is our mistake, not yours (SystemExit)."),
        (gr.Error("Draw something first."), "Draw something first."),
    ],
)
def test_a_visitor_reads_a_sentence_for_every_error(error: BaseException, words: str) -> None:
    with pytest.raises(gr.Error) as shown:
        raise_gradio_error(error, "denoiser_denoise")
    assert words in shown.value.message
    assert "secret" not in shown.value.message
    assert shown.value.__cause__ is not shown.value
