"""Generators of progress: run to the end, translated, closed."""

from __future__ import annotations

from core.progress import Progress, Steps, finish, then, translate, within


def count(log: list[str]) -> Steps[str]:
    try:
        yield Progress(1, 2)
        yield Progress(2, 2, "almost")
        return "result"
    finally:
        log.append("closed")


def test_finish_returns_the_result_and_reports_every_step() -> None:
    seen: list[Progress] = []
    assert finish(count([]), seen.append) == "result"
    assert seen == [Progress(1, 2), Progress(2, 2, "almost")]


def test_translate_keeps_the_result() -> None:
    seen: list[object] = []
    assert finish(translate(count([]), lambda progress: progress.done), seen.append) == "result"
    assert seen == [1, 2]


def test_closing_a_translation_closes_the_steps() -> None:
    log: list[str] = []
    translated = translate(count(log), lambda progress: progress.done)
    next(translated)
    translated.close()
    assert log == ["closed"]


def test_two_generators_of_progress_are_counted_as_one() -> None:
    def count(total: int, result: int) -> Steps[int]:
        for done in range(total):
            yield Progress(done + 1, total)
        return result

    seen: list[Progress] = []
    assert finish(then(count(2, 5), lambda result: count(3, result + 1), 3), seen.append) == 6
    assert [(each.done, each.total) for each in seen] == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_steps_are_counted_within_a_larger_number_which_grows_where_it_is_too_small() -> None:
    seen: list[Progress] = []
    assert finish(within(5, 3, count([])), seen.append) == "result"
    assert seen == [Progress(4, 5), Progress(5, 5, "almost")]
    finish(within(2, 1, count([])), seen.append)
    assert seen[-1] == Progress(3, 3, "almost")
