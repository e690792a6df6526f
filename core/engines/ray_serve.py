"""The engine for more than one machine: verbs run on a Ray Serve cluster, each plugin in replicas of its own.

`python app.py --engine ray` starts a cluster on this machine, `--ray-address` names one that runs already; the app's
machine must be a node of it, and every node has the suite, its plugins and `requirements-ray.txt` installed. Pages stay
in the process of the app. Documentation: https://docs.ray.io/en/latest/serve/
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import secrets
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from contextlib import closing, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.engine import Call
from core.engines import ray_ownership, ray_surroundings, remote, scale, shipping
from core.engines.ray_ownership import APPLICATION, NAMESPACE
from core.engines.ray_replica import Replica
from core.engines.remote import EngineError, Message, Outcome
from core.engines.scale import Scales
from core.engines.worker import LOADED, Request
from core.errors import UserError
from core.manifest import Precision
from core.progress import Progress, Steps, finish
from core.registry import Record
from core.turns import VISITOR
from core.weights import BUNDLED, WeightsOptions

LOGGER = logging.getLogger(__name__)
NOT_INSTALLED = "--engine ray needs Ray, which is not installed: pip install -r requirements-ray.txt"
STARTING, STEP = 600.0, 60.0  # seconds: a replica and its network, on a cluster that may grow first; a step of a verb
STORE = 512 * 2**20  # bytes of shared memory for calls and results, of a cluster that is started here
BETWEEN_CONNECTIONS = 10.0  # seconds between two attempts to reach a cluster that is gone

UNREACHABLE = "the Ray cluster at {} cannot be reached: {}"
DIED = "{}: its replica ended during {}"
SILENT = "{}: the Ray cluster has sent nothing for {:.0f} s during {}"
CLOSED = "{}: the engine was closed during {}"
GOES_WITH = "--{} goes with --engine ray: add that, or leave it out."


class ClusterError(EngineError):
    """A cluster that cannot be reached, or does not answer."""

    notice = "The machines that compute this cannot be reached at the moment: try again in a minute."
    ends_batch = True


class ReplicaEndedError(EngineError):
    """A replica that ended during a call."""

    notice = "The machine that computed this stopped in the middle of it: try once more."


def choose(
    engine: str, address: str | None, table: Path | None
) -> Callable[[WeightsOptions, Precision | None], RayEngine] | None:
    """Return what makes the engine that some flags ask for; None if they ask for another one.

    Args:
        engine: the value of `--engine`.
        address: that of `--ray-address`.
        table: that of `--ray-scale`, see `core.engines.scale`.

    Raises:
        UserError: if a flag goes with another engine, or the table is wrong.
    """
    if engine != "ray":
        if given := [name for name, value in (("ray-address", address), ("ray-scale", table)) if value]:
            raise UserError(GOES_WITH.format(given[0]))
        return None
    return partial(RayEngine, address=address, scales=scale.read(table) if table else None)


class RayEngine:
    """Runs the verbs of each plugin in its deployment on a Ray Serve cluster."""

    def __init__(
        self,
        options: WeightsOptions = BUNDLED,
        precision: Precision | None = None,
        address: str | None = None,
        scales: Scales | None = None,
    ) -> None:
        """Create an engine that has connected to nothing yet.

        Args:
            options: which weights to use, see `core.engines.shipping` for how they reach other machines.
            precision: see `LocalEngine`.
            address: host:port of the cluster's head; None starts a cluster on this machine.
            scales: what each plugin gets of the cluster.

        Raises:
            UserError: if Ray is not installed.
        """
        if find_spec("ray") is None:
            raise UserError(NOT_INSTALLED)
        self.options, self._precision = options, precision
        self._address, self._scales = address, scales or Scales()
        self._handles: dict[str, Future[Any]] = {}
        self._starter = ThreadPoolExecutor(1, "ray deployments")
        self._app = secrets.token_hex(4)  # names its applications: others may use the same cluster
        self._claim: Any = None  # on the cluster, as long as this refers to it
        self._weights: list[Any] = []  # what Ray's object store holds as long as this refers to it
        self._lock, self._tried = threading.Lock(), -BETWEEN_CONNECTIONS
        self._waiting: set[Future[Any]] = set()  # for messages
        self._is_closed = False
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _, context: LOGGER.debug("%s", context))  # of calls that were closed
        threading.Thread(target=self._loop.run_forever, daemon=True, name="ray answers").start()

    def stream(self, call: Call) -> Steps[Any]:
        """Yield the progress of `call`, then return its result; closing the generator cancels the call.

        A call whose replica ends is made once more, unless plugin.toml says that its verb must not be repeated.

        Raises:
            ReplicaEndedError: if its replica ended, and that of the second attempt too.
            ClusterError: if the cluster cannot be reached, or does not answer.
            RemoteError: if the verb raises an error that is no UserError.
        """
        try:
            return (yield from self._attempt(call))
        except ReplicaEndedError as error:
            if call.verb in call.record.ready_manifest.not_repeatable:
                raise
            LOGGER.warning("%s; the call is made once more", error)
        return (yield from self._attempt(call))

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights, as text for a page. Loads the network if necessary."""
        return f"Ray · {self._ask_once(Request('describe', Call(record, '', checkpoint=checkpoint)))}"

    def place(self, record: Record) -> str:
        """Return where the networks of a plugin run, in words for visitors."""
        place = self._ask_once(Request("place", Call(record, "")))
        return place.replace("this server's", "a cluster's")

    def capacity(self, record: Record) -> int:
        """Return how many calls, made at once, keep all replicas of a plugin busy."""
        return self._scales.of(record.name).capacity

    def close(self) -> None:
        """Remove the deployments, and end the cluster if it was started here: calls that run raise ClusterError."""
        import ray
        from ray import serve

        self._is_closed = True
        for waiting in list(self._waiting):
            waiting.cancel()
        with suppress(Exception):
            for name in self._handles if self._address else ():  # which waits for the calls that run in them
                serve.delete(APPLICATION.format(name, self._app))
            ray.shutdown()
        self._starter.shutdown(wait=False, cancel_futures=True)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _attempt(self, call: Call) -> Steps[Any]:
        with closing(self._ask(Request("stream", call, VISITOR.get()))) as messages:
            return (yield from remote.receive(messages))

    def _ask_once(self, request: Request) -> str:
        with closing(self._ask(request)) as messages:
            answer: str = finish(remote.receive(messages))
        return answer

    def _ask(self, request: Request) -> Generator[Message, None, None]:
        """Yield the messages of a replica that answer `request`."""
        record, what = request.call.record, request.call.verb or request.method
        response = self._handle(record).answer.remote(pickle.dumps(request, pickle.HIGHEST_PROTOCOL))
        patience, message = STARTING, None
        try:
            while not isinstance(message, Outcome):
                message = self._next(response, record.name, what, patience)
                patience = STEP
                if message != LOADED:
                    yield message
        finally:
            if not isinstance(message, Outcome):
                response.cancel()

    def _next(self, response: Any, plugin: str, what: str, patience: float) -> Message:
        """Return the next message of a call. Raises ReplicaEndedError or ClusterError where none comes."""
        from ray.exceptions import RayError
        from ray.serve.exceptions import RayServeException

        waiting = asyncio.run_coroutine_threadsafe(response.__anext__(), self._loop)
        self._waiting.add(waiting)
        if self._is_closed:  # meanwhile
            waiting.cancel()
        try:
            message: Progress | Outcome = pickle.loads(waiting.result(patience))
            return message
        except CancelledError:
            raise ClusterError(CLOSED.format(plugin, what)) from None
        except NoAnswer:
            self._forget()
            raise ClusterError(SILENT.format(plugin, patience, what)) from None
        except (RayError, RayServeException, StopAsyncIteration) as error:
            raise ReplicaEndedError(f"{DIED.format(plugin, what)}: {type(error).__name__}") from error
        finally:
            self._waiting.discard(waiting)

    def _handle(self, record: Record) -> Any:
        """Return the handle of a plugin's deployment, which is made if it is not there. Raises ClusterError."""
        with self._lock:
            if record.name not in self._handles:
                self._handles[record.name] = self._starter.submit(self._deploy, record)
            handle = self._handles[record.name]
        try:
            return handle.result(STARTING)
        except NoAnswer:  # it may still come
            raise ClusterError(SILENT.format(record.name, STARTING, "its start")) from None
        except UserError:
            self._handles.pop(record.name, None)
            raise
        except Exception as error:
            self._handles.pop(record.name, None)
            raise ClusterError(UNREACHABLE.format(self._address or "this machine", error)) from error

    def _connect(self) -> None:
        """Connect to the cluster, or start it, if that is not done."""
        ray_surroundings.set_environment(is_own=self._address is None)
        import ray

        ray_surroundings.log_instead_of_printing()
        if ray.is_initialized():
            return
        if time.monotonic() < self._tried + BETWEEN_CONNECTIONS:
            raise ConnectionError("it was tried a moment ago")
        self._tried = time.monotonic()
        common: dict[str, Any] = {"namespace": NAMESPACE, "log_to_driver": False, "configure_logging": False}
        if self._address:
            ray.init(self._address, **common)
        else:
            own: dict[str, Any] = {"object_store_memory": STORE, "_node_ip_address": "127.0.0.1"}
            ray.init("local", include_dashboard=False, **own, **common)  # not one that somebody has started here

    def _deploy(self, record: Record) -> Any:
        """Return the handle of a new deployment of a plugin. One thread runs this: others do not wait for a lock."""
        self._connect()
        import ray
        from ray import serve

        logging.getLogger("ray.serve").setLevel(logging.WARNING)  # it tells of each deployment
        serve.start(proxy_location="Disabled")  # calls come by handles: there is no HTTP
        if self._address and self._claim is None:
            self._claim = ray_ownership.claim(self._app)
            ray_ownership.remove_abandoned()
        self._weights.append(weights := ray.put(shipping.pack(record, self.options)))
        options = self._scales.of(record.name).deployment_options()
        deployment = serve.deployment(Replica).options(name=record.name, **options)
        application = deployment.bind(record, [weights], self._precision)
        handle = serve.run(application, name=APPLICATION.format(record.name, self._app), route_prefix=None)
        return handle.options(stream=True)

    def _forget(self) -> None:
        """Connect anew at the next call."""
        import ray

        with self._lock:
            self._handles.clear()

        def disconnect() -> None:
            self._claim = None
            ray.shutdown()

        self._starter.submit(disconnect)
