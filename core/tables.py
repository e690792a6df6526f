"""Tables: pandas data frames, read from and written to CSV files.

A file is UTF-8, its columns are separated by commas, and its first line names them. Columns of numbers hold numbers,
and of true and false booleans; all others hold strings. An empty cell, or NaN, is a missing value. The index of a data
frame is not written.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from core import texts
from core.errors import UserError
from core.files import check_output_of
from core.kinds import Kind, Sources

if TYPE_CHECKING:
    from pandas import DataFrame as DataFrame
else:
    DataFrame = Any  # pandas is imported when it is needed: `python -m core list` starts in a fraction of its time

csv.field_size_limit(texts.LARGEST)  # of the whole process; 131,072 characters are few for a text in a cell
SUFFIXES = (".csv",)
MISSING = ("", "NaN", "nan")  # not NA, None and null, as pandas has it: they are abbreviations and names, too
MOST_COLUMNS, MOST_CELLS = 10_000, 5_000_000
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs"}
SAMPLES = (
    "x,y\n0.5,1\n-1,2\n2,3\n8.5,4\n",
    '"Größe, 名",x\n"a, b",1.5\n"say ""c""",\n,0\n"ਪੰਜਾਬੀ\nz",-2\n',
    "x,y\n0.5,1\n",
    "x,y\n",
)
EMPTY = "{} is empty: its first line must name the columns."
SEPARATED = "{} separates its columns with {} in line 1: save it with commas."
TWICE = "{} has two columns {!r} in line 1: rename one."
RAGGED = (
    "{} has {} columns, and in line {} another number of cells, {}: add what is missing, or quote cells with commas."
)
TOO_LARGE = "{} has more than {:,} {}: split it."
BROKEN = "{} cannot be read in line {} ({}): save it as CSV again."


def load(path: str | Path) -> DataFrame:
    """Return the table in a CSV file.

    Raises:
        UserError: if the file is not UTF-8, a row has more or fewer values than there are columns, two columns have the
            same name, or it has more than 10,000 columns or 5 million cells; the message names the line.
    """
    path = Path(path)
    return parse(texts.load(path), path.name)


def parse(text: str, name: str) -> DataFrame:
    """Return the table in a text as CSV; see `load`.

    Args:
        text: with lines that end in a line feed.
        name: what messages call it.
    """
    import pandas as pd

    _check(_rows(text, name), name)
    return pd.read_csv(StringIO(text), keep_default_na=False, na_values=list(MISSING), low_memory=False)


def from_rows(columns: Sequence[Any], rows: Iterable[Sequence[Any]], name: str = "the table") -> DataFrame:
    """Return a table as a file of these values would hold it: columns of numbers hold numbers, even from strings.

    Rows without any value are left out.

    Raises:
        UserError: as `load` does.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    filled = (row for row in rows if any(value not in (None, "") for value in row))
    writer.writerows([columns, *filled])
    return parse(text.getvalue(), name)


def save(table: DataFrame, path: Path, sources: Sources) -> None:
    """Write a table as CSV, without its index; it appears complete or not at all.

    Raises:
        UserError: if the file cannot be written.
    """
    check(path)
    texts.write(table.to_csv(index=False, lineterminator="\n"), path)


def check(path: Path) -> None:
    """Raise UserError if no table could be saved at `path`."""
    check_output_of("a table", path, SUFFIXES)


def make_samples() -> list[DataFrame]:
    """Return small tables: of numbers, with texts and missing values, of one row, and without any."""
    return [parse(text, "a sample") for text in SAMPLES]


def make_large() -> DataFrame:
    """Return a table of two columns of numbers, 20,000 rows long."""
    return parse("x,y\n" + "0.5,1\n-1,2\n" * 10_000, "a sample")


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV that are not blank, each with the number of its last line."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if len(row) > 1 or any(map(str.strip, row)):  # others are blank to pandas, too
                yield reader.line_num, row
    except csv.Error as error:
        raise UserError(BROKEN.format(name, reader.line_num, error)) from None


def _check(rows: Iterator[tuple[int, list[str]]], name: str) -> None:
    """Raise UserError unless all rows are as long as the first one, which names each column once."""
    _, columns = next(rows, (0, []))
    if not columns:
        raise UserError(EMPTY.format(name))
    for separator, word in OTHER_SEPARATORS.items():
        if len(columns) == 1 and separator in columns[0]:
            raise UserError(SEPARATED.format(name, word))
    twice = [column for column, count in Counter(columns).items() if count > 1 and column]
    if twice:
        raise UserError(TWICE.format(name, twice[0]))
    if len(columns) > MOST_COLUMNS:
        raise UserError(TOO_LARGE.format(name, MOST_COLUMNS, "columns"))
    for count, (line, row) in enumerate(rows, 1):
        if len(row) != len(columns):
            raise UserError(RAGGED.format(name, len(columns), line, len(row)))
        if count * len(columns) > MOST_CELLS:
            raise UserError(TOO_LARGE.format(name, MOST_CELLS, "cells"))


Table = Annotated[DataFrame, Kind("table", SUFFIXES, load, save, check, make_samples, make_large)]
