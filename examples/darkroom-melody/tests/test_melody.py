"""Melodies as tokens, texts, MIDI files, sounds and pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from darkroom_melody import attributes, melody, midi, piano_roll, synthesis
from darkroom_melody.melody import HOLD, REST, STEPS, Note, describe, notes, parse
from darkroom_melody.piano_roll import Cell

from core.errors import UserError
from core.kinds import Sources

TEXT = "D4 - - - F#4 - A4 - z - D5 C#5 - - - -"


def test_a_text_and_its_melody_are_the_same() -> None:
    assert describe(parse(TEXT)).startswith(f"{TEXT} z - -")  # the second bar is a rest
    assert list(notes(parse("D4 - F#4 z")))[:2] == [Note(0, 2, 62), Note(2, 1, 66)]


@pytest.mark.parametrize("text", ["D9", "H4", "D4 -- A4", " ".join(["D4"] * 33)])
def test_what_is_no_melody_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UserError, match=r"write (a note such as D4|at most 32)"):
        parse(text)


def test_a_melody_is_the_same_after_it_was_written_as_midi(tmp_path: Path) -> None:
    for written in (melody.make_samples()[0], parse(TEXT)):
        midi.save(written, tmp_path / "a.mid", Sources())
        read = melody.fit(midi.load(tmp_path / "a.mid"))
        np.testing.assert_array_equal(read, written)


def test_midi_of_other_programs_is_read(tmp_path: Path) -> None:
    running_status = bytes([0, 0x90, 60, 80, 96, 60, 0, 0, 64, 80, 0, 67, 80, 96, 64, 0, 0, 67, 0])
    track = bytes([0, 0xFF, 3, 2]) + b"hi" + running_status + bytes([0, 0xFF, 0x2F, 0])
    header = b"MThd" + bytes([0, 0, 0, 6, 0, 1, 0, 1, 0, 96]) + b"MTrk" + len(track).to_bytes(4, "big")
    (tmp_path / "b.mid").write_bytes(header + track)
    assert list(notes(midi.load(tmp_path / "b.mid"))) == [Note(0, 4, 60), Note(4, 4, 67)]  # the highest of a chord


@pytest.mark.parametrize("content", [b"", b"RIFF", b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\4\0\x90\x40"])
def test_a_file_that_is_no_midi_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "c.mid").write_bytes(content)
    with pytest.raises(UserError, match=r"c\.mid (is not a MIDI file|holds no notes)"):
        midi.load(tmp_path / "c.mid")


def test_a_sound_has_the_pitch_and_the_length_of_its_note() -> None:
    sound = synthesis.render(parse("A4" + " -" * 31))
    spectrum = np.abs(np.fft.rfft(sound.values[:, 0]))
    assert abs(spectrum.argmax() / sound.seconds - 440) < 1
    assert sound.seconds == pytest.approx(STEPS * synthesis.SECONDS_PER_STEP + synthesis.TAIL, abs=0.01)
    assert np.abs(sound.values).max() < 1


def test_a_click_on_the_roll_begins_a_note_and_another_one_removes_it() -> None:
    cell = piano_roll.cell_at(4.5 * piano_roll.CELL_WIDTH, (melody.HIGHEST - 62 + 0.5) * piano_roll.CELL_HEIGHT)
    assert cell == Cell(4, 62)
    drawn = piano_roll.toggle(parse("F#4"), cell)
    assert list(notes(drawn))[-1].pitch == 62
    assert piano_roll.toggle(drawn, cell)[4] == HOLD
    assert piano_roll.cell_at(0, 1e9) == Cell(0, None)


def test_a_roll_shows_its_notes_where_they_are() -> None:
    silent, drawn = piano_roll.draw(parse("z")), piano_roll.draw(parse("z - - - A4 - z"))
    y, x = np.nonzero((silent != drawn).any(axis=-1))
    row = melody.HIGHEST - 69
    assert set(y[y < melody.PITCHES * piano_roll.CELL_HEIGHT] // piano_roll.CELL_HEIGHT) == {row}
    assert set(x[y // piano_roll.CELL_HEIGHT == row] // piano_roll.CELL_WIDTH) == {4, 5}


def test_attributes_count_notes_per_bar_and_semitones() -> None:
    melodies = np.stack([parse("D4 - A4 - D5"), parse("z")])
    np.testing.assert_array_equal(attributes.measure(melodies), [[1.5, 12], [0, 0]])


def test_attribute_vectors_lead_where_one_attribute_grows_and_the_other_does_not() -> None:
    random = np.random.default_rng(0)
    measured, directions = random.normal(size=(500, 2)), np.array([[1.0, 0, 2], [0, 3, 1]])
    latents = measured @ directions + 0.01 * random.normal(size=(500, 3))
    found = attributes.find_vectors(latents.astype(np.float32), measured.astype(np.float32))
    np.testing.assert_allclose(found, directions / np.linalg.norm(directions, axis=1)[:, None], atol=0.02)


def test_a_held_note_at_the_beginning_becomes_a_rest() -> None:
    assert melody.fit(np.array([HOLD, HOLD]))[0] == REST
