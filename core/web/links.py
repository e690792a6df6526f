"""Addresses of a page: `/NAME?tab=perturb&seed=3` opens that tab with that seed.

A link holds the tab and each of its controls that was changed, by the name of the handler's parameter: so it can be
read, and written by hand. It holds no pictures but examples, which are named.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
from gradio.components import Component

from core.web.components import PictureInput
from core.web.file_inputs import TextInput

LONGEST_TEXT = 500  # characters of a value
SHOW_TAB = "() => window.showTab({})"
SELECT = """() => {{
  const named = new URLSearchParams(location.search).get("tab");
  return {{ __type__: "update", ...({}.includes(named) && {{ selected: named }}) }};
}}"""  # the scripts run once the page is built
COPY = "(...values) => window.{}({}, values, {})"
FORM = gr.Slider, gr.Number, gr.Radio, gr.Checkbox, gr.CheckboxGroup, gr.Dropdown, gr.Textbox
TRUE, FALSE = "true", "false"  # as JavaScript writes them


@dataclass
class Tab:
    """A tab: its name in links, its state, true once it was opened, its title, its controls by names of parameters."""

    slug: str
    opened: gr.State
    title: str = ""
    controls: dict[str, Component] = field(default_factory=dict)

    def add(self, handler: Callable[..., Any], inputs: Sequence[Component]) -> None:
        """Add the controls among the inputs of `handler`, the first parameter of which is the plugin."""
        for name, component in zip(_names(handler, len(inputs)), inputs, strict=True):
            if isinstance(component, FORM) or getattr(component, "examples", None):
                self.controls.setdefault(name, component)


def slug(title: str) -> str:
    """Return the name of a tab in links: "conditional-cvae" for "Conditional (CVAE)"."""
    return "-".join(re.findall(r"\w+", title.lower()))


def restore(tabs: Sequence[Tab], query: Any) -> tuple[str, dict[Component, Any]]:
    """Return which tab a link opens, and the values of its controls. What a link says wrongly is left out.

    Args:
        tabs: those of the page; without one that it has, a link opens the first.
        query: the parameters of the address, a `starlette.datastructures.QueryParams`.
    """
    tab = next((tab for tab in tabs if tab.slug == query.get("tab")), tabs[0])
    values = {}
    for name, control in tab.controls.items():
        if name in query:
            try:
                values[control] = read(control, query.getlist(name))
            except ValueError:
                continue
    return tab.slug, values


def read(control: Component, texts: Sequence[str]) -> Any:
    """Return the value of a control that a link gives as `texts`, several only for a choice of several, "" for none.

    Raises:
        ValueError: if the control cannot have that value.
    """
    if isinstance(control, gr.CheckboxGroup) or getattr(control, "multiselect", False):
        return [_choose(control, text) for text in texts if text]
    if isinstance(control, TextInput) and len(texts[-1]) > LONGEST_TEXT:
        return _refuse(texts[-1])  # a part of it would be another text
    text = texts[-1][:LONGEST_TEXT]
    if isinstance(control, gr.Textbox) or (isinstance(control, gr.Dropdown) and control.allow_custom_value):
        return text
    if isinstance(control, gr.Radio | gr.Dropdown):
        return _choose(control, text)
    if isinstance(control, gr.Checkbox):
        return {TRUE: True, FALSE: False}[text] if text in (TRUE, FALSE) else _refuse(text)
    if isinstance(control, PictureInput):
        return str(next((path for path in control.examples if path.stem == text), None) or _refuse(text))
    number = float(text)
    low, high = control.minimum, control.maximum
    if not (low is None or number >= low) or not (high is None or number <= high):
        _refuse(text)
    return int(number) if number.is_integer() else number


def select_script(tabs: Sequence[Tab]) -> str:
    """Return the script whose value for `gr.Tabs` selects the tab that the address names, where there is such a one.

    In the browser, as an answer of the server may come after the visitor has chosen another tab.
    """
    return SELECT.format(json.dumps([tab.slug for tab in tabs]))


def copy_script(tabs: Sequence[Tab], done: str, function: str = "copyLink") -> str:
    """Return JavaScript that copies a link ("copyFrame": HTML that shows it), and returns `done`.

    It is given the values of `controls_of(tabs)`.
    """
    described = [
        {"tab": tab.slug, "name": name, "first": first_value(control), "examples": _example_names(control)}
        for tab in tabs
        for name, control in tab.controls.items()
    ]
    return COPY.format(function, json.dumps(described), json.dumps(done))


def controls_of(tabs: Sequence[Tab]) -> list[Component]:
    """Return the controls of all tabs, in order."""
    return [control for tab in tabs for control in tab.controls.values()]


def _names(handler: Callable[..., Any], count: int) -> list[str]:
    """Return the names of the parameters of `handler` after the plugin, the numbered ones of `*values` too."""
    names: list[str] = []
    for parameter in list(inspect.signature(handler).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_POSITIONAL:
            return [*names, *(f"{parameter.name}{i}" for i in range(1, count - len(names) + 1))]
        names.append(parameter.name)
    return names[:count]


def first_value(control: Component) -> Any:
    """Return the value that a control has at first, as links write it."""
    return None if isinstance(control, PictureInput) else control.value


def _example_names(control: Component) -> list[str] | None:
    return [path.stem for path in control.examples] if isinstance(control, PictureInput) else None


def _choose(control: Component, text: str) -> Any:
    values = {str(value).lower() if isinstance(value, bool) else str(value): value for _, value in control.choices}
    return values[text] if text in values else _refuse(text)


def _refuse(text: str) -> Any:
    raise ValueError(text)
