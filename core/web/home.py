"""The suite as one Gradio app: a home page with a card for each plugin, and a page of its own for each."""

from __future__ import annotations

import base64
import html
import logging
import re
from collections.abc import Iterable

import gradio as gr

from core import verbs
from core.engine import Engine
from core.plugin import Plugin
from core.registry import Record, State
from core.web import pages

LOGGER = logging.getLogger(__name__)
CARD = "card.webp"


def build_app(records: Iterable[Record], engine: Engine) -> gr.Blocks:
    """Return the app over `records`; one that is not ready, or fails while it is built, costs its own page only.

    A single plugin has the first page to itself.
    """
    built = [(record, *_build_page(Plugin(record, engine))) for record in records]
    alone = built[0] if len(built) == 1 else None
    title = alone[0].title if alone else "Darkroom"
    with gr.Blocks(title=title, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as app:
        if alone:
            _render(alone[1], alone[0])
        else:
            gr.HTML(_home([(record, problem) for record, _, problem in built]), padding=False)
    for record, page, _ in [] if alone else built:
        with app.route(record.title, _path(record)):
            _render(page, record)
    return app


def _build_page(plugin: Plugin) -> tuple[gr.Blocks, str]:
    """Return the plugin's page and an empty string, or a page that says what is wrong, and that."""
    record = plugin.record
    if record.state is not State.READY:
        return pages.message_page(record.title, record.reason), f"{record.state}: {record.reason}"
    try:
        page = verbs.import_module_of(record, "interface").build_interface(plugin)
        if not isinstance(page, gr.Blocks):
            raise TypeError(f"build_interface returned {type(page).__name__}, not gr.Blocks")
        return page, ""
    except (Exception, SystemExit) as error:  # whatever a plugin does, the others stay up
        LOGGER.exception("the page of %s cannot be built", record.name)
        problem = f"{type(error).__name__}: {error}"
        return pages.message_page(record.title, problem), problem


def _render(page: gr.Blocks, record: Record) -> None:
    try:
        page.render()
    except Exception as error:
        LOGGER.exception("the page of %s cannot be rendered", record.name)
        pages.message_page(record.title, f"{type(error).__name__}: {error}").render()


def _path(record: Record) -> str:
    """Return the plugin's path in the app: its name, unless that is what is wrong with it."""
    return re.sub(r"\W+", "-", record.name)


def _home(records: list[tuple[Record, str]]) -> str:
    cards = "".join(_card(record, problem) for record, problem in records)
    return (
        '<div class="page-title"><h1>Darkroom</h1><p>What neural networks see in pictures, to try with your own '
        f'hands.</p></div><div class="demo-cards">{cards}</div>'
    )


def _card(record: Record, problem: str) -> str:
    summary = html.escape(record.manifest.summary) if record.manifest else ""
    state = f'<p class="state {"problem" if problem else "ready"}">{html.escape(problem or record.state)}</p>'
    words = f'<div class="words"><h2>{html.escape(record.title)}</h2><p>{summary}</p>{state}</div>'
    return f'<a class="demo-card" href="{_path(record)}">{_card_picture(record)}{words}</a>'


def _card_picture(record: Record) -> str:
    try:
        data = base64.b64encode((record.folder / CARD).read_bytes()).decode()
    except OSError:  # none, or not readable: the card goes without
        return '<div class="blank"></div>'
    return f'<img alt="" src="data:image/webp;base64,{data}">'
