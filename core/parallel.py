"""Calls of a function on many items, several at once, with the results in the order of the items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    function: Callable[[Item], Result], items: Sequence[Item], at_once: int, cancel: Callable[[], object]
) -> Iterator[Result]:
    """Yield `function(item)` for each item, in the order of `items`.

    The first error ends it: no further call begins, and the error is raised once the results before it were yielded.

    Args:
        function: called in this thread if `at_once` is 1, else in threads of its own.
        items: what it is called with.
        at_once: how many calls run at a time at most.
        cancel: called where this ends early, by an error or as the caller stops (Ctrl-C): it ends the calls that run.
    """
    if at_once == 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(at_once) as pool:

        def stop_after_error(future: Future[Any]) -> None:
            if not future.cancelled() and future.exception():
                pool.shutdown(wait=False, cancel_futures=True)

        futures = [pool.submit(function, item) for item in items]
        for future in futures:
            future.add_done_callback(stop_after_error)
        try:
            for future in futures:
                yield _result(future, futures)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            cancel()
            raise


def _result(future: Future[Result], futures: Sequence[Future[Result]]) -> Result:
    """Return the result of `future`; if it was canceled after an error of another one, raise that error."""
    try:
        return future.result()
    except CancelledError:
        failed = next(each for each in futures if each.done() and not each.cancelled() and each.exception())
        return failed.result()
