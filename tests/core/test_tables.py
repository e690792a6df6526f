"""Tables: data frames, read from CSV files and written to them, and refused with the line where they are ragged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core import tables
from core.errors import UserError
from core.kinds import Sources


@pytest.mark.parametrize("table", tables.make_samples(), ids=["numbers", "mixed", "row", "empty"])
def test_a_table_is_read_as_it_was_written(table: Any, tmp_path: Path) -> None:
    tables.save(table, tmp_path / "a.csv", Sources())
    pd.testing.assert_frame_equal(tables.load(tmp_path / "a.csv"), table)


def test_numbers_are_read_to_the_last_bit(tmp_path: Path) -> None:
    table = pd.DataFrame({"x": [0.1 + 0.2, 1 / 3, 1e-300]})
    tables.save(table, tmp_path / "a.csv", Sources())
    assert tables.load(tmp_path / "a.csv").equals(table)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a,b\n1,x\n2,\n", [1, 2]),
        ("a,b\n1.5,x\n,y\n", [1.5, None]),
        ("a,b\nNaN,x\n2,y\n", [None, 2.0]),
        ("a,b\nNA,x\nNone,y\n", ["NA", "None"]),  # Namibia, and a name
        ("a,b\ntrue,x\nFalse,y\n", [True, False]),
        ('\n"a",b\n"one, two",x\n"line\nbreak",y\n\n', ["one, two", "line\nbreak"]),
        ("\ufeffa,b\r\n1,x\r\n", [1]),
        ("a\n\n1\n", [1]),
    ],
)
def test_columns_have_the_types_of_their_cells(text: str, column: list[Any], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(text.encode())
    read = tables.load(tmp_path / "a.csv")["a"]
    assert read.equals(pd.Series(column, name="a", dtype=read.dtype))
    assert pd.api.types.is_numeric_dtype(read) == all(isinstance(each, int | float | None) for each in column)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b"a,b\n1,2\n\n3,4,5\n",
            r"has 2 columns, and in line 4 another number of cells, 3: add what is missing",
        ),
        (b'a,b\n"x\ny",2\n3\n', r"a\.csv has 2 columns, and in line 4 another number of cells, 1"),
        (b"a,b\n\xe9,1\n", r"a\.csv is not UTF-8 in line 2: save it as UTF-8"),
        (b"a;b\n1;2\n", r"a\.csv separates its columns with semicolons in line 1: save it with commas"),
        (b"a\tb\n1\t2\n", r"with tabs in line 1"),
        (b"a,b,a\n1,2,3\n", r"a\.csv has two columns 'a' in line 1: rename one"),
        (b"\n\n", r"a\.csv is empty: its first line must name the columns"),
        (b'a,b\n1,"2\n', r"a\.csv cannot be read in line 2 \(unexpected end of data\)"),
        (b"a," * 10_000 + b"b", r"two columns 'a'"),
        (",".join(map(str, range(10_001))).encode(), r"a\.csv has more than 10,000 columns: split it"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(UserError, match=words):
        tables.load(tmp_path / "a.csv")


def test_a_table_of_too_many_cells_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(tables, "MOST_CELLS", 5)
    assert tables.parse("a,b\n1,2\n3,4\n", "it").shape == (2, 2)
    with pytest.raises(UserError, match="it has more than 5 cells: split it"):
        tables.parse("a,b\n1,2\n3,4\n5,6\n", "it")


def test_a_table_from_rows_is_what_a_file_of_them_would_hold() -> None:
    table = tables.from_rows(["n", "s"], [["1", "x"], ["", None], [2.5, 'a "b"']])
    assert table.to_dict("list") == {"n": [1.0, 2.5], "s": ["x", 'a "b"']}
    with pytest.raises(UserError, match="the table has 2 columns, and in line 3"):
        tables.from_rows(["a", "b"], [[1, 2], [3]])
