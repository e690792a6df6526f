"""Serves the app in the visitor's language: its pages when they are opened, and what handlers return later."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import gradio as gr
import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.web import sheets, translation, updates
from core.web.browser_config import LeanBlocks, with_plain_lists
from core.web.refusals import RefusingBlocks
from core.web.translation import CURRENT, ENGLISH, TABLES, Table
from core.web.updates import UpdatedBlocks

QUERY, COOKIE = "lang", "darkroom_lang"
CONFIG = re.compile(rb"window\.gradio_config = (\{.*?\});</script>", re.DOTALL)
PRELUDE = (
    "<script>window.language = {language}; window.strings = {strings};"
    'Object.defineProperty(navigator, "language", {{ get: () => window.language }});</script>'
)
QUOTED = re.compile(rb'(?<=\\")[^"\\]+(?=\\")')  # a string in a script, which is itself one of the configuration
COMPRESSION = 5
VARY = b"accept-language, cookie, accept-encoding"


class TranslatedBlocks(RefusingBlocks, UpdatedBlocks, LeanBlocks):
    """The app, whose events return words in the language of the visitor."""

    async def process_api(self, *values: Any, **options: Any) -> Any:
        """Run an event; see `gr.Blocks.process_api`."""
        token = CURRENT.set(language_of_call(options.get("request")))
        try:
            return await super().process_api(*values, **options)
        except gr.Error as error:
            if (table := TABLES.get(CURRENT.get())) is not None:  # those of components too, which no handler sees
                error.message, error.title = table.translate(str(error.message)), table.translate(error.title)
            raise
        finally:
            CURRENT.reset(token)

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """Return the values of an event's outputs, with the words of sheets beside them, translated."""
        is_shown = block_fn.api_visibility == "private"  # what an endpoint returns stays as it is, and English
        if is_shown and (given := updates.values_of(block_fn, predictions)):
            predictions = updates.predictions_of([*map(sheets.with_labels, given, block_fn.outputs)])
        values: list[Any] = await super().postprocess_data(block_fn, predictions, state)
        table = TABLES.get(CURRENT.get())
        if table is None or not is_shown:
            return values
        return [_translate_value(*pair, table) for pair in zip(block_fn.outputs, values, strict=False)]


class TranslatedPages:
    """Translates pages while they are sent, compresses them, and adds what makes browsers build them faster.

    English pages for clients that take no compressed answers, which no browser is, pass as they are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and translate and compress the answer if it is a page."""
        if scope["type"] != "http" or scope["method"] != "GET" or _is_no_page(scope["path"]):
            return await self.app(scope, receive, send)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        language = language_of(headers, scope["query_string"].decode("latin-1"))
        table, gzipped = TABLES.get(language), "gzip" in headers.get("accept-encoding", "")
        if table is None and not gzipped:
            return await self.app(scope, receive, send)
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        answer = _Answer(send, language, table, gzipped)
        return await self.app({**scope, "headers": plain}, receive, answer.send)


class _Answer:
    """The answer to a request of a page, held back until it is complete, if it is HTML."""

    def __init__(self, send: Send, language: str, table: Table | None, gzipped: bool) -> None:
        self._send, self.language, self.table, self.gzipped = send, language, table, gzipped
        self.start: Message | None = None
        self.body = b""

    async def send(self, message: Message) -> None:
        """Send a message on, or keep it until the page is complete."""
        if message["type"] == "http.response.start":
            self.start = message
            if not dict(message["headers"]).get(b"content-type", b"").startswith(b"text/html"):
                self.start = None
                await self._send(message)
        elif self.start is None:
            await self._send(message)
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self.start)

    async def _finish(self, start: Message) -> None:
        body = with_plain_lists(self.body)
        body = body if self.table is None else translate_page(body, self.language, self.table)
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        if self.gzipped:
            body = gzip.compress(body, COMPRESSION)
            headers.append((b"content-encoding", b"gzip"))
        headers += [
            (b"content-length", str(len(body)).encode()),
            (b"vary", b"accept-language, cookie, accept-encoding"),
        ]
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def translate_page(body: bytes, language: str, table: Table) -> bytes:
    """Return the HTML of a page in a language, which its scripts and Gradio's own words get too."""
    body = CONFIG.sub(lambda match: _config(match[1], table), body, count=1)
    in_scripts = {quoted.decode() for quoted in QUOTED.findall(body)}
    values = {"language": language, "strings": {text: table.texts[text] for text in in_scripts & table.texts.keys()}}
    prelude = PRELUDE.format(**{name: json.dumps(value).replace("<", "\\u003c") for name, value in values.items()})
    return body.replace(b"<head>", b"<head>" + prelude.encode(), 1)


def language_of(headers: Mapping[str, str], query: str) -> str:
    """Return the language of a visitor, given the headers of a request and the query of the page's address."""
    cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    asked = parse_qs(query).get(QUERY, [None])[-1]
    return translation.choose(asked, cookie.value if cookie else None, headers.get("accept-language", ""))


def language_of_call(request: Any) -> str:
    """Return the language of the page that an event came from: the `Referer` holds its address."""
    headers = getattr(request, "headers", None)
    if headers is None:
        return ENGLISH
    return language_of(headers, urlsplit(headers.get("referer", "")).query)


def _config(config: bytes, table: Table) -> bytes:
    translated = orjson.dumps(translation.translate_config(orjson.loads(config), table.translate))
    return b"window.gradio_config = " + translated.replace(b"<", b"\\u003c") + b";</script>"


def _translate_value(block: Any, value: Any, table: Table) -> Any:
    kind = block.get_block_name()
    if isinstance(value, dict) and value.get("__type__") == "update":
        return translation.translate_properties(kind, value, table.translate)
    return table.translate(value) if isinstance(value, str) and kind in translation.TEXT_TYPES else value


def _is_no_page(path: str) -> bool:
    """Return whether a path is that of a file or of Gradio's API."""
    return "." in path.rsplit("/", 1)[-1] or "gradio_api" in path
