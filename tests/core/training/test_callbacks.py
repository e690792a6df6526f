"""Callbacks: backup, history, divergence, snapshots, noise seeds."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from core.training import callbacks, fit
from core.training.batches import Batches
from core.training.callbacks import Backup, History, ReseedNoise, Snapshots, StopOnDivergence
from core.training.runs import Run, read_snapshots
from core.training.settings import Settings
from tests.core.training.conftest import linear_network, sample_line


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.start("line", Settings(), tmp_path)


def attach(callback: Any, epochs: int = 3, model: Any = None) -> Any:
    callback.set_model(model or SimpleNamespace(stop_training=False))
    callback.set_params({"epochs": epochs})
    return callback


def test_a_backup_that_fails_leaves_the_one_before(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    network = linear_network()
    network.optimizer.build(network.trainable_variables)
    network.stop_training = False
    backup = attach(Backup(run, minutes=0), model=network)
    backup.on_epoch_end(0)
    monkeypatch.setattr(network, "save_weights", lambda *_, **__: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        backup.on_epoch_end(1)
    assert [path.name for path in backup.folder.iterdir()] == ["epoch_000001.weights.h5"]
    assert Backup(run, 0).restore(linear_network()) == 1


def test_a_backup_is_written_when_due_and_after_the_last_epoch(run: Run) -> None:
    network = linear_network()
    network.stop_training = False
    backup = attach(Backup(run, minutes=60), epochs=2, model=network)
    backup.on_epoch_end(0)
    assert not backup.folder.exists()
    backup.on_epoch_end(1)
    assert [path.name for path in backup.folder.iterdir()] == ["epoch_000002.weights.h5"]


@pytest.mark.parametrize(
    ("losses", "stops"), [([1, 2, 9], False), ([1, 11], True), ([1, float("nan")], True), ([-1, 50], False)]
)
def test_training_stops_when_the_loss_diverges(run: Run, losses: list[float], stops: bool) -> None:
    watcher = attach(StopOnDivergence(run, factor=10))
    watcher.on_train_begin()
    for epoch, loss in enumerate(losses):
        watcher.on_epoch_end(epoch, {"loss": loss})
    assert watcher.model.stop_training == stops


def test_a_resumed_run_compares_with_the_lowest_loss_in_its_history(run: Run) -> None:
    run.history_file.write_text("epoch,loss\n0,0.5\n1,0.1\n")
    watcher = attach(StopOnDivergence(run, factor=10))
    watcher.on_train_begin()
    assert watcher.lowest == 0.1


def test_the_history_drops_the_rows_of_repeated_epochs(run: Run) -> None:
    run.history_file.write_text("epoch,loss\n0,0.5\n1,0.1\n2,0.2\n")
    History(run, epochs_done=2)
    assert [row["epoch"] for row in run.rows()] == ["0", "1"]
    History(run, epochs_done=0)
    assert not run.history_file.exists()


def test_snapshots_are_recorded_before_training_and_after_chosen_epochs(run: Run) -> None:
    network = linear_network()
    snapshots = Snapshots(run, lambda: {"kernel": network.get_weights()[0].copy()}, ("loss",))
    settings = Settings(epochs=7, steps=2, backup_minutes=0)
    fit.fit(network, Batches(sample_line, 2, 0), None, settings, run, [snapshots])
    stored = read_snapshots(run.checkpoint / callbacks.SNAPSHOTS_FILE)
    assert stored["epochs"].tolist() == [0, 1, 2, 3, 5, 7]
    assert stored["kernel"].shape == (6, 1, 1)
    assert stored["loss"].shape == (7,)
    np.testing.assert_array_equal(stored["kernel"][-1], network.get_weights()[0])


def test_a_resumed_run_keeps_its_snapshots(run: Run) -> None:
    values = iter(range(10))
    for epochs in (2, 3):
        network = linear_network()
        snapshots = Snapshots(run, lambda: {"call": np.array(next(values))}, ())
        settings = Settings(epochs=epochs, steps=1, backup_minutes=0)
        fit.fit(network, Batches(sample_line, 1, 0), None, settings, run, [snapshots])
    stored = read_snapshots(run.checkpoint / callbacks.SNAPSHOTS_FILE)
    assert (stored["epochs"].tolist(), stored["call"].tolist()) == ([0, 1, 2, 3], [0, 1, 2, 3])


def test_reseed_sets_the_state_after_so_many_draws() -> None:
    counted, reseeded = keras.random.SeedGenerator(7), keras.random.SeedGenerator(0)
    for _ in range(3):
        keras.random.normal((2,), seed=counted)
    callbacks.reseed(reseeded, 7, 3)
    np.testing.assert_array_equal(keras.random.normal((2,), seed=reseeded), keras.random.normal((2,), seed=counted))


def test_noise_depends_on_seed_and_epoch_only() -> None:
    model = SimpleNamespace(noise=keras.random.SeedGenerator(0))

    def noise(seed: int, epoch: int) -> tuple[float, ...]:
        attach(ReseedNoise(seed), model=model).on_epoch_begin(epoch)
        return tuple(np.asarray(keras.random.normal((4,), seed=model.noise)).tolist())

    assert noise(1, 5) == noise(1, 5)
    assert len({noise(1, 5), noise(1, 6), noise(2, 5), noise(1, 2**15)}) == 4  # more draws than 32 bits count
