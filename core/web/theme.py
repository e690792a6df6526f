"""The suite's look: neutral grays with one red accent, system fonts, light and dark, contrast at WCAG level AA."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from gradio.themes import Base, Color

from core.registry import Record, State
from core.web import installable

LOGGER = logging.getLogger(__name__)
STYLE, FRAME = (Path(__file__).with_name(name) for name in ("style.css", "frame.css"))
SCRIPTS = Path(__file__).with_name("scripts")
PAGE_SCRIPTS = (
    "words.js",  # the others use this and the next
    "changes.js",
    "batches.js",
    "clickable.js",
    "cropping.js",
    "glossary.js",
    "gradio_words.js",
    "history.js",
    "hovering.js",  # uses clickable.js
    "language.js",
    "lessons.js",
    "links.js",
    "names.js",
    "navigation.js",
    "numbers.js",
    "results.js",
    "sending.js",
    "sheets.js",
)

# Of Android and Linux, Windows, Apple's systems, older Linux: none is fetched.
GURMUKHI = "Noto Sans Gurmukhi", "Nirmala UI", "Mukta Mahee", "Gurmukhi MN", "Raavi", "Lohit Gurmukhi"
DEVANAGARI = "Noto Sans Devanagari", "Kohinoor Devanagari", "Mangal", "Lohit Devanagari"

ACCENT = Color(
    name="safelight",
    c50="#fff1ef",
    c100="#ffdfdb",
    c200="#ffc3bc",
    c300="#ff9a8e",
    c400="#ff6f60",
    c500="#ef4a3a",
    c600="#c62f21",
    c700="#a8241a",
    c800="#86201a",
    c900="#6b1e19",
    c950="#3a0d0a",
)
NEUTRAL = Color(
    name="paper",
    c50="#faf8f7",
    c100="#f3f0ee",
    c200="#e6e1de",
    c300="#d3ccc8",
    c400="#a79f9b",
    c500="#756c69",
    c600="#574f4d",
    c700="#3d3735",
    c800="#262120",
    c900=installable.BACKGROUND,
    c950="#100d0d",
)


def load_css(records: Iterable[Record]) -> str:
    """Return the CSS of the suite, then that of each ready plugin with a `style.css` in its folder.

    All pages get all of it, so a plugin's rules must use classes of its own only. A file that cannot be read is logged
    and left out, so that the app still starts.
    """
    sheets = [STYLE.read_text(encoding="utf-8")]
    for path in (record.folder / STYLE.name for record in records if record.state is State.READY):
        try:
            if path.exists():
                sheets.append(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            LOGGER.exception("%s cannot be read", path)
    return "\n".join(sheets)


def load_head() -> str:
    """Return what is put into the head of each page: the icon for phones, and the CSS that Gradio must not change."""
    return f"{installable.HEAD}<style>{FRAME.read_text(encoding='utf-8')}</style>"


def load_scripts() -> str:
    """Return the JavaScript that runs once on each page, when Gradio has built it; each file in a scope of its own."""
    return "\n".join(f"{{\n{(SCRIPTS / name).read_text(encoding='utf-8')}\n}}" for name in PAGE_SCRIPTS)


def build_theme() -> Base:
    """Return the Gradio theme of the app."""
    fonts = ("ui-sans-serif", "system-ui", *GURMUKHI, *DEVANAGARI, "sans-serif")
    mono = ("ui-monospace", "Consolas", "monospace")
    theme = Base(primary_hue=ACCENT, secondary_hue=ACCENT, neutral_hue=NEUTRAL, font=fonts, font_mono=mono)
    return theme.set(
        body_background_fill="*neutral_100",
        body_background_fill_dark="*neutral_950",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
        block_border_width="1px",
        block_radius="14px",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_300",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        slider_color="*primary_600",
        slider_color_dark="*primary_400",
        color_accent="*primary_600",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
    )
