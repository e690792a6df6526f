"""How runs are started and stopped: what a press or a change does on the server, and which events count as a change."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr
import pytest

from core.web.handlers import Newest
from core.web.runs import Demo, events_of


def functions(lay_out: Any) -> list[Any]:
    """Return the functions of a page, as Gradio keeps them, for a demo that `lay_out` wires."""
    with gr.Blocks() as blocks:
        lay_out(Demo("denoiser_denoise", gr.HTML()))
    return list(blocks.fns.values())


def test_a_press_sets_what_the_run_depends_on_and_takes_the_next_number() -> None:
    (start,) = functions(
        lambda demo: demo.start_at(gr.Button().click, lambda x: (x + 1,), [gr.Number()], [gr.Number()])
    )
    newest = Newest()
    assert asyncio.run(start.fn(newest, 4)) == (5, 1)
    assert asyncio.run(start.fn(newest, 4)) == (5, 2)
    assert start.concurrency_limit is None  # a press never waits for a run


def test_a_press_that_fails_ends_no_run() -> None:
    def fail() -> Any:
        raise gr.Error("Draw something first.")

    (start,) = functions(lambda demo: demo.start_at(gr.Button().click, fail, [], [gr.Number()]))
    newest = Newest()
    with pytest.raises(gr.Error):
        asyncio.run(start.fn(newest))
    assert newest.number == 0


def test_stop_ends_the_run_and_says_so() -> None:
    (stop,) = functions(lambda demo: demo.stop_at(gr.Button().click))
    newest = Newest()
    number = newest.begin()
    assert "Stopped." in asyncio.run(stop.fn(newest))
    assert newest.number != number


def test_a_demo_that_nothing_starts_has_no_events() -> None:
    assert functions(lambda demo: (demo.start_at([]), demo.start_when_settled([]))) == []


def test_each_control_starts_a_run_when_it_is_changed_by_any_means() -> None:
    with gr.Blocks():
        for control, names in (
            (gr.Slider(0, 9), ["input"]),
            (gr.Number(), ["change"]),  # also when a button draws a new seed
            (gr.Radio(["a"]), ["input"]),
            (gr.Textbox(), ["submit"]),
            (gr.Image(), ["upload", "clear"]),
        ):
            assert [event.event_name for event in events_of(control)] == names
