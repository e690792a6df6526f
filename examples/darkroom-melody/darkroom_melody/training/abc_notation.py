"""Reads tunes in ABC notation (https://abcnotation.com/wiki/abc:standard:v2.1), as far as one voice needs it.

Chords give their first note, grace notes and ornaments are left out, repeats are not played again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

BROKEN = {">": Fraction(3, 2), "<": Fraction(1, 2)}  # what a note before the sign is lengthened by
TRIPLET = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}  # so many notes in the time of so many; others in the time of 2
SHARPS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F#": 6, "C#": 7}
SHARPS |= {"F": -1, "Bb": -2, "Eb": -3, "Ab": -4, "Db": -5, "Gb": -6, "Cb": -7}
MODES = {"": 0, "maj": 0, "ion": 0, "m": -3, "min": -3, "aeo": -3, "mix": -1, "dor": -2, "phr": -4, "lyd": 1, "loc": -5}
PITCHES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
KEY = re.compile(r"([A-G][#b]?)\s*(maj|ion|mixolydian|mix|min|m|aeo|dor|phr|lyd|loc)?", re.IGNORECASE)
METERS = {"C": Fraction(1), "C|": Fraction(1)}
ELEMENT = re.compile(
    r'(?P<skip>"[^"]*"|!\w*!|\+\w+\+|\{[^}]*\}|%.*|\\|`)'
    r"|\[(?P<inline>[A-Za-z]):(?P<value>[^\]]*)\]"
    r"|(?P<bar>(?:\|?:+\|?:*|\|[\]|]?|\[\|)(?:\s*\[?(?P<ending>\d))?|\[(?P<ending2>\d))"
    r"|\((?P<tuplet>[2-9])(?::(?P<time>\d?))?(?::(?P<count>\d?))?"
    r"|(?P<note>\[[^\]|:]*\]|(?:\^\^?|__?|=)?[A-Ga-gzx][,']*)(?P<length>\d*/*\d*)(?P<tie>-?)"
    r"|(?P<broken>>|<)"
)
FIRST_OF_CHORD = re.compile(r"(?:\^\^?|__?|=)?[A-Ga-g][,']*")


@dataclass
class Bar:
    """A bar.

    Attributes:
        notes: pitches as MIDI counts, None for a rest, and their lengths in whole notes.
        follows: whether it is played after the bar before it.
    """

    notes: list[tuple[int | None, Fraction]] = field(default_factory=list)
    follows: bool = True

    @property
    def length(self) -> Fraction:
        """How long it is, in whole notes."""
        return sum((length for _, length in self.notes), Fraction(0))


@dataclass
class Tune:
    """A tune: its title, the length of a bar in whole notes, its bars."""

    title: str
    meter: Fraction
    bars: list[Bar]


def read(text: str) -> Iterator[Tune]:
    """Yield the tunes in a file that have a meter and a key; one that cannot be read is left out."""
    for part in re.split(r"(?m)^(?=X:)", text)[1:]:
        fields = dict(re.findall(r"(?m)^([A-Z]):[ \t]*(.*?)[ \t]*(?:%.*)?$", part)[::-1])  # the first of each counts
        meter = parse_meter(fields.get("M", ""))
        if meter is None or "K" not in fields:
            continue
        body = part[re.search(r"(?m)^K:.*$", part).end() :]  # type: ignore[union-attr]  # it is among the fields
        unit = parse_length(fields["L"]) if "L" in fields else Fraction(1, 8 if meter >= Fraction(3, 4) else 16)
        if unit:
            yield Tune(fields.get("T", ""), meter, _Reader(unit, meter, fields["K"]).read(body))


def parse_meter(text: str) -> Fraction | None:
    """Return the length of a bar in whole notes; None where there is none, or it is not simple, such as 2+3/8."""
    return METERS.get(text) or parse_length(text)


def parse_length(text: str) -> Fraction | None:
    """Return a length such as "1/8"; None where it is none."""
    found = re.fullmatch(r"(\d+)/(\d+)", text.strip())
    return Fraction(int(found[1]), int(found[2])) if found and int(found[2]) else None


def parse_key(text: str) -> dict[str, int]:
    """Return by how many semitones a key such as "Gm" or "D mix" changes each letter."""
    found = KEY.match(text)
    mode = (found[2] or "").lower()[:3] if found else ""
    count = SHARPS.get(found[1], 0) + MODES.get(mode, 0) if found else 0
    letters, change = ("FCGDAEB", 1) if count > 0 else ("BEADGCF", -1)
    return dict.fromkeys(letters[: abs(count)], change)


class _Reader:
    """Reads the body of one tune, from its first bar to its last."""

    def __init__(self, unit: Fraction, meter: Fraction, key: str) -> None:
        self.unit, self.meter, self.key = unit, meter, parse_key(key)
        self.bars = [Bar()]
        self.changed: dict[str, int] = {}  # accidentals in this bar
        self.tuplet, self.tuplet_left = Fraction(1), 0
        self.broken, self.is_tied = Fraction(1), False

    def read(self, body: str) -> list[Bar]:
        for line in body.splitlines():
            header = re.match(r"([A-Za-z]):(.*)", line)
            if header:
                self._change(header[1], header[2])
            else:
                for element in ELEMENT.finditer(line):
                    self._take(element)
        return [bar for bar in self.bars if bar.notes]

    def _take(self, element: re.Match[str]) -> None:
        if element["inline"]:
            self._change(element["inline"], element["value"])
        elif element["bar"]:
            self._end_bar(element["ending"] or element["ending2"])
        elif element["tuplet"]:
            count = int(element["tuplet"])
            self.tuplet = Fraction(int(element["time"] or TRIPLET.get(count, 2)), count)
            self.tuplet_left = int(element["count"] or count)
        elif element["note"]:
            self._add(element["note"], _parse_multiple(element["length"]), bool(element["tie"]))
        elif element["broken"] and self.bars[-1].notes:
            pitch, length = self.bars[-1].notes[-1]
            self.bars[-1].notes[-1] = pitch, length * BROKEN[element["broken"]]
            self.broken = 2 - BROKEN[element["broken"]]

    def _change(self, name: str, value: str) -> None:
        if name == "K":
            self.key = parse_key(value.strip())
        elif name == "L":
            self.unit = parse_length(value) or self.unit

    def _end_bar(self, ending: str | None) -> None:
        self.changed = {}
        if self.bars[-1].notes:
            self.bars.append(Bar())
        if ending and int(ending) > 1:
            self.bars[-1].follows = False

    def _add(self, written: str, multiple: Fraction, is_tied: bool) -> None:
        length = self.unit * multiple * self.broken
        if self.tuplet_left:
            length, self.tuplet_left = length * self.tuplet, self.tuplet_left - 1
        pitch, notes = self._pitch(written), self.bars[-1].notes
        if self.is_tied and notes and notes[-1][0] == pitch:
            notes[-1] = pitch, notes[-1][1] + length
        else:
            notes.append((pitch, length))
        self.broken, self.is_tied = Fraction(1), is_tied

    def _pitch(self, written: str) -> int | None:
        """Return the pitch of a note, or of the first one of a chord; None for a rest."""
        found = FIRST_OF_CHORD.search(written)
        if found is None:
            return None
        accidental, letter, octaves = re.fullmatch(r"([\^_=]*)([A-Ga-g])([,']*)", found[0]).groups()  # type: ignore[union-attr]
        name = letter.upper()
        octave = octaves.count("'") - octaves.count(",") + letter.islower()
        if accidental:
            self.changed[f"{name}{octave}"] = ACCIDENTALS[accidental]
        change = self.changed.get(f"{name}{octave}", self.key.get(name, 0))
        return 60 + PITCHES[name] + 12 * octave + change


def _parse_multiple(text: str) -> Fraction:
    """Return what a note's unit length is multiplied by: "3/2", "2", "/" for a half, "//" for a quarter."""
    number, slashes, divisor = re.fullmatch(r"(\d*)(/*)(\d*)", text).groups()  # type: ignore[union-attr]
    divided = int(divisor) if divisor else 2 ** len(slashes)
    return Fraction(int(number or 1), max(divided, 1))
