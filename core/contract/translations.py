"""What a plugin has not translated: `python -m core check NAME` lists it, and does not fail for it."""

from __future__ import annotations

from collections.abc import Iterator

from core.registry import Record
from core.web import translation

MOST_LISTED = 10
NONE = "{}: no translations.toml: its pages are in English"
COMPLETE = "{}: all {} texts of its pages are translated"
MISSING = "{}: {} of {} texts of its pages are not translated"
TEXT, MORE = "      {!r}", "      … and {} more"


def describe(record: Record, texts: list[str]) -> Iterator[str]:
    """Yield, for each language, whether the texts with which the pages of a plugin open are translated, or which not.

    Args:
        record: the plugin.
        texts: what its pages show when they are opened; what a handler returns later is not seen here.
    """
    if not translation.read(record.folder):
        yield NONE.format(record.name)
        return
    for language, table in translation.load([record.folder]).items():
        missing = [text for text in texts if table.find(text) is None]
        if not missing:
            yield COMPLETE.format(language, len(texts))
            continue
        yield MISSING.format(language, len(missing), len(texts))
        yield from map(TEXT.format, missing[:MOST_LISTED])
        if len(missing) > MOST_LISTED:
            yield MORE.format(len(missing) - MOST_LISTED)
