"""Texts and tables on a page: opened from files, sent on, in batches, over the API, in first results and as code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from core import first_results as storage
from core import registry, tables, verbs
from core.cli import parser
from core.engine import LocalEngine
from core.errors import UserError
from core.metadata import Checkpoint
from core.networks import checkpoint
from core.plugin import Plugin
from core.web import as_code, batches, file_inputs, links, sending
from core.web.batches import Demo
from core.web.sending import Receiver

MODEL = """
import keras, pandas
from core.tables import Table
from core.texts import Text

def build_it() -> keras.Model:
    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Dense(1, name="dense")(x))

def count(network, text: Text, names: Table) -> Table:
    "Count names."
    return names.assign(count=[text.count(name) for name in names["name"]])
"""
INTERFACE = '''
from __future__ import annotations
import gradio as gr
from core.tables import Table
from core.web import pages

def count(plugin, text: str, names: Table):
    """Count names in a text.

    Args:
        text: where they are counted.
        names: a column of names.
    """
    counts = plugin.run("count", text, pages.require(names, "table"))
    return counts, pages.write_file(counts, Table, "counts")

def lay_out(page, opened):
    text, names = pages.text_source(page, "Text"), pages.table_source(page, "Names")
    counts, download = gr.Dataframe(label="Counts"), gr.DownloadButton("Download")
    page.bind(count, [opened], [text, names], [counts, download], page.status(""))

def build_interface(plugin):
    return pages.tabbed(plugin, {"Count": lay_out})
'''


@pytest.fixture
def plugin(plant: Any, tmp_path: Path) -> Plugin:
    folder = plant("counter", model=MODEL, interface=INTERFACE, train="")
    model = verbs.import_module_of(registry.find("counter"), "model")
    checkpoint.save(model.build_it(), Checkpoint("build_it"), folder / "weights" / "only")
    (folder / "README.md").write_text("A card.")
    (folder / "examples").mkdir()
    (folder / "examples" / "a.txt").write_text("Zoë and Zoë\n", encoding="utf-8")
    (folder / "examples" / "b.csv").write_text("name\nZoë\n", encoding="utf-8")
    return Plugin(registry.find("counter"), LocalEngine())


@pytest.fixture
def page(plugin: Plugin) -> gr.Blocks:
    built: gr.Blocks = verbs.import_module_of(plugin.record, "interface").build_interface(plugin)
    return built


def demo_of(page: gr.Blocks, plugin: Plugin) -> Demo:
    inputs = [find(page, each) for each in (file_inputs.TextInput, file_inputs.TableInput)]
    handler = verbs.import_module_of(plugin.record, "interface").count
    outputs = [find(page, gr.Dataframe), find(page, gr.DownloadButton)]
    return Demo(plugin, handler, inputs, outputs)


def find(page: gr.Blocks, kind: type) -> Any:
    """Return the first component of exactly that type that is visible."""
    return next(each for each in page.blocks.values() if type(each) is kind and getattr(each, "visible", True))


def test_the_api_takes_a_text_and_a_table_and_returns_one(page: gr.Blocks) -> None:
    described = page.get_api_info()["named_endpoints"]["/counter_count"]
    taken = {each["parameter_name"]: (each["component"], each["type"]["type"]) for each in described["parameters"]}
    assert taken == {"text": ("Value", "string"), "names": ("Dataframe", "object")}
    assert [(each["label"], each["component"]) for each in described["returns"]] == [("Counts", "Dataframe")]


def test_a_table_of_the_browser_has_the_types_that_a_file_would_have(page: gr.Blocks) -> None:
    given = find(page, file_inputs.TableInput)
    payload = given.data_model(headers=["n", "s"], data=[["1", "a"], ["", ""], [2.5, "b"]])
    assert given.preprocess(payload).to_dict("list") == {"n": [1.0, 2.5], "s": ["a", "b"]}
    for nothing in ({"headers": [], "data": []}, {"headers": ["1", "2"], "data": [["", ""]]}):
        assert given.preprocess(given.data_model(**nothing)) is None
    with pytest.raises(UserError, match="the table has 2 columns, and in line 2"):
        given.preprocess(given.data_model(headers=["n", "s"], data=[["1"]]))


def test_a_table_that_is_too_large_for_a_page_is_refused(page: gr.Blocks, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(file_inputs, "MOST_CELLS", 3)
    (tmp_path / "large.csv").write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(Exception, match=r"large\.csv has 4 cells, and a page takes 3: use the command line"):
        find(page, file_inputs.TableInput).read(str(tmp_path / "large.csv"))


def test_a_file_that_is_sent_on_is_opened(page: gr.Blocks, tmp_path: Path, monkeypatch: Any) -> None:
    receiver = page.receiver
    assert (receiver.kind, receiver.taker) == ("text", find(page, file_inputs.TextInput).opener)
    (tmp_path / "b.txt").write_text("sent on")
    note = gr.HTML(render=False)
    assert sending.receive(receiver, note, str(tmp_path / "b.txt"), "There")[receiver.component] == "sent on"
    (tmp_path / "b.txt").write_bytes(b"\xff")
    warnings: list[str] = []
    monkeypatch.setattr(gr, "Warning", warnings.append)
    assert sending.receive(receiver, note, str(tmp_path / "b.txt"), "There") == {}
    assert warnings == ["b.txt is not UTF-8 in line 1: save it as UTF-8."]


def test_a_page_of_a_table_takes_tables() -> None:
    with gr.Blocks():
        assert Receiver("a", "A", file_inputs.table_input("Table")).kind == "table"


def test_texts_in_a_batch_give_results_their_names(page: gr.Blocks, plugin: Plugin, tmp_path: Path) -> None:
    demo = demo_of(page, plugin)
    (tmp_path / "book.txt").write_text("Zoë", encoding="utf-8")
    values = demo.values(str(tmp_path / "book.txt"), ["of the page", tables.parse("name\nZoë\n", "it")])
    assert values[0] == "Zoë"
    small, other = (tables.parse(f"name\n{name}\n" + "x\n" * 100, "it") for name in "ab")
    assert demo.key("f", ["", small]) != demo.key("f", ["", other])
    steps = demo.run(values)
    with pytest.raises(StopIteration) as end:
        next(steps)
    archive = Path(batches.write_zip([(str(tmp_path / "book.txt"), end.value.value)], "all"))
    assert b"book_counts.csv" in archive.read_bytes()


def test_a_page_opens_with_a_stored_table(plugin: Plugin) -> None:
    assert parser.main(["first-results", "counter"]) == 0
    stored = storage.read(plugin.record)["count"]
    assert stored.inputs[0] == "Zoë and Zoë\n"
    assert stored.outputs[0]["value"]["data"] == [["Zoë", 2]]
    assert stored.files == {"count_1.csv"}
    built = verbs.import_module_of(plugin.record, "interface").build_interface(plugin)
    assert find(built, gr.Dataframe).value["data"] == [["Zoë", 2]]
    opened = next(each.fn for each in built.fns.values() if "show.<locals>" in getattr(each.fn, "__qualname__", ""))
    names = tables.parse("name\nZoë\n", "it")
    assert isinstance(opened(0, "Zoë and Zoë\n", names), dict)  # nothing is run
    assert opened(0, "Zoë and Zoë\n", names.assign(more=1)) == 1


def test_the_code_of_a_call_holds_its_text_and_its_table_as_files(page: gr.Blocks, plugin: Plugin) -> None:
    names = tables.parse("name\nZoë\nAda\n", "it")
    text, made = as_code.describe(demo_of(page, plugin), ["Ada, Zoë", names], False, "http://there")
    assert "python -m core run counter count text.txt names.csv out.csv" in text
    lines = {"from core import tables", "from core import texts", 'text = texts.load(Path("text.txt"))'}
    assert lines <= {*text.splitlines()}
    assert 'tables.save(result, Path("out.csv"), Sources((Path("text.txt"), Path("names.csv"),)))' in text
    assert "names={'headers': ['name'], 'data': [['Zoë'], ['Ada']]}" in text
    assert [path.name for path in made] == ["text.txt", "names.csv"]


def test_a_long_text_is_left_out_of_a_link() -> None:
    with gr.Blocks():
        text = file_inputs.text_input("Text")
    assert links.read(text, ["short"]) == "short"
    with pytest.raises(ValueError, match="x"):
        links.read(text, ["x" * (links.LONGEST_TEXT + 1)])
