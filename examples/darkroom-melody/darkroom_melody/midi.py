"""The kind of a melody: standard MIDI files, read and written.

Written are files of format 0 with one track. Of a file that is read, the melody is the highest note that begins at a
time; its notes begin at the nearest sixteenth of a bar.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from core.errors import UserError
from core.files import check_output, written_atomically
from core.kinds import Kind, Sources

from .melody import MAX_STEPS, STEPS_PER_BAR, Note, Tokens, from_notes, make_samples, notes

SUFFIXES = (".mid", ".midi")
TICKS_PER_STEP, STEPS_PER_QUARTER = 120, STEPS_PER_BAR // 4
DIVISION = TICKS_PER_STEP * STEPS_PER_QUARTER  # ticks per quarter note
MICROSECONDS_PER_QUARTER = 352_941  # 170 quarter notes per minute
NOTE_OFF, NOTE_ON, PROGRAM, SYSEX, SYSEX_END, META = 0x80, 0x90, 0xC0, 0xF0, 0xF7, 0xFF
DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
SET_TEMPO, END_OF_TRACK, DRUMS, FLUTE = 0x51, 0x2F, 9, 73
LOUDNESS, LARGEST_FILE = 90, 10_000_000
NOT_MIDI = "{} is not a MIDI file that can be read ({}): save the melody as a standard MIDI file."
NO_NOTES = "{} holds no notes: draw or record some first."


def load(path: Path) -> Tokens:
    """Return the melody in a MIDI file, from its first note on, at most 128 bars of it.

    Raises:
        UserError: if the file is not one, or holds no notes.
    """
    try:
        data = path.read_bytes()[:LARGEST_FILE]
        ticks_per_step, found = _read(data)
    except (OSError, IndexError, ValueError, struct.error) as error:
        raise UserError(NOT_MIDI.format(path.name, error)) from None
    if not found:
        raise UserError(NO_NOTES.format(path.name))
    origin = min(start for start, _, _ in found)
    highest: dict[int, Note] = {}
    for start, end, pitch in sorted(found, key=lambda each: each[2]):
        step, last = ((tick - origin) / ticks_per_step for tick in (start, end))
        highest[round(step)] = Note(round(step), max(1, round(last) - round(step)), pitch)
    melody = [highest[step] for step in sorted(highest) if step < MAX_STEPS]
    return from_notes(melody, min(MAX_STEPS, melody[-1].start + melody[-1].length))


def save(melody: Tokens, path: Path, sources: Sources) -> None:
    """Write a melody as a MIDI file; it appears complete or not at all.

    Raises:
        UserError: if the file cannot be written.
    """
    check(path)
    try:
        with written_atomically(path) as temporary:
            temporary.write_bytes(encode(melody))
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror or error}): choose another place.") from None


def check(path: Path) -> None:
    """Raise UserError if no melody could be saved at `path`."""
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"{path.name} does not end in the suffix of a MIDI file: use {', '.join(SUFFIXES)}.")
    check_output(path)


def encode(melody: Tokens) -> bytes:
    """Return a melody as the content of a MIDI file."""
    events = [bytes([0, META, SET_TEMPO, 3]) + MICROSECONDS_PER_QUARTER.to_bytes(3, "big"), bytes([0, PROGRAM, FLUTE])]
    at = 0
    for note in notes(melody):
        begin, length = note.start * TICKS_PER_STEP, note.length * TICKS_PER_STEP
        events.append(_variable_length(begin - at) + bytes([NOTE_ON, note.pitch, LOUDNESS]))
        events.append(_variable_length(length) + bytes([NOTE_OFF, note.pitch, 0]))
        at = begin + length
    rest = len(melody) * TICKS_PER_STEP - at
    track = b"".join(events) + _variable_length(rest) + bytes([META, END_OF_TRACK, 0])
    return struct.pack(">4sIHHH4sI", b"MThd", 6, 0, 1, DIVISION, b"MTrk", len(track)) + track


def _variable_length(value: int) -> bytes:
    """Return a number in seven bits per byte, the first ones with the highest bit set."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


def _read(data: bytes) -> tuple[float, list[tuple[int, int, int]]]:
    """Return ticks per step and the notes of all tracks, but drums: their first and last tick, and their pitch."""
    if data[:4] != b"MThd":
        raise ValueError("it does not begin with MThd")
    header_length, _, _, division = struct.unpack(">IHHH", data[4:14])
    if not 0 < division < 0x8000:
        raise ValueError("its time is not in quarter notes")
    found: list[tuple[int, int, int]] = []
    at = 8 + header_length
    while at + 8 <= len(data):
        kind, length = struct.unpack(">4sI", data[at : at + 8])
        if kind == b"MTrk":
            found += _read_track(data[at + 8 : at + 8 + length])
        at += 8 + length
    return division / STEPS_PER_QUARTER, found


def _read_track(track: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the notes of a track: first tick, last tick, pitch."""
    sounding: dict[tuple[int, int], int] = {}
    for tick, status, first, second in _events(track):
        key = status & 0x0F, first
        if status & 0xF0 in (NOTE_ON, NOTE_OFF) and status & 0x0F != DRUMS:
            if key in sounding:
                yield sounding.pop(key), tick, first
            if status & 0xF0 == NOTE_ON and second:
                sounding[key] = tick


def _events(track: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield the tick, the status and the two data bytes of each event of a channel."""
    at, tick, status = 0, 0, 0
    while at < len(track):
        delta, at = _read_variable_length(track, at)
        tick += delta
        if track[at] & 0x80:
            status, at = track[at], at + 1
        if status in (META, SYSEX, SYSEX_END):
            length, at = _read_variable_length(track, at + (status == META))
            at += length
        elif status & 0xF0 in DATA_BYTES:
            size = DATA_BYTES[status & 0xF0]
            yield tick, status, track[at], track[at + 1] if size == 2 else 0
            at += size
        else:
            raise ValueError(f"byte {at} is no event")


def _read_variable_length(data: bytes, at: int) -> tuple[int, int]:
    """Return the number in seven bits per byte at a position, and the position after it."""
    value = 0
    while True:
        value, at = value << 7 | data[at] & 0x7F, at + 1
        if not data[at - 1] & 0x80:
            return value, at


Midi = Annotated[Tokens, Kind("melody", SUFFIXES, load, save, check, make_samples)]
