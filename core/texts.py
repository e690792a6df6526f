"""Texts: read from and written to files in UTF-8."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Annotated

from core.errors import UserError
from core.files import check_output_of, saved
from core.kinds import Kind, Sources

SUFFIXES = (".txt",)
LARGEST = 32_000_000  # bytes of a file
BYTES_PER_MEGABYTE = 1e6


def load(path: str | Path) -> str:
    r"""Return the text in a file: lines end in "\n", whatever they end in there, and a byte order mark is left out.

    Raises:
        UserError: if the file is not text in UTF-8, or is larger than 32 MB; the message names the line.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise UserError(f"{path} does not exist: check the name.") from None
    except OSError as error:
        raise UserError(f"{path.name} cannot be read ({error.strerror}): check its permissions.") from None
    if len(content) > LARGEST:
        raise UserError(f"{path.name} is larger than {LARGEST / BYTES_PER_MEGABYTE:.0f} MB: split it.")
    return _decode(content.removeprefix(codecs.BOM_UTF8), path.name)


def save(text: str, path: Path, sources: Sources) -> None:
    """Write a text as it is, in UTF-8; the file appears complete or not at all.

    Raises:
        UserError: if the file cannot be written.
    """
    check(path)
    write(text, path)


def write(text: str, path: Path) -> None:
    """Write a text to a file of any suffix. Raises UserError if that cannot be."""
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise UserError(
            f"{path.name} cannot be written: character {error.start + 1} of the text is half a surrogate pair."
        ) from None
    with saved(path) as temporary:
        temporary.write_bytes(content)


def check(path: Path) -> None:
    """Raise UserError if no text could be saved at `path`."""
    check_output_of("a text", path, SUFFIXES)


def make_samples() -> list[str]:
    """Return short texts: none, a line, several in other scripts, and a long one."""
    scripts = "Ünïcödé, 中文, ਪੰਜਾਬੀ, עברית\n\n\t👩‍🔬 e\u0301\n"
    return ["One line.", "", scripts, "word " * 2000]


def make_large() -> str:
    """Return a text as long as a book."""
    return "A sentence of ten words, as there are many here.\n" * 10_000


def _decode(content: bytes, name: str) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise UserError(f"{name} is not UTF-8 in {_line_of(content, error.start)}: save it as UTF-8.") from None
    if "\0" in text:
        line = _line_of(content, content.index(b"\0"))
        raise UserError(f"{name} is no text, there is a null character in {line}: name a text file.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line_of(content: bytes, position: int) -> str:
    count = content.count(b"\n", 0, position)
    return f"line {count + 1}"


Text = Annotated[str, Kind("text", SUFFIXES, load, save, check, make_samples, make_large)]
