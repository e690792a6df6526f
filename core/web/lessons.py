"""The guided lesson of a plugin: a few steps that set the controls, and ask a question before they answer it.

It is a file, `lesson.toml`, in the plugin's folder, and needs no code: a step's settings are those of a link to its tab
(`core.web.links`). On paper, it is a hand-out of one page, without the answers.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import gradio as gr
from markupsafe import Markup

from core.errors import UserError
from core.web import links
from core.web.links import Tab

FILE = "lesson.toml"
FEWEST, MOST = 4, 6  # steps
STEP = "step"  # the parameter of the address that opens the lesson at a step
TITLE = "Guided lesson"
SET, PRINT, ANSWER = "Set the controls", "Print as a hand-out", "Show the answer"
COURSE = "AI for Beginners: "
NOT_READ = "{} cannot be read: {}."
WRONG_COUNT = "{} has {} steps: write 4 to 6."
NO_TAB = "{}, step “{}”: there is no tab {!r}: there are {}."
NO_CONTROL = "{}, step “{}”: the tab {!r} has no control {!r}: it has {}."
WRONG_VALUE = "{}, step “{}”: {} cannot be {!r}."
LESSON = Markup(
    '<details class="lesson"><summary>{title}</summary><p>{introduction}</p><ol>{steps}</ol>'
    '<button type="button" class="print-lesson">{print}</button></details>'
)
ITEM = Markup(
    '<li><h3>{title}</h3><p>{text}</p><p><a class="set-controls" href="?{query}">{set}</a></p>'
    '<p class="question">{question}</p><details class="answer"><summary>{show}</summary><p>{answer}</p></details>'
    '<p class="section">{course}<a href="{url}" target="_blank" rel="noopener">{section}</a></p></li>'
)


@dataclass(frozen=True)
class Step:
    """One step of a lesson.

    Attributes:
        title: what it is about.
        text: what to look at.
        question: to think about before the answer.
        answer: the answer.
        section: the section of the course that it belongs to.
        url: where that is.
        tab: the tab that it opens, as links name it.
        settings: the values of controls, by the names of the handler's parameters.
    """

    title: str
    text: str
    question: str
    answer: str
    section: str
    url: str
    tab: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address that opens the tab with the settings."""
        return {"tab": self.tab, **{name: _written(value) for name, value in self.settings.items()}}


@dataclass(frozen=True)
class Lesson:
    """A lesson: what it is about, and its steps."""

    introduction: str
    steps: Sequence[Step]


def read(folder: Path) -> Lesson | None:
    """Return the lesson of the plugin in a folder; None where it has none.

    Raises:
        UserError: if the file is no lesson of 4 to 6 steps.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        shared = {name: content[name] for name in ("url",) if name in content}
        lesson = Lesson(content["introduction"], [Step(**shared | step) for step in content["steps"]])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise UserError(NOT_READ.format(path, error)) from None
    if not FEWEST <= len(lesson.steps) <= MOST:
        raise UserError(WRONG_COUNT.format(path, len(lesson.steps)))
    return lesson


def check(lesson: Lesson, tabs: Sequence[Tab]) -> None:
    """Raise UserError if a step names a tab or a control that the page does not have, or a value that is refused."""
    by_slug = {tab.slug: tab for tab in tabs}
    for step in lesson.steps:
        if step.tab not in by_slug:
            raise UserError(NO_TAB.format(FILE, step.title, step.tab, ", ".join(by_slug)))
        controls = by_slug[step.tab].controls
        for name in step.settings:
            if name not in controls:
                raise UserError(NO_CONTROL.format(FILE, step.title, step.tab, name, ", ".join(controls)))
            try:
                links.read(controls[name], [step.query[name]])
            except ValueError:
                raise UserError(WRONG_VALUE.format(FILE, step.title, name, step.settings[name])) from None


def lay_out(lesson: Lesson) -> None:
    """Lay out the lesson, folded, or open at the step that the address names (`scripts/lessons.js`)."""
    steps = Markup("").join(_item(step, number) for number, step in enumerate(lesson.steps, 1))
    shown = LESSON.format(title=TITLE, introduction=lesson.introduction, steps=steps, print=PRINT)
    gr.HTML(shown, padding=False, elem_classes="lesson-block")


def _written(value: Any) -> str:
    """Return a value as links write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _item(step: Step, number: int) -> Markup:
    query = urlencode({**step.query, STEP: number})
    words = {name: getattr(step, name) for name in ("title", "text", "question", "answer", "section", "url")}
    return ITEM.format(**words, query=query, set=SET, show=ANSWER, course=COURSE)
