"""Admission of runs by the megapixels that they hold."""

from __future__ import annotations

import inspect
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import UserError
from core.imaging import images
from core.progress import Progress, Steps, finish
from core.web import admission
from core.web.admission import MOST_OVERTAKEN, MOST_WAITING, PLACE, Admission
from core.web.pages import Dropped


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run that waits look again at once."""
    monkeypatch.setattr(admission, "SECONDS_BETWEEN_LOOKS", 0)


def places(run: object) -> int | None:
    """Return the place of a run, None once it is admitted."""
    return next(run, None)  # type: ignore[call-overload,no-any-return]


def test_runs_are_admitted_in_order_as_room_becomes_free() -> None:
    rooms = Admission(24)
    with rooms.enter(12) as first, ExitStack() as second:
        second_places = second.enter_context(rooms.enter(12))
        with rooms.enter(12) as third, rooms.enter(12) as fourth:
            assert [places(run) for run in (first, second_places, third, fourth)] == [None, None, 1, 2]
            second.close()
            assert [places(run) for run in (fourth, third, fourth)] == [2, None, 1]
    assert rooms._waiting == rooms._admitted == []


def test_a_small_picture_goes_before_a_large_one_that_does_not_fit_but_not_for_ever() -> None:
    rooms = Admission(24)
    with rooms.enter(20) as first, rooms.enter(20) as large:
        assert [places(first), places(large)] == [None, 1]
        for _ in range(MOST_OVERTAKEN):
            with rooms.enter(1) as small:
                assert places(small) is None
        with rooms.enter(1) as small:
            assert places(small) == 2


def test_nobody_waits_for_all_the_pictures_of_another() -> None:
    rooms = Admission(12)
    with rooms.enter(12, "first") as running, rooms.enter(12, "first") as next_one:
        assert [places(running), places(next_one)] == [None, 1]
        with rooms.enter(12, "second") as others:
            assert [places(others), places(next_one)] == [1, 2]


def test_a_picture_larger_than_the_room_runs_alone() -> None:
    rooms = Admission(24)
    with rooms.enter(100) as huge, rooms.enter(1) as other:
        assert [places(huge), places(other)] == [None, 1]


def test_too_many_are_refused() -> None:
    rooms = Admission(24)
    rooms._waiting = [admission._Run(24)] * MOST_WAITING
    with pytest.raises(UserError, match="64 pictures are waiting already"), rooms.enter(1):
        pass


def test_a_run_holds_what_its_pictures_have_or_its_handler_says(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    images.save(np.zeros((100, 200, 3), np.float32), photo)

    def one(plugin: object, name: str, photo: Dropped) -> None: ...

    def two(plugin: object, photo: Dropped, painting: Dropped) -> None: ...

    sizes = [admission._megapixels(one, (None, "text", each)) for each in (str(photo), photo.read_bytes(), None, "no")]
    assert sizes == [0.02, 0.02, 0, 0]
    assert admission._megapixels(two, (None, str(photo), str(photo))) == 0.04
    assert admission._megapixels(admission.holds(factor=16)(two), (None, str(photo), None)) == 0.32
    assert admission._megapixels(admission.holds(at_most=0.01)(one), (None, "", str(photo))) == 0.01


def test_a_run_tells_its_place_then_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    rooms, seen, before = Admission(24), [], admission._Run(24)
    monkeypatch.setattr(admission, "ADMISSION", rooms)

    def handler(plugin: object) -> Steps[int]:
        yield Progress(1, 2)
        return 3

    def watch(progress: Progress) -> None:
        seen.append(progress)
        rooms._admitted = [run for run in rooms._admitted if run is not before]  # which ends

    rooms._admitted = [before]
    monkeypatch.setattr(admission, "_megapixels", lambda *_: 1)
    assert finish(admission.run(handler, (None,)), watch) == 3
    assert seen == [Progress(1, 1, unit=PLACE), Progress(1, 2)]


def test_a_run_ends_at_the_time_limit_and_what_it_holds_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission.ADMISSION, "time_limit", 0.02)
    closed: list[bool] = []

    def endless(plugin: object) -> Steps[None]:
        try:
            while True:
                yield Progress(0, 1)
        finally:
            closed.append(True)

    with pytest.raises(UserError, match=r"longer than 0\.02 seconds"):
        finish(admission.run(endless, (None,)))
    assert closed
    assert admission.ADMISSION._admitted == []


@pytest.mark.parametrize(
    ("annotation", "expected"), [(Dropped, True), ("Dropped", True), (str, False), ("str | None", False)]
)
def test_a_picture_is_known_by_its_type_or_its_source(annotation: Any, expected: bool) -> None:
    parameter = inspect.Parameter("it", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation)
    assert admission.is_picture(parameter) is expected
