"""The suite as one Gradio app: a home page with a card for each plugin, and a page of its own for each."""

from __future__ import annotations

import base64
import html
import logging
from collections.abc import Iterable

import gradio as gr

from core import engine, pages
from core.engine import Engine
from core.plugin import Plugin
from core.registry import Record, State

LOGGER = logging.getLogger(__name__)
CARD = "card.webp"


def build_app(records: Iterable[Record], engine: Engine) -> gr.Blocks:
    """Return the app over `records`; one that is not ready, or fails while it is built, costs its own page only."""
    records = list(records)
    built = {record.name: _build_page(Plugin(record, engine)) for record in records}
    problems = {name: problem for name, (_, problem) in built.items() if problem}
    with gr.Blocks(title="Darkroom", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as app:
        gr.HTML(_home(records, problems), padding=False)
    for record in records:
        with app.route(record.title, record.name):
            built[record.name][0].render()
    return app


def _build_page(plugin: Plugin) -> tuple[gr.Blocks, str]:
    """Return the plugin's page and an empty string, or a page that says what is wrong, and that."""
    record = plugin.record
    if record.state is not State.READY:
        return pages.message_page(record.title, record.reason), f"{record.state}: {record.reason}"
    try:
        page = engine.import_part(record, "interface").build_interface(plugin)
        if not isinstance(page, gr.Blocks):
            raise TypeError(f"build_interface returned {type(page).__name__}, not gr.Blocks")
        return page, ""
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: whatever a plugin does, the others stay up
        LOGGER.exception("the page of %s cannot be built", record.name)
        problem = f"{type(error).__name__}: {error}"
        return pages.message_page(record.title, problem), problem


def _home(records: list[Record], problems: dict[str, str]) -> str:
    cards = "".join(_card(record, problems.get(record.name, "")) for record in records)
    return (
        '<div class="page-title"><h1>Darkroom</h1><p>What neural networks see in pictures, to try with your own '
        f'hands.</p></div><div class="demo-cards">{cards}</div>'
    )


def _card(record: Record, problem: str) -> str:
    summary = html.escape(record.manifest.summary) if record.manifest else ""
    state = f'<p class="state">{html.escape(problem)}</p>' if problem else ""
    words = f'<div class="words"><h2>{html.escape(record.title)}</h2><p>{summary}</p>{state}</div>'
    return f'<a class="demo-card" href="{record.name}">{_card_picture(record)}{words}</a>'


def _card_picture(record: Record) -> str:
    path = record.folder / CARD
    if not path.exists():
        return '<div class="blank"></div>'
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img alt="" src="data:image/webp;base64,{data}">'
