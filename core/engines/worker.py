"""The far side of `core.engines.isolated`: a process that runs one plugin's verbs, started as `python -m`.

It reads a `Setup` from its standard input, says that it is ready by closing its standard output, and ends when its
standard input is closed, which happens when the process that started it ends, in whatever way.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import pickle
import signal
import sys
import threading
from collections.abc import Hashable
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener
from typing import Any, Literal

from core.engine import Call, LocalEngine
from core.engines import remote
from core.engines.remote import Message, Outcome, RemoteError
from core.errors import UserError
from core.manifest import Precision
from core.progress import Progress, Steps
from core.registry import Record
from core.turns import on_behalf_of
from core.verbs import import_module_of
from core.weights import WeightsOptions

LOADED = Progress(0, 0, unit="Loaded")  # sent once the network is there: from now on, steps have a time limit
NEXT = b"next"  # what asks for the next step
NOT_SENT = "{} returns what cannot be sent to another process: {}"


@dataclass(frozen=True)
class Setup:
    """What a process runs, and where it is asked: `address` is that of a Unix socket."""

    record: Record
    options: WeightsOptions
    precision: Precision | None
    address: str
    key: bytes


@dataclass(frozen=True)
class Request:
    """One question: the method of the engine that answers it, the call, and whose call it is."""

    method: Literal["stream", "describe", "place"]
    call: Call
    visitor: Hashable | None = None


def main() -> None:
    """Answer requests until the process that started this one ends."""
    from core.networks import backend

    logging.basicConfig()
    faulthandler.enable()  # a crash of native code leaves its traceback in the log
    faulthandler.register(signal.SIGUSR1)  # and so does a step that takes too long
    setup: Setup = pickle.load(sys.stdin.buffer)
    ready = os.dup(1)
    os.dup2(2, 1)  # what a plugin prints goes to the log
    threading.Thread(target=_end_with_parent, daemon=True).start()
    backend.start()
    engine = LocalEngine(setup.options, setup.precision)
    with suppress(UserError):  # each call raises it again
        import_module_of(setup.record, "model")
    with Listener(setup.address, authkey=setup.key) as listener:
        os.close(ready)
        while True:
            with suppress(AuthenticationError, EOFError, OSError):
                threading.Thread(target=_serve, args=(engine, listener.accept()), daemon=True).start()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _serve(engine: LocalEngine, connection: Connection) -> None:
    """Answer the request that comes by `connection`: one message each time that the other side asks for the next."""
    with connection, suppress(EOFError, OSError):  # the caller has canceled, or is gone
        request: Request = connection.recv()
        name = f"{request.call.record.name}.{request.call.verb or request.method}"
        with closing(remote.send(answer(engine, request), name)) as messages:
            for message in messages:
                _send(connection, message, name)
                if isinstance(message, Progress):
                    connection.recv()


def answer(engine: LocalEngine, request: Request) -> Steps[Any]:
    """Yield the progress of a request, then return its result."""
    if request.method == "place":
        return engine.place(request.call.record)
    if request.method == "describe":
        return engine.describe(request.call.record, request.call.checkpoint)
    call = engine.load(request.call)
    yield LOADED
    return (yield from on_behalf_of(request.visitor, engine.stream(call)))


def _send(connection: Connection, message: Message, name: str) -> None:
    try:
        connection.send(message)
    except (pickle.PicklingError, TypeError, AttributeError) as error:  # nothing was sent
        connection.send(Outcome(error=RemoteError(NOT_SENT.format(name, error))))


if __name__ == "__main__":
    main()
