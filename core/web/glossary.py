"""The glossary of a page: the first occurrence of a term in a text becomes a button that opens its explanation.

A table is a file, `glossary.toml`, of core and of each plugin that has one: terms, with an explanation of a sentence or
two, and other words for the same, separated by "|". The page holds the explanations as popovers, which browsers close
at Escape or a click elsewhere; `scripts/glossary.js` finds the terms, in the language of the page, and makes the
buttons. On paper, those of the lesson are a list below it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from markupsafe import Markup

from core.errors import UserError

FILE = "glossary.toml"
TITLE = "Glossary"
NOT_READ = "{} cannot be read: {}."
GLOSSARY = Markup('<section class="glossary"><h2>{}</h2>{}</section>')
ENTRY = Markup(
    '<div popover role="note" class="explanation" id="term-{slug}"><dfn>{name}</dfn><p>{text}</p>'
    '<span class="also" hidden>{also}</span></div>'
)


@dataclass(frozen=True)
class Term:
    """A term, what it means, and other words for the same, separated by "|"."""

    name: str
    text: str
    also: str = ""

    @property
    def slug(self) -> str:
        """The term as a part of an HTML id."""
        return re.sub(r"[\W_]+", "-", self.name.lower())


def read(folder: Path) -> list[Term]:
    """Return the terms that a folder explains; none where it has no table.

    Raises:
        UserError: if the table cannot be read.
    """
    path = folder / FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return [Term(name, **entry) for name, entry in content.items()]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise UserError(NOT_READ.format(path, error)) from None


def lay_out(folder: Path) -> None:
    """Lay out the glossary of the plugin in a folder: core's terms, and its own in their place or beside them."""
    terms = {term.name: term for term in [*read(Path(__file__).parent), *read(folder)]}
    gr.HTML(_render(terms.values()), padding=False, elem_classes="glossary-block")


def _render(terms: Iterable[Term]) -> Markup:
    entries = (ENTRY.format(slug=term.slug, name=term.name, text=term.text, also=term.also) for term in terms)
    return GLOSSARY.format(TITLE, Markup("").join(entries))
