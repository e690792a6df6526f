"""Texts: read from and written to files in UTF-8, as numbers for networks, and worked on in chunks."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.files import check_output_of, saved
from core.kinds import Kind, Sources
from core.progress import Progress, Steps

Numbers = NDArray[np.int32]
"""Characters as numbers, see `encode`."""
SUFFIXES = (".txt",)
CHUNK, SHORTEST_CHUNK = 8192, 256  # characters
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


def encode(text: str, alphabet: str) -> Numbers:
    """Return the number of each character: its place in the alphabet, from 1; 0 for others.

    A capital letter that is not in the alphabet has the number of the small one.
    """
    numbers = {character: number for number, character in enumerate(alphabet, 1)}
    return np.array([numbers.get(each) or numbers.get(each.lower(), 0) for each in text], np.int32)


def decode(numbers: NDArray[Any], alphabet: str, text: str = "") -> str:
    """Return the characters of numbers, the reverse of `encode`.

    Args:
        numbers: (n,).
        alphabet: as for `encode`.
        text: n characters: those where the number is 0 are kept, and others are capital where these are. Left out, the
            number 0 is a space.
    """
    if not text:
        return "".join(f" {alphabet}"[number] for number in numbers)
    pairs = ((alphabet[number - 1] if number else old, old) for number, old in zip(numbers, text, strict=True))
    return "".join(new.upper() if old.isupper() else new for new, old in pairs)


def accuracy(result: NDArray[Any], right: NDArray[Any]) -> float:
    """Return the share of characters that are right, 0 to 1.

    Args:
        result: numbers (n,), or a probability of each number (n, numbers).
        right: numbers (n,).
    """
    numbers = result.argmax(-1) if result.ndim > right.ndim else result
    return float((numbers == right).mean())


def apply(function: Callable[[str], str], text: str, chunk: int = CHUNK, *, margin: int) -> Steps[str]:
    """Yield progress after each chunk of a text, then return the result of `function` for the whole.

    All chunks have the same length, so that a network is compiled once; beyond its ends, a text is spaces.

    Args:
        function: maps a text of chunk + 2 × margin characters to as many.
        text: of any length.
        chunk: characters that are kept of each result; a short text is one chunk of its own length, rounded up.
        margin: characters that `function` sees beyond each end of a chunk: as many as it needs to leave no seam.
    """
    while chunk > SHORTEST_CHUNK and chunk // 2 >= len(text):
        chunk //= 2
    padded = " " * margin + text + " " * (margin + chunk)
    starts = range(0, len(text), chunk)
    parts = []
    for done, start in enumerate(starts, 1):
        parts.append(function(padded[start : start + chunk + 2 * margin])[margin : margin + chunk])
        yield Progress(done, len(starts))
    return "".join(parts)[: len(text)]


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
