"""What a plugin has not translated: `python -m core check NAME` lists it, and does not fail for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from core.registry import Record
from core.web import translation

MOST_LISTED = 10
NONE = "{}: no translations.toml: its pages are in English"
COMPLETE = "{}: all {} texts of its pages are translated"
MISSING = "{}: {} of {} texts of its pages are not translated"
TEXT, MORE = "      {!r}", "      … and {} more"
PROGRAM = """
import json, sys
from core import engine, registry, verbs
from core.plugin import Plugin
from core.web import translation
record = registry.find(sys.argv[1])
page = verbs.import_module_of(record, "interface").build_interface(Plugin(record, engine.LocalEngine()))
print(json.dumps(translation.texts_of(page.get_config_file())))
"""


def describe(record: Record) -> Iterator[str]:
    """Yield, for each language, whether the texts with which the pages of a plugin open are translated, or which not.

    What a handler returns later is not seen here.
    """
    if not translation.read(record.folder):
        yield NONE.format(record.name)
        return
    texts, tables = _texts_of(record), translation.load([record.folder])
    for language, table in tables.items():
        missing = [text for text in texts if table.find(text) is None]
        if not missing:
            yield COMPLETE.format(language, len(texts))
            continue
        yield MISSING.format(language, len(missing), len(texts))
        yield from map(TEXT.format, missing[:MOST_LISTED])
        if len(missing) > MOST_LISTED:
            yield MORE.format(len(missing) - MOST_LISTED)


def _texts_of(record: Record) -> list[str]:
    """Return the texts of a plugin's pages, built in a process of its own; none where that fails: a check says so."""
    command = [sys.executable, "-c", PROGRAM, str(record.folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    texts: list[str] = [] if ended.returncode else json.loads(ended.stdout.splitlines()[-1])
    return texts
