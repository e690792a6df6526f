"""The engine for plugins that ask for isolation: each has a process of its own, which may hang or crash by itself.

`isolate = true` in plugin.toml asks for it, or DARKROOM_ISOLATE, which names plugins. This is no protection from a
plugin that means harm: its page is built in the process of the app.
"""

from __future__ import annotations

import logging
import os
import pickle
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import closing, suppress
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import IO, Any

from core.engine import Call, Engine, LocalEngine
from core.engines import remote
from core.engines.remote import EngineError, Message, Outcome
from core.engines.worker import LOADED, NEXT, Request, Setup
from core.manifest import Precision
from core.progress import Steps, finish
from core.registry import Record
from core.turns import VISITOR
from core.weights import BUNDLED, WeightsOptions

LOGGER = logging.getLogger(__name__)
SUITE = Path(__file__).parents[2]
STARTING, LOADING, STEP = 120.0, 600.0, 60.0  # seconds: imports, a network and its download, a step of a verb
BETWEEN_STARTS = 5.0  # seconds: a plugin that ends its process at once does not keep the processor busy
STACKS_WRITTEN = 0.5  # seconds

HANGS = "{}: its process was ended, as {} took longer than {:.0f} s: yield Progress more often"
ENDED = "{}: its process ended with {} during {}"
TOO_SOON = "{}: its process ended a moment ago, and is started again in a while"


def make_engine(options: WeightsOptions = BUNDLED, precision: Precision | None = None) -> Engine:
    """Return the engine for one machine: see `MixedEngine`."""
    return MixedEngine(LocalEngine(options, precision), IsolatedEngine(options, precision))


class MixedEngine:
    """Runs the verbs of most plugins in one engine, and those of plugins that ask for isolation in another."""

    def __init__(self, shared: Engine, isolated: Engine) -> None:
        self.options = shared.options
        self._shared, self._isolated = shared, isolated

    def stream(self, call: Call) -> Steps[Any]:
        """Yield the progress of `call`, then return its result; closing the generator cancels the call."""
        return self._of(call.record).stream(call)

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, as text for a page."""
        return self._of(record).describe(record, checkpoint)

    def place(self, record: Record) -> str:
        """Return where the networks of a plugin run, in words for visitors."""
        return self._of(record).place(record)

    def capacity(self, record: Record) -> int:
        """Return how many calls, made at once, keep it busy."""
        return self._of(record).capacity(record)

    def close(self) -> None:
        """End both."""
        self._shared.close()
        self._isolated.close()

    def _of(self, record: Record) -> Engine:
        return self._isolated if record.isolated else self._shared


class IsolatedEngine:
    """Runs the verbs of each plugin in a process of its own, which is started again after it has ended."""

    def __init__(self, options: WeightsOptions = BUNDLED, precision: Precision | None = None) -> None:
        """Create an engine that has started nothing yet; see `LocalEngine`."""
        self.options, self._precision = options, precision
        self._workers: dict[str, Worker] = {}
        self._lock = threading.Lock()

    def stream(self, call: Call) -> Steps[Any]:
        """Yield the progress of `call`, then return its result; closing the generator cancels the call.

        Raises:
            EngineError: if the process ends, or does not answer: it is then started again for the next call.
            RemoteError: if the verb raises an error that is no UserError.
        """
        with closing(self._worker(call.record).ask(Request("stream", call, VISITOR.get()))) as messages:
            return (yield from remote.receive(messages))

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, as text for a page. Loads the network if necessary."""
        return self._ask(Request("describe", Call(record, "", checkpoint=checkpoint)))

    def place(self, record: Record) -> str:
        """Return where the networks of a plugin run, in words for visitors."""
        return self._ask(Request("place", Call(record, "")))

    def capacity(self, record: Record) -> int:
        """Return 1: each plugin has one process."""
        return 1

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            for worker in self._workers.values():
                worker.close()

    def _ask(self, request: Request) -> str:
        answer: str = finish(remote.receive(self._worker(request.call.record).ask(request)))
        return answer

    def _worker(self, record: Record) -> Worker:
        with self._lock:
            if record.name not in self._workers:
                self._workers[record.name] = Worker(record, self.options, self._precision)
            return self._workers[record.name]


class Worker:
    """The process of one plugin, started when it is asked, and again when it is asked after it has ended."""

    def __init__(self, record: Record, options: WeightsOptions, precision: Precision | None) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._name, self._lock, self._started = record.name, threading.Lock(), -BETWEEN_STARTS
        self._folder = tempfile.TemporaryDirectory(prefix="darkroom-")
        address = str(Path(self._folder.name) / "socket")
        self._setup = Setup(record, options, precision, address, os.urandom(32))

    def ask(self, request: Request) -> Generator[Message, None, None]:
        """Yield the messages that answer `request`, each when it is asked for. Raises EngineError; see `stream`."""
        what, patience = request.call.verb or "loading", LOADING
        with self._connect() as connection:
            connection.send(request)
            while True:
                message = self._receive(connection, what, patience)
                if message != LOADED:
                    yield message
                if isinstance(message, Outcome):
                    return
                patience = STEP
                with suppress(OSError):  # it has ended: the next message says so
                    connection.send(NEXT)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self.process:
                _end(self.process)
        self._folder.cleanup()

    def _receive(self, connection: Connection, what: str, patience: float) -> Message:
        """Return the next message of a call of `what`; end the process where none comes."""
        process = self.process
        try:
            if connection.poll(patience):
                message: Message = connection.recv()
                return message
        except (EOFError, OSError):
            raise EngineError(ENDED.format(self._name, _describe_end(process), what)) from None
        _kill(process)
        raise EngineError(HANGS.format(self._name, what, patience))

    def _connect(self) -> Connection:
        with self._lock:
            if self.process is None or self.process.poll() is not None:
                self._start()
            try:
                return Client(self._setup.address, authkey=self._setup.key)
            except (EOFError, OSError):
                raise EngineError(ENDED.format(self._name, _describe_end(self.process), "a call")) from None

    def _start(self) -> None:
        """Start the process, and wait until it is ready. Raises EngineError if it ends or hangs before."""
        if time.monotonic() < self._started + BETWEEN_STARTS:
            raise EngineError(TOO_SOON.format(self._name))
        self._started = time.monotonic()
        LOGGER.warning("%s: starting its process", self._name)
        if self.process:
            _end(self.process)
        Path(self._setup.address).unlink(missing_ok=True)
        command = [sys.executable, "-m", "core.engines.worker"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment())
        assert self.process.stdin
        assert self.process.stdout
        with suppress(BrokenPipeError):
            self.process.stdin.write(pickle.dumps(self._setup))
            self.process.stdin.flush()
        is_closed = _wait_until_closed(self.process.stdout, STARTING)
        if not is_closed:
            _kill(self.process)
            raise EngineError(HANGS.format(self._name, "importing model.py", STARTING))


def environment() -> dict[str, str]:
    """Return the environment of a process that finds the suite and the plugins where this one does."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(SUITE), *filter(None, sys.path)])}


def _wait_until_closed(pipe: IO[bytes], seconds: float) -> bool:
    """Return whether the other end of a pipe was closed within some seconds."""
    return bool(select.select([pipe], [], [], seconds)[0])


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    """End a process, after it has written to the log where its threads are."""
    if process:
        process.send_signal(signal.SIGUSR1)
        time.sleep(STACKS_WRITTEN)
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with process:  # closes its pipes
        process.kill()


def _describe_end(process: subprocess.Popen[bytes] | None) -> str:
    return describe_status(process.wait() if process else 0)


def describe_status(status: int) -> str:
    """Return the exit status of a process in words: "status 7", "SIGSEGV"."""
    return f"status {status}" if status >= 0 else signal.Signals(-status).name
