"""Translations of what pages say: a table in core, and in each plugin that has one; the English text is the key.

A table is a file, `translations.toml`, of English sentences, each with its translations by language. A key may be a
template as Python's `str.format` takes it, as the plugin's own constant is: "Done in {}." matches "Done in 3.2 s.".
What a field matches is looked up too, a list of such values with commas one by one. A key in bold translates the text
without it as well. What has no translation stays English as a whole: never a part of a sentence.
"""

from __future__ import annotations

import html
import re
import string
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from core.errors import UserError

FILE = "translations.toml"
LANGUAGES = {"en": "English", "pa": "ਪੰਜਾਬੀ", "hi": "हिन्दी", "fr": "Français", "es": "Español"}
ENGLISH = "en"
CURRENT: ContextVar[str] = ContextVar("language", default=ENGLISH)  # of the visitor whose call runs

TABLES: dict[str, Table] = {}  # of the app that is served, by language

IN_ENGLISH = "in-english"  # CSS class: what is not translated, such as a model card
TEXT_PROPERTIES = "info", "placeholder", "before", "after", "html_template"
TEXT_TYPES = "button", "downloadbutton", "html", "markdown"  # whose values are words
SEGMENT = re.compile(r"(?<=>)[^<>]+(?=<)|(?<=(?:label|title)=\")[^\"<>]+(?=\")|(?<=alt=\")[^\"<>]+(?=\")")
FIELD = re.compile(r"\{(\w*)[^{}]*\}")
BOLD, LINE = "**", "\n"
FRENCH_SPACE, NO_BREAK = re.compile(r" (?=[:;?!»])|(?<=«) "), "\u00a0"
SEPARATOR = ", "  # of a list of values in a field

LONGEST, DEPTH = 4000, 3  # characters of a text that is compared with templates; templates within templates

Translate = Callable[[str], str]


class Template:
    """A template as `str.format` takes it, each of whose fields matches some text, the first as little as possible.

    A regular expression with as many wildcards could take time that grows with a high power of the length.
    """

    def __init__(self, text: str) -> None:
        parsed = [*string.Formatter().parse(text)]
        self.fields = [field for _, field, _, _ in parsed if field is not None]
        self._literals = [literal for literal, *_ in parsed]
        if parsed[-1][1] is not None:  # it ends with a field
            self._literals.append("")

    def match(self, text: str) -> list[str] | None:
        """Return what the fields match, in their order; None where the text is no filled template."""
        first, *middle, last = self._literals
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last):
            return None
        start, found = len(first), []
        for literal in middle:
            place = text.find(literal, start + 1, end)
            if place < 0:
                return None
            found.append(text[start:place])
            start = place + len(literal)
        return [*found, text[start:end]] if start < end else None


class Table:
    """The translations of one language.

    Args:
        texts: translations by English text or template.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        plain = {key.replace(BOLD, ""): value.replace(BOLD, "") for key, value in texts.items() if BOLD in key}
        self.texts = dict(texts) | {key: value for key, value in plain.items() if key not in texts}
        self._templates = [
            (Template(key), FIELD.sub(r"{\1}", value))
            for key, value in sorted(self.texts.items(), key=lambda item: -len(FIELD.sub("", item[0])))
            if FIELD.search(key)
        ]  # of those that match, the one with the most words of its own is meant

    def translate(self, text: str) -> str:
        """Return the translation of a text, of Markdown by paragraphs, of HTML between its tags; else the text."""
        is_html = text.lstrip().startswith("<")  # of which a field of a template must not match several parts
        if (found := self.texts.get(text) if is_html else self.find(text)) is not None:
            return found
        if "\n\n" in text:
            return "\n\n".join(map(self.translate, text.split("\n\n")))
        if "<" in text:
            return SEGMENT.sub(lambda match: self._translate_segment(match[0]), text)
        return text

    def find(self, text: str, depth: int = DEPTH) -> str | None:
        """Return the translation of a whole text; None where there is none, or it is too long to fill a template.

        `depth` is how many templates may be within another: a text may hold whatever a client has sent.
        """
        if (exact := self.texts.get(text)) is not None:
            return exact
        if not depth or len(text) > LONGEST:
            return None
        for template, translation in self._templates:
            if (matched := template.match(text)) is not None:
                values = [self._translate_value(value, depth - 1) for value in matched]
                named = {name: value for name, value in zip(template.fields, values, strict=True) if name}
                return translation.format(*values, **named)
        return None

    def _translate_value(self, value: str, depth: int) -> str:
        """Return the translation of what a field of a template matches: of all of it, or of each part of a list."""
        if (exact := self.texts.get(value)) is not None:
            return exact
        parts = [self.find(each, depth) for each in value.split(SEPARATOR)]
        known = [part for part in parts if part is not None]
        return SEPARATOR.join(known) if len(known) == len(parts) else self.find(value, depth) or value

    def _translate_segment(self, segment: str) -> str:
        """Return the translation of what stands between two tags, with the spaces around it."""
        stripped = segment.strip()
        found = self.find(html.unescape(stripped)) if stripped else None
        return segment if found is None else segment.replace(stripped, html.escape(found))


def load(folders: Iterable[Path]) -> dict[str, Table]:
    """Return the tables by language, of core and of the plugins in `folders`; English has none."""
    texts: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES if language != ENGLISH}
    for folder in (Path(__file__).parent, *folders):
        for text, translations in read(folder).items():
            for language in texts.keys() & translations.keys():
                texts[language][text] = _typeset(translations[language], language)
    return {language: Table(each) for language, each in texts.items()}


def _typeset(text: str, language: str) -> str:
    """Return a text whose punctuation no line begins or ends with: in French, spaces stand before and within it."""
    return FRENCH_SPACE.sub(NO_BREAK, text) if language == "fr" else text


def gradio_words() -> dict[str, dict[str, Any]]:
    """Return Gradio's own words by language, for those that it does not have itself."""
    files = sorted(Path(__file__).parent.glob("gradio_*.toml"))
    return {file.stem.removeprefix("gradio_"): tomllib.loads(file.read_text(encoding="utf-8")) for file in files}


def read(folder: Path) -> dict[str, dict[str, str]]:
    """Return the translations of a text by language, by the text; none where there is no table.

    Raises:
        UserError: if the table cannot be read.
    """
    path = folder / FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}.") from None


def choose(query: str | None, cookie: str | None, accepted: str) -> str:
    """Return the language of a visitor: asked for by the address, or chosen before, or the browser's.

    Args:
        query: the parameter `lang` of the address.
        cookie: what the visitor chose in the menu.
        accepted: the browser's header Accept-Language.
    """
    browser = [each.split(";")[0].split("-")[0].strip() for each in accepted.split(",")]
    return next((each for each in (query, cookie, *browser) if each in LANGUAGES), ENGLISH)


def translate_properties(kind: str, properties: dict[str, Any], translate: Translate) -> dict[str, Any]:
    """Return the properties of a component, or of an update of it, with their words translated.

    Args:
        kind: of component, as Gradio's configuration calls it.
        properties: by name.
        translate: returns the translation of a text.
    """
    changed: dict[str, Any] = {}
    if isinstance(inner := properties.get("props"), dict):  # those of a component of our own
        changed["props"] = translate_properties("", inner, translate)
    names = [*TEXT_PROPERTIES, *(["value"] if kind in TEXT_TYPES else [])]
    changed |= {name: translate(text) for name in names if isinstance(text := properties.get(name), str)}
    if isinstance(label := properties.get("label"), str):
        changed["label"] = LINE.join(map(translate, label.split(LINE)))  # that of a sheet is followed by its rows'
    if isinstance(choices := properties.get("choices"), list):
        changed["choices"] = [_translate_choice(choice, translate) for choice in choices]
    if isinstance(tabs := properties.get("initial_tabs"), list):
        changed["initial_tabs"] = [tab | {"label": translate(tab["label"])} if tab else tab for tab in tabs]
    return properties | changed


def translate_config(config: dict[str, Any], translate: Translate) -> dict[str, Any]:
    """Return Gradio's configuration of a page with the words of its components and of the menu translated."""
    components = [
        each | {"props": translate_properties(each["type"], each["props"], translate)} for each in config["components"]
    ]
    pages = [[page[0], translate(page[1]), *page[2:]] for page in config.get("pages", [])]
    return config | {"components": components, "pages": pages}


def texts_of(config: dict[str, Any]) -> list[str]:
    """Return the texts that a page shows when it is opened: those that a table would have to hold."""
    found: list[str] = []

    def note(text: str) -> str:
        found.extend(_parts_of(text))
        return text

    hidden = set(_hidden(config["layout"], {each["id"]: each["props"] for each in config["components"]}))
    shown = [each for each in config["components"] if each["id"] not in hidden]
    translate_config(config | {"components": shown}, note)
    return list(dict.fromkeys(found))


def _hidden(layout: dict[str, Any], properties: Mapping[int, dict[str, Any]], inside: bool = False) -> Iterator[int]:
    """Yield the components in a layout that endpoints have, which are in hidden columns, or that stay in English."""
    own = properties.get(layout.get("id", -1), {})
    inside = inside or (own.get("visible") is False and bool(layout.get("children")))
    inside = inside or IN_ENGLISH in (own.get("elem_classes") or [])
    if inside:
        yield layout["id"]
    for child in layout.get("children") or []:
        yield from _hidden(child, properties, inside)


def _parts_of(text: str) -> Iterator[str]:
    """Yield what `Table.translate` looks up of a text, without what has no words."""
    is_html = text.lstrip().startswith("<")
    segments = map(html.unescape, SEGMENT.findall(text)) if is_html else text.split("\n\n")
    texts = (each.strip() for each in segments if "${" not in each)  # which is code of Gradio's
    yield from (text for text in texts if re.search(r"[^\W\d_]{2}", text))


def _translate_choice(choice: Any, translate: Translate) -> Any:
    return (
        [translate(choice[0]), *choice[1:]]
        if isinstance(choice, list | tuple) and isinstance(choice[0], str)
        else choice
    )
