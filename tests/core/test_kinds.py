"""Kinds: found in the types of parameters and results, and files of the command line, whoever defines them."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from core import kinds, registry, sounds, tables, verbs
from core.cli.parser import main
from core.errors import UserError
from core.imaging import images
from core.imaging.images import Floats, Image
from core.kinds import Kind, Sources
from core.metadata import Checkpoint
from core.networks import checkpoint
from core.progress import Steps, finish
from core.sounds import Samples, Sound

SONG_MODEL = """
from pathlib import Path
from typing import Annotated, NamedTuple
import keras, numpy as np
from core.errors import UserError
from core.imaging.images import Image
from core.kinds import Kind
from core.sounds import Samples, Sound

def read(path):
    return path.read_text().split()

def write(song, path, sources):
    path.write_text(" ".join(song))

Song = Annotated[list, Kind("song", (".song",), read, write)]

class Played(NamedTuple):
    roll: Image
    sound: Sound
    notes: int

def build_player() -> keras.Model:
    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Dense(1, name="dense")(x))

def play(network, song: Song, more: tuple[Song, ...] = (), gain: float = 1) -> Played:
    \"\"\"Play a song.\"\"\"
    notes = [*song, *(note for each in more for note in each)]
    sound = Samples(np.full((8, 1), 0.5 * gain, np.float32), 8000)
    return Played(np.zeros((4, len(notes), 3), np.float32), sound, len(notes))

def reverse(network, song: Song) -> Song:
    \"\"\"Reverse a song.\"\"\"
    return song[::-1]
"""


class Both(NamedTuple):
    """An image and a number."""

    image: Image
    sigma: float


def verb(network: Any, image: Image, sound: Sound, style: Image | None = None, notes: Floats | None = None) -> Both: ...


def stream(network: Any) -> Steps[Sound]: ...


def test_a_required_parameter_of_a_kind_is_a_file_and_the_others_are_flags() -> None:
    inputs, settings = kinds.split_parameters(verb)
    assert {name: kind.name for name, kind in inputs.items()} == {"image": "image", "sound": "sound"}
    assert list(settings) == ["style", "notes"]


def test_the_kinds_of_a_result_are_found_in_a_named_tuple_and_after_progress() -> None:
    assert {name: kind.name for name, kind in kinds.result_kinds(verb).items()} == {"image": "image"}
    assert [kind.name for kind in kinds.result_kinds(stream).values()] == ["sound"]


@pytest.mark.parametrize(
    ("annotation", "name"),
    [(Image, "image"), (Image | None, "image"), (tuple[Image, ...], "image"), (Floats, None), (int | None, None)],
)
def test_a_kind_is_found_alone_optional_and_in_a_tuple(annotation: Any, name: str | None) -> None:
    found = kinds.find(annotation)
    assert (found and found.name) == name


def test_an_array_that_is_no_image_has_no_kind() -> None:
    mine = Annotated[NDArray[np.float32], Kind("mine", (".x",), Path.read_bytes, lambda value, path, sources: None)]
    assert kinds.find(NDArray[np.float32]) is None
    assert kinds.find(mine) is not kinds.find(Image)


def test_a_sound_is_read_as_it_was_written(tmp_path: Path) -> None:
    values = np.random.default_rng(0).uniform(-1, 1, (100, 2)).astype(np.float32)
    sounds.save(Samples(values, 22050), tmp_path / "a.wav", Sources())
    read = sounds.load(tmp_path / "a.wav")
    assert (read.rate, read.values.shape) == (22050, (100, 2))
    np.testing.assert_allclose(read.values, values, atol=1e-4)


def test_a_file_that_is_no_sound_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    with wave.open(str(tmp_path / "deep.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(3)
        file.setframerate(8000)
    for name, words in (("text.wav", "save it as WAV"), ("deep.wav", "24 bits per sample"), ("no.wav", "not exist")):
        with pytest.raises(UserError, match=words):
            sounds.load(tmp_path / name)
    with pytest.raises(UserError, match=r"use \.wav"):
        sounds.check(tmp_path / "a.mp3")


@pytest.fixture
def song(plant: Any, tmp_path: Path) -> Path:
    """A song, beside a plugin that plays it."""
    toml = 'api = "1.1"\ntitle = "Player"\nsummary = "Plays."\n[checkpoints.only]\n'
    folder = plant("player", plugin=toml, model=SONG_MODEL, train="")
    model = verbs.import_module_of(registry.find("player"), "model")
    checkpoint.save(model.build_player(), Checkpoint("build_player"), folder / "weights" / "only")
    path = tmp_path / "a.song"
    path.write_text("c d e")
    return path


def test_a_plugin_s_own_kind_is_read_and_written(song: Path) -> None:
    assert main(["run", "player", "reverse", str(song), str(song.with_name("b.song"))]) == 0
    assert song.with_name("b.song").read_text() == "e d c"


def test_the_suffix_of_out_says_which_result_gets_the_name(song: Path, capsys: Any) -> None:
    flags = ["--more", str(song), "--gain", "0.5"]
    assert main(["run", "player", "play", str(song), str(song.with_name("o.wav")), *flags]) == 0
    assert capsys.readouterr().out == "notes: 6\n"
    assert sounds.load(song.with_name("o.wav")).values.mean() == pytest.approx(0.25, abs=1e-4)
    assert images.load(song.with_name("o_roll.png")).shape == (4, 6, 3)


@pytest.mark.parametrize(
    ("source", "out", "words"),
    [
        ("no.song", "o.song", "no.song does not exist: check the name"),
        ("a.song", "o.png", "o.png does not end in the suffix of a result: use one of these (song: .song)"),
    ],
)
def test_files_of_a_plugin_s_own_kind_are_checked_by_the_suite(
    source: str, out: str, words: str, song: Path, capsys: Any
) -> None:
    folder = song.parent
    assert main(["run", "player", "reverse", str(folder / source), str(folder / out)]) == 2
    assert words in capsys.readouterr().err


def test_an_out_of_no_known_suffix_is_refused_before_anything_is_read(song: Path, capsys: Any) -> None:
    assert main(["run", "player", "play", "missing.song", "o.mp4"]) == 2
    assert (
        "o.mp4 does not end in the suffix of a result: use one of these (image: .png, .avif" in capsys.readouterr().err
    )


@pytest.mark.parametrize("length", [0, 1, 99, 100, 250])
def test_a_sound_in_chunks_is_that_of_the_whole_and_yields_for_each(length: int) -> None:
    values = np.random.default_rng(0).random((length, 2), np.float32)
    lengths: list[int] = []

    def smooth(part: sounds.Values) -> sounds.Values:
        lengths.append(len(part))
        return sum(np.pad(part, ((2, 2), (0, 0)))[i : i + len(part)] for i in range(5)) / np.float32(5)

    progress: list[Any] = []
    found = finish(sounds.apply(smooth, Samples(values, 8000), 100, margin=2), progress.append)
    assert np.allclose(found.values, smooth(values))
    assert len(progress) == -(-length // 100)
    assert set(lengths[:-1]) <= {104}


def test_the_signal_to_noise_ratio_is_that_of_the_powers() -> None:
    clean = np.full((100, 1), 0.5, np.float32)
    assert sounds.snr(clean + 0.05, clean) == pytest.approx(20, abs=0.01)
    assert sounds.snr(clean, clean) > 90
    assert sounds.snr(clean, 0 * clean) < -90


BOOK_MODEL = """
from typing import NamedTuple
import keras, pandas
from core.tables import Table
from core.texts import Text

class Read(NamedTuple):
    summary: Text
    counts: Table
    words: int

def build_reader() -> keras.Model:
    x = keras.Input((1,))
    return keras.Model(x, keras.layers.Dense(1, name="dense")(x))

def count(network, text: Text, names: Table, note: Text | None = None, more: tuple[Text, ...] = ()) -> Read:
    \"\"\"Count names in texts.\"\"\"
    whole = "".join([text, *more])
    counts = pandas.DataFrame({"name": names["name"], "count": [whole.count(name) for name in names["name"]]})
    return Read(f"{note or ''}{len(whole)}", counts, len(whole.split()))
"""


@pytest.fixture
def book(plant: Any, tmp_path: Path) -> Path:
    """A folder with two texts and a table, beside a plugin that reads them."""
    train = (
        "from core.tables import Table\nfrom core.training.evaluation import Evaluation\n"
        "def evaluate(plugin, data: Table) -> Evaluation:\n"
        "    return Evaluation({'mean': float(data['x'].mean())}, count=len(data), unit='rows')\n"
    )
    folder = plant("reader", model=BOOK_MODEL, train=train)
    model = verbs.import_module_of(registry.find("reader"), "model")
    checkpoint.save(model.build_reader(), Checkpoint("build_reader"), folder / "weights" / "only")
    (tmp_path / "a.txt").write_text("Émile and Zoë and Émile\n", encoding="utf-8")
    (tmp_path / "names.csv").write_text("name\nÉmile\nZoë\n", encoding="utf-8")
    return tmp_path


def test_texts_and_tables_are_files_flags_and_several_results(book: Path, capsys: Any) -> None:
    text, names, out = (str(book / name) for name in ("a.txt", "names.csv", "o.csv"))
    assert main(["run", "reader", "count", text, names, out, "--note", text, "--more", text]) == 0
    assert capsys.readouterr().out == "words: 10\n"
    assert Path(out).read_text(encoding="utf-8") == "name,count\nÉmile,4\nZoë,2\n"
    assert (book / "o_summary.txt").read_text(encoding="utf-8").endswith("Émile\n48")


def test_a_table_that_is_ragged_is_refused_on_the_command_line(book: Path, capsys: Any) -> None:
    (book / "names.csv").write_text("name\na,b\n")
    assert main(["run", "reader", "count", str(book / "a.txt"), str(book / "names.csv"), str(book / "o.csv")]) == 2
    assert "names.csv has 1 columns, and in line 2 another number of cells, 2" in capsys.readouterr().err
    assert not (book / "o.csv").exists()


def test_evaluate_takes_a_table(book: Path, capsys: Any) -> None:
    (book / "data.csv").write_text("x\n1\n2\n")
    assert main(["evaluate", "reader", "--data", str(book / "data.csv")]) == 0
    assert "2 rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (Samples(np.ones((2, 1), np.float32), 8), Samples(np.ones((2, 1), np.float32), 8), True),
        (Samples(np.ones((2, 1), np.float32), 8), Samples(np.zeros((2, 1), np.float32), 8), False),
        (np.ones(3), np.ones(4), False),
        ((np.ones(3), "a"), (np.ones(3), "a"), True),
        (tables.make_samples()[1], tables.make_samples()[1], True),
        (tables.make_samples()[1], tables.make_samples()[0], False),
        ("a", None, False),
        ([1, "a"], [1.0, "a"], True),
    ],
)
def test_values_of_any_kind_can_be_compared(first: Any, second: Any, same: bool) -> None:
    assert kinds.is_equal(first, second) is same
