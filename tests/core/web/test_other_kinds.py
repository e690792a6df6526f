"""A page of other kinds than images: a sound in and out, a text, a table; over the API, and as a first result."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from core import first_results as storage
from core import registry
from core.cli import parser
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
