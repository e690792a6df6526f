"""Pages of other kinds than images: in the API, through gradio_client, over MCP, and as a first result."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client, handle_file

from core import first_results as storage
from core import registry, sounds
from core.cli import parser
from core.kinds import Sources
from core.registry import Record

INTERFACE = '''
import gradio as gr
import numpy as np
from core import sounds
from core.kinds import Sources
from core.sounds import Samples
from core.web import pages

def louder(plugin, sound=None, gain: float = 2.0):
    """Make a sound louder.

    Args:
        sound: the sound.
        gain: by which its samples are multiplied.
    """
    read = sounds.load(sound) if sound else Samples(np.full((100, 1), 0.25, np.float32), 8000)
    path = pages.new_file("louder.wav")
    sounds.save(Samples(read.values * gain, read.rate), path, Sources())
    return str(path), "Louder.", [["loudest", float(abs(read.values).max() * gain)]], "a b"

def lay_out(page, opened):
    sound, gain = gr.Audio(type="filepath", label="Sound"), gr.Slider(0, 4, 2, label="Gain")
    heard, words = gr.Audio(type="filepath", label="Louder"), gr.Markdown()
    notes = gr.Textbox(label="Notes")
    table = gr.Dataframe(headers=["name", "value"], label="Facts")
    page.bind(louder, [opened, gain], [sound, gain], [heard, words, table, notes], page.status(""))

def build_interface(plugin):
    return pages.tabbed(plugin, {"Louder": lay_out})
'''


@pytest.fixture
def planted(plant: Any) -> Record:
    folder = plant("amplifier", interface=INTERFACE, model="", train="")
    (folder / "README.md").write_text("A card.")
    return registry.find("amplifier")


def build(record: Record) -> gr.Blocks:
    from core import verbs
    from core.engine import LocalEngine
    from core.plugin import Plugin

    page: gr.Blocks = verbs.import_module_of(record, "interface").build_interface(Plugin(record, LocalEngine()))
    return page


def test_a_sound_and_a_table_are_described_in_the_api_by_their_own_components(planted: Record) -> None:
    described = build(planted).get_api_info()["named_endpoints"]["/amplifier_louder"]
    kinds = {each["parameter_name"]: each["component"] for each in described["parameters"]}
    assert kinds == {"sound": "Audio", "gain": "Value"}
    assert [(each["label"], each["component"]) for each in described["returns"]] == [
        ("Louder", "Audio"),
        ("findings", "Value"),
        ("Facts", "Dataframe"),
        ("Notes", "Value"),
    ]


def test_a_sound_is_stored_as_it_is_in_a_first_result(planted: Record) -> None:
    assert parser.main(["first-results", "amplifier"]) == 0
    assert sorted(path.name for path in storage.folder_of(planted).iterdir()) == ["louder_1.wav", "results.json"]
    heard = next(block for block in build(planted).blocks.values() if isinstance(block, gr.Audio) and block.value)
    assert heard.value["path"].endswith(".wav")
    assert heard.value["orig_name"] == "louder.wav"


TABLE = {"headers": ["x", "y"], "data": [[1, 2], [3, 4]], "metadata": None}


def test_each_kind_goes_through_gradio_client_and_comes_back(app_address: str, tmp_path: Path) -> None:
    given = sounds.make_samples()[0]
    sounds.save(given, tmp_path / "a.wav", Sources())
    (tmp_path / "a.chords").write_text("C G")
    client = Client(app_address, verbose=False)
    assert client.predict("ab", 2, api_name="/every_kind_repeat") == "abab"
    assert client.predict(TABLE, api_name="/every_kind_sum_up")["data"] == [["x", 4], ["y", 6]]
    heard = sounds.load(client.predict(handle_file(tmp_path / "a.wav"), api_name="/every_kind_reverse"))
    np.testing.assert_allclose(heard.values, given.values[::-1], atol=1e-4)
    doubled = client.predict(handle_file(tmp_path / "a.chords"), api_name="/every_kind_double")
    assert Path(doubled).read_text() == "C C G G"
    with pytest.raises(Exception, match="There is no table yet"):
        client.predict(api_name="/every_kind_sum_up")


def test_a_text_a_table_a_sound_and_a_kind_of_its_own_come_back_over_mcp(tools: Callable[..., Any]) -> None:
    text, table, sound, chords, wrong = tools(
        [
            ("every_kind_repeat", {"text": "ab", "times": 2}),
            ("every_kind_sum_up", {"table": TABLE}),
            ("every_kind_reverse", {}),
            ("every_kind_double", {}),
            ("every_kind_sum_up", {"table": "x,y"}),
        ]
    )
    assert text.content[0].text == "abab"
    assert json.loads(table.content[0].text)["data"] == [["x", 4], ["y", 6]]
    assert urllib.request.urlopen(sound.content[0].text).read()[:4] == b"RIFF"
    assert urllib.request.urlopen(chords.content[0].text).read() == b"C C G G"
    assert wrong.isError
    assert "x,y" in wrong.content[0].text
