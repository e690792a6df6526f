"""The suite as one Gradio app: a home page with a card for each plugin, and a page for each plugin."""

from __future__ import annotations

import logging
import math
import os
import re
from collections.abc import Iterable, Sequence

import gradio as gr
from gradio.routes import INTERNAL_ROUTES
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from core.engine import Engine
from core.plugin import Plugin
from core.registry import Record
from core.web import building, pages, sending
from core.web.translated_app import TranslatedBlocks

LOGGER = logging.getLogger(__name__)
CARD_FILE = "card.webp"

TITLE = "Darkroom"
TAGLINE = "Interactive demos of autoencoders, GANs and image restoration. Each builds on the ones before it."
HOME = Markup('<div class="page-title"><h1>{}</h1><p>{}</p></div><div class="demo-cards">{}</div>')
CARD = Markup(
    '<a class="demo-card" href="{path}">{picture}<div class="words"><h2>{title}</h2>{technique}<p>{summary}</p>'
    "{problem}</div></a>"
)
TECHNIQUE, PROBLEM = Markup('<p class="technique">{}</p>'), Markup('<p class="state problem">{}</p>')
PICTURE = Markup('<img alt="" loading="lazy" src="{}">')
CARDS = "cards"  # where the app serves the cards' pictures; browsers keep them, which they don't those inside the page
CACHED = {"cache-control": "public, max-age=86400"}
NO_PICTURE = Markup('<div class="blank"></div>')


def build_app(records: Iterable[Record], engine: Engine) -> TranslatedBlocks:
    """Return the app with a page for each plugin, and a home page where there are several plugins.

    A plugin that is not ready, or whose page cannot be built, gets a page with the reason; the others are not
    affected.

    Args:
        records: the plugins.
        engine: what runs their verbs.
    """
    built = [(record, *building.build(Plugin(record, engine))) for record in sorted(records, key=_position)]
    single = built[0] if len(built) == 1 else None
    title = single[0].title if single else TITLE
    paths = _paths([record for record, _, _ in built])
    app = TranslatedBlocks(title=title, analytics_enabled=False, fill_width=True)
    with app:
        app.offers = sending.offers_of(
            {
                "" if single else paths[record.name]: (record.title, getattr(page, "receiver", None))
                for record, page, _ in built
            }
        )
        if single:
            _render(single[1], single[0])
        else:
            gr.HTML(_home([_card(record, paths[record.name], problem) for record, _, problem in built]), padding=False)
    for record, page, _ in [] if single else built:
        with app.route(record.title, paths[record.name]):
            _render(page, record)
    return app


def card_routes(records: Iterable[Record]) -> list[Route]:
    """Return the routes at which the app serves the pictures of the home page's cards."""
    records = sorted(records, key=_position)
    paths = _paths(records)

    def route(record: Record) -> Route:
        def serve(request: Request) -> FileResponse:
            return FileResponse(record.folder / CARD_FILE, media_type="image/webp", headers=CACHED)

        return Route(f"/{CARDS}/{paths[record.name]}.webp", serve)

    return [route(record) for record in records if _has_picture(record)]


def _position(record: Record) -> float:
    """Return where a plugin stands on the home page and in the menu: by the `order` of its manifest, others last."""
    if record.manifest is None or record.manifest.order is None:
        return math.inf
    return record.manifest.order


def _render(page: gr.Blocks, record: Record) -> None:
    """Add `page` to the app, or a page with the error if Gradio refuses it."""
    try:
        page.render()
    except Exception as error:
        LOGGER.exception("the page of %s cannot be rendered", record.name)
        pages.message_page(record.title, f"{type(error).__name__}: {error}").render()


def _paths(records: Sequence[Record]) -> dict[str, str]:
    """Return the path of each plugin's page by the plugin's name.

    It is the name, without the characters that a path cannot hold. Underscores before it keep it apart from Gradio's
    own paths and from those of the other plugins.
    """
    paths: dict[str, str] = {}
    taken = {"", *INTERNAL_ROUTES}
    for record in records:
        path = re.sub(r"\W+", "-", record.name, flags=re.ASCII)
        while path in taken:
            path = f"_{path}"
        paths[record.name] = path
        taken.add(path)
    return paths


def _home(cards: Iterable[Markup]) -> Markup:
    """Return the HTML of the home page."""
    return HOME.format(TITLE, TAGLINE, Markup("").join(cards))


def _card(record: Record, path: str, problem: str) -> Markup:
    """Return the HTML of a plugin's card, given the path of its page and what is wrong with it, or ""."""
    manifest = record.manifest
    return CARD.format(
        path=path,
        picture=PICTURE.format(f"{CARDS}/{path}.webp") if _has_picture(record) else NO_PICTURE,
        title=record.title,
        technique=TECHNIQUE.format(manifest.technique) if manifest and manifest.technique else "",
        summary=manifest.summary if manifest else "",
        problem=PROBLEM.format(problem) if problem else "",
    )


def _has_picture(record: Record) -> bool:
    return os.access(record.folder / CARD_FILE, os.R_OK)
