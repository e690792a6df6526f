"""ABC notation, the training data, the loss and the scores."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from darkroom_melody import model, scoring, train
from darkroom_melody.language_model import LanguageModel
from darkroom_melody.melody import FIRST_NOTE, STEPS, describe
from darkroom_melody.training import abc_notation, tunes
from darkroom_melody.training.vae import kl_divergence

from core.errors import UserError
from core.training.runs import Run

HEADER = "X:1\nT:A Tune\nM:2/4\nL:1/16\nK:D\n"


def read(body: str, header: str = HEADER) -> abc_notation.Tune:
    (tune,) = abc_notation.read(f"% a comment\n{header}{body}\n")
    return tune


def test_keys_accidentals_octaves_and_lengths_are_read() -> None:
    first, second = read('F2 =F{g}f "G"F2 C,/ | F//z3/2').bars
    assert [pitch for pitch, _ in first.notes] == [66, 65, 78, 65, 49]  # the natural holds on to the end of the bar
    assert [length * 16 for _, length in first.notes] == [2, 1, 1, 2, Fraction(1, 2)]
    assert second.notes == [(66, Fraction(1, 64)), (None, Fraction(3, 32))]


def test_broken_rhythms_triplets_ties_and_chords_are_read() -> None:
    (bar,) = read("A>B (3ABA [DFA]2- D2").bars
    lengths = [Fraction(3, 2), Fraction(1, 2), *[Fraction(2, 3)] * 3, 4]
    assert [length * 16 for _, length in bar.notes] == lengths


@pytest.mark.parametrize(("key", "count"), [("G", 1), ("Gm", -2), ("D mix", 1), ("Ador", 1), ("Bb", -2), ("C", 0)])
def test_a_key_changes_so_many_letters(key: str, count: int) -> None:
    changes = abc_notation.parse_key(key)
    assert sum(changes.values()) == count


def test_windows_are_two_successive_complete_bars() -> None:
    tune = read("D2 | D2E2F2G2 | ABcd e4 | f8 :| g2")
    beginnings = [describe(melody)[:14] for melody in tunes.windows(tune)]
    assert beginnings == ["D4 - - - E4 - ", "A4 - B4 - C#5 "]


def test_a_tune_in_another_meter_or_without_a_key_gives_no_melodies() -> None:
    assert not list(tunes.windows(read("D6 | D6 | D6", HEADER.replace("2/4", "6/16"))))
    assert not list(abc_notation.read("X:1\nM:2/4\nD8|D8"))


def test_a_title_is_on_the_same_side_of_the_split_however_it_is_written() -> None:
    assert (
        len({tunes.is_held_out(title) for title in ("The Soldier's Joy", "SOLDIERS JOY.", "Soldiers Joy -- Reel")}) == 1
    )
    assert 0.05 < np.mean([tunes.is_held_out(chr(97 + i % 26) * (i + 1)) for i in range(600)]) < 0.2


def test_the_divergence_is_that_of_normal_distributions() -> None:
    mean, log_variance = np.array([[1.0, 0]], np.float32), np.log([[1.0, 4.0]]).astype(np.float32)
    found = keras.ops.convert_to_numpy(kl_divergence(mean, log_variance))
    np.testing.assert_allclose(found, [0.5 + (4 - np.log(4) - 1) / 2], rtol=1e-5)


def test_the_language_model_prefers_what_it_has_seen_in_any_key() -> None:
    scale = np.zeros((1, STEPS), np.int64)
    scale[0, ::4] = FIRST_NOTE + np.arange(8)
    known = LanguageModel(scale)
    shuffled = scale[:, np.random.default_rng(0).permutation(STEPS)]
    assert known.cost(np.where(scale >= FIRST_NOTE, scale + 5, scale)) < 0.5 * known.cost(shuffled)


def test_a_mix_begins_and_ends_with_its_ends() -> None:
    first, last = np.full((2, STEPS), 5), np.full((2, STEPS), 9)
    way = scoring.mix(first, last, scoring.FRACTIONS)
    assert (way[:, 0] == 5).all()
    assert (way[:, -1] == 9).all()
    assert 0.2 < (way[:, 5] == 9).mean() < 0.8


def test_batches_are_moved_to_keys_that_stay_in_range() -> None:
    melodies = np.full((50, STEPS), FIRST_NOTE + 1)
    moved, _ = train.TransposedMelodies(melodies, 200)(np.random.default_rng(0))
    assert set(np.unique(moved)) == set(range(FIRST_NOTE, FIRST_NOTE + 8))


def test_missing_tunes_are_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no tunes: python -m pip download --no-deps music21"):
        tunes.read(tmp_path / "missing.whl")


def test_training_lowers_the_loss_and_saves_a_network_with_all_scores(tmp_path: Path, monkeypatch: Any) -> None:
    folder = tmp_path / "corpus" / "oneills1850"
    folder.mkdir(parents=True)
    random, headers = (
        np.random.default_rng(0),
        [HEADER.replace("A Tune", "abcdefgh"[i % 8] * (i + 1)) for i in range(40)],
    )
    bars = [[" ".join(random.choice([*"ABcdefga"], 8)) for _ in range(8)] for _ in headers]
    texts = [header + "|".join(row) for header, row in zip(headers, bars, strict=True)]
    (folder / "a.abc").write_text("\n\n".join(texts))
    config = train.Config(tunes=tmp_path, epochs=2, steps=4, batch=16, width=4, dimensions=4, backup_minutes=60)
    run = Run.start("darkroom_melody", config, tmp_path / "runs")
    scores = train.train(config, run)
    assert {"accuracy", "accuracy_of_notes", "interpolation_cost_latent", "density_moved"} <= set(scores)
    assert (run.folder / "held_out.npz").exists()


def test_decoding_what_was_encoded_has_the_shape_of_melodies() -> None:
    network = model.build_vae(dimensions=4, width=4)
    melodies = np.tile(np.arange(STEPS), (3, 1))
    assert model.decode(network, model.encode(network, melodies)).shape == (3, STEPS)
    with pytest.raises(UserError, match="4 finite numbers"):
        model.decode(network, np.zeros(5, np.float32))
