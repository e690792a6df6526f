"""Tables of results."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks import scatter, tables
from benchmarks.tables import Table

TABLE = Table("Speed: milliseconds", ("call", "ms", "ratio"), [("denoise", 123.456, 1.0), ("upscale", 12.34, 0.5)])


def test_a_table_is_printed_in_markdown_with_few_digits() -> None:
    title, _, head, aligned, first, second = TABLE.markdown().strip().splitlines()
    assert (title, head) == ("Speed: milliseconds", "| call | ms | ratio |")
    assert aligned == "| --- | ---: | ---: |"
    assert (first, second) == ("| denoise | 123 | 1.00 |", "| upscale | 12.3 | 0.50 |")


def test_tables_are_read_as_they_were_written_and_with_their_machine(tmp_path: Path) -> None:
    tables.write(tmp_path / "new" / "results.json", [TABLE])
    (read,) = tables.read(tmp_path / "new" / "results.json")
    assert read.markdown() == TABLE.markdown()
    assert json.loads((tmp_path / "new" / "results.json").read_text())["machine"]["cores"] >= 1


def test_a_scatter_plot_leaves_out_methods_that_ran_on_fewer_pictures() -> None:
    columns = "method", scatter.DECIBELS, scatter.TIME, "pictures"
    table = Table("White noise", columns, [("Darkroom", "32.6", 0.4, "12"), ("CBM3D", "28.9", 60.0, "2")])
    assert scatter._points(table, scatter.DECIBELS) == [("Darkroom", 0.4, 32.6)]
