"""Texts: read as UTF-8, written as they are, and refused with the line where they are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import texts
from core.errors import UserError
from core.kinds import Sources
from core.progress import finish


@pytest.mark.parametrize("text", texts.make_samples(), ids=["line", "empty", "scripts", "long"])
def test_a_text_is_read_as_it_was_written(text: str, tmp_path: Path) -> None:
    texts.save(text, tmp_path / "a.txt", Sources())
    assert texts.load(tmp_path / "a.txt") == text


def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\n")
    assert texts.load(tmp_path / "a.txt") == "one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"fine\n\nM\xfcller\n", "a.txt is not UTF-8 in line 3: save it as UTF-8"),
        ("Müller".encode("utf-16"), "a.txt is not UTF-8 in line 1"),
        (b"one\ntwo\0", "a.txt is no text, there is a null character in line 2: name a text file"),
        (b"x" * (texts.LARGEST + 1), "a.txt is larger than 32 MB: split it"),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(UserError, match=words):
        texts.load(tmp_path / "a.txt")


def test_a_file_that_is_not_there_or_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no\.txt does not exist: check the name"):
        texts.load(tmp_path / "no.txt")
    with pytest.raises(UserError, match="cannot be read"):
        texts.load(tmp_path)
    with pytest.raises(UserError, match=r"a\.doc does not end in the suffix of a text: use \.txt"):
        texts.check(tmp_path / "a.doc")
    with pytest.raises(UserError, match="character 3 of the text is half a surrogate pair"):
        texts.save("ab\ud800", tmp_path / "a.txt", Sources())
    assert not list(tmp_path.iterdir())


def test_letters_are_numbered_and_what_has_no_number_is_kept() -> None:
    numbers = texts.encode("Ab, İß!", "abc")
    assert numbers.tolist() == [1, 2, 0, 0, 0, 0, 0]
    assert texts.decode(numbers + (numbers > 0), "abc", "Ab, İß!") == "Bc, İß!"
    assert texts.decode(numbers[:3], "abc") == "ab "
    assert texts.encode("", "abc").shape == (0,)


def test_accuracy_is_that_of_numbers_or_of_the_most_probable_ones() -> None:
    right = np.array([1, 0, 2, 2])
    assert texts.accuracy(np.array([1, 0, 2, 1]), right) == 0.75
    assert texts.accuracy(np.eye(3)[[1, 0, 2, 2]], right) == 1


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 40])
def test_a_text_is_worked_on_in_chunks_of_one_length_that_see_what_is_beside_them(length: int) -> None:
    text, seen = ("abcdefghij" * 4)[:length], set()

    def shift(part: str) -> str:
        seen.add(len(part))
        return part[1:] + " "

    steps = []
    shifted = finish(texts.apply(shift, text, 16, margin=1), steps.append)
    assert shifted == (text[1:] + " ")[:length]
    assert seen <= {18}
    assert [each.done for each in steps] == [*range(1, len(steps) + 1)]
    finish(texts.apply(shift, "a" * 300, margin=1))
    assert max(seen) == 512 + 2  # and not of the longest chunk
