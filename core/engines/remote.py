"""Calls of verbs that run in another process: what is sent back after each step, and how it becomes a generator again.

The far side sends `send(steps)`, message by message; the near side returns `receive(messages)` to the caller.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from core.errors import OwnerError, UserError
from core.progress import Progress, Steps

LOGGER = logging.getLogger(__name__)


class EngineError(OwnerError):
    """A process that runs verbs and has ended, or was ended as it did not answer; the message says which, and how."""

    notice = "This demo stopped working and is being started again: try once more in a moment, or with other settings."
    ends_batch = False  # it may be this file that ends it


class RemoteError(RuntimeError):
    """An exception that a verb raised in another process: the message holds its type and its text."""


@dataclass(frozen=True)
class Outcome:
    """The result or the error of a call: the last message."""

    value: Any = None
    error: BaseException | None = None


Message = Progress | Outcome


def send(steps: Steps[Any], name: str) -> Generator[Message, None, None]:
    """Yield the progress of `steps`, then their outcome. Closing this generator closes `steps`.

    Args:
        steps: those of a call.
        name: of what is called, for the log.
    """
    try:
        value = yield from steps
    except GeneratorExit:
        raise
    except UserError as error:
        yield Outcome(error=_without_plugin(error))
    except BaseException as error:
        LOGGER.exception("%s failed", name)
        yield Outcome(error=RemoteError(f"{name} failed: {type(error).__name__}: {error}"))
    else:
        yield Outcome(value)


def receive(messages: Iterable[Message]) -> Steps[Any]:
    """Yield the progress in `messages`, and return the result or raise the error that the last one holds."""
    outcome = Outcome(error=EngineError("the call ended without a result"))
    for message in messages:  # to the end, although the outcome is the last: closed early, they would be canceled
        if isinstance(message, Outcome):
            outcome = message
        else:
            yield message
    if outcome.error is not None:
        raise outcome.error
    return outcome.value


def _without_plugin(error: UserError) -> UserError:
    """Return an error that can be read where the plugin's own modules are not imported."""
    return error if type(error).__module__.startswith("core.") else UserError(str(error))
