"""Guided lessons: each step opens a tab with settings that exist; a lesson that cannot be is refused in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from core import registry
from core.errors import UserError
from core.web import lessons
from core.web.lessons import Lesson, Step
from core.web.links import Tab

BUNDLED = [record for record in registry.discover().values() if record.folder.parent == registry.BUNDLED]


def step(tab: str = "clean", **settings: Any) -> Step:
    return Step("Title", "Text", "Question?", "Answer.", "lesson 9", "https://example.org", tab, settings)


@pytest.fixture
def tabs() -> list[Tab]:
    with gr.Blocks():
        tab = Tab("clean", gr.State(False), "Clean")
        tab.controls |= {"noise": gr.Slider(0, 75), "seen": gr.Checkbox(), "kind": gr.Radio(["a", "b"])}
    return [tab]


def test_a_step_is_a_link_to_its_tab(tabs: list[Tab]) -> None:
    lessons.check(Lesson("", [step(noise=25, seen=True, kind="b")]), tabs)
    assert step(noise=25, seen=True, kind="b").query == {"tab": "clean", "noise": "25", "seen": "true", "kind": "b"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (step("dirty"), "there is no tab 'dirty': there are clean"),
        (step(noize=3), "has no control 'noize': it has noise, seen, kind"),
        (step(noise=100), "noise cannot be 100"),
        (step(kind="c"), "kind cannot be 'c'"),
    ],
)
def test_a_step_that_the_page_cannot_show_is_refused(wrong: Step, words: str, tabs: list[Tab]) -> None:
    with pytest.raises(UserError, match=words):
        lessons.check(Lesson("", [wrong]), tabs)


@pytest.mark.parametrize(
    ("text", "words"),
    [("introduction = 1\nsteps = [", "cannot be read"), ('introduction = ""\nsteps = []', "has 0 steps: write 4 to 6")],
)
def test_a_file_that_is_no_lesson_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / lessons.FILE).write_text(text)
    with pytest.raises(UserError, match=words):
        lessons.read(tmp_path)


def test_a_plugin_without_a_lesson_needs_none(tmp_path: Path) -> None:
    assert lessons.read(tmp_path) is None


@pytest.mark.parametrize("record", BUNDLED, ids=lambda record: record.name)
def test_every_step_of_a_bundled_lesson_names_a_lesson_of_the_course(record: registry.Record) -> None:
    lesson = lessons.read(record.folder)
    for each in lesson.steps if lesson else ():
        assert each.section.startswith(("lesson 9", "lesson 10"))
        assert each.question.endswith("?")


@pytest.mark.browser
def test_a_step_sets_the_controls_and_asks_before_it_answers(browser: Any, app_address: str) -> None:
    page = browser.new_page()
    page.goto(f"{app_address}/denoiser")
    page.locator(".lesson > summary").click()
    page.locator(".lesson .set-controls").nth(2).click()
    page.wait_for_url("**step=3")
    third = page.locator(".lesson li.current")
    third.wait_for()
    assert third.locator(".answer p").is_hidden()
    third.locator(".answer summary").click()
    assert third.locator(".answer p").is_visible()
    page.wait_for_function("document.querySelector('.settings input[type=radio]:checked')?.value.includes('by hand')")
    assert page.get_by_label("number input for Noise level").input_value() == "60"
    page.emulate_media(media="print")
    page.evaluate("document.body.classList.add('printing-lesson')")
    assert third.locator(".question").is_visible()
    assert third.locator(".answer").is_hidden()
    assert page.locator(".tabs").first.is_hidden()
    page.close()
