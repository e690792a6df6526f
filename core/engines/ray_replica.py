"""The far side of `core.engines.ray_serve`: a replica, a process somewhere on the cluster that runs one plugin's verbs.

Calls and answers travel as bytes: they are unpickled only after the plugin's modules can be imported, and arrays arrive
as ones that may be written to, which those of Ray's object store are not.
"""

from __future__ import annotations

import asyncio
import os
import pickle
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from contextlib import closing, suppress
from typing import Any

from core.engine import LocalEngine
from core.engines import remote, worker
from core.engines.remote import Message, Outcome, RemoteError
from core.engines.worker import Request
from core.errors import UserError
from core.manifest import Precision
from core.registry import Record
from core.verbs import import_module_of
from core.weights import WeightsOptions


class Replica:
    """Runs the verbs of one plugin with a `LocalEngine`."""

    def __init__(self, record: Record, weights: Sequence[Any], precision: Precision | None) -> None:
        """Create a replica that has loaded nothing but the plugin's code.

        Args:
            record: the plugin, which is installed on every node of the cluster.
            weights: a reference to the `WeightsOptions` in Ray's object store, alone in a list: so it is not resolved
                before this process exists.
            precision: see `LocalEngine`.
        """
        import ray

        options: WeightsOptions = ray.get(weights[0])
        self._engine = LocalEngine(options, precision)
        with suppress(UserError):  # each call raises it again
            import_module_of(record, "model")

    async def answer(self, request: bytes) -> AsyncIterator[bytes]:
        """Yield the messages that answer a pickled `Request`, pickled. Canceling it closes the verb after its step."""
        with closing(_messages(self._engine, pickle.loads(request))) as messages:
            while (message := await _in_thread(next, messages, None)) is not None:
                yield message

    async def process(self) -> int:
        """Return the id of this process."""
        return os.getpid()


def _messages(engine: LocalEngine, request: Request) -> Generator[bytes, None, None]:
    name = f"{request.call.record.name}.{request.call.verb or request.method}"
    with closing(remote.send(worker.answer(engine, request), name)) as messages:
        for message in messages:
            yield _pickle(message, name)


def _pickle(message: Message, name: str) -> bytes:
    try:
        return pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        return pickle.dumps(Outcome(error=RemoteError(worker.NOT_SENT.format(name, error))))


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function returns in a thread; when canceled, wait for its end first."""
    running = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
