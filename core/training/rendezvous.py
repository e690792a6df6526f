"""The processes of a training meet before they train: the first one waits for all others, then all begin at once.

JAX has a meeting of its own, but ends a process with a dump where others do not come to it.
"""

from __future__ import annotations

import re
import socket
import time
from contextlib import ExitStack, suppress

from core.errors import UserError

PATIENCE = 600.0  # seconds that each process waits for the others
PAUSE = 1.0  # seconds between two attempts to reach the first one
GREETING_WITHIN = 5.0  # seconds
LONGEST_LINE = 200  # bytes
GREETING, GO = "darkroom process {}", "go"
GREETED = re.compile(GREETING.format(r"(\d{1,6})"))

NO_ADDRESS = "--coordinator is {!r}: write HOST:PORT, such as 10.0.0.1:1234."
NOT_REACHED = "--coordinator {} cannot be reached by all processes: {}"
NOT_LISTENING = "--coordinator {}: the first process cannot listen there ({}): name a port that is free."
MISSING = (
    "--process-id {} has not come to --coordinator {} within {:.0f} s: start all {} processes at about the same time."
)
NO_ANSWER = "the first process has ended"
TOO_MANY = "there are {} processes: use --process-id 0 to {}."
TWICE = "another process has come with --process-id {}: give each process another one."


def gather(coordinator: str, count: int) -> None:
    """Return once all `count` processes have come to this one, the first, which listens at the port of host:port.

    Raises:
        UserError: if some do not come for `PATIENCE` seconds, which names them, or the address cannot be used.
    """
    _, port = _parse(coordinator)
    deadline, here = time.monotonic() + PATIENCE, dict[int, socket.socket]()
    with ExitStack() as open_sockets:
        try:
            server = open_sockets.enter_context(_listen(port))
        except (OSError, OverflowError) as error:
            raise UserError(NOT_LISTENING.format(coordinator, error)) from None
        while missing := sorted({*range(1, count)} - here.keys()):
            server.settimeout(max(PAUSE / 100, deadline - time.monotonic()))
            try:
                connection = open_sockets.enter_context(server.accept()[0])
            except TimeoutError:
                names = ", ".join(map(str, missing))
                raise UserError(MISSING.format(names, coordinator, PATIENCE, count)) from None
            _welcome(connection, count, here)
            here = {index: each for index, each in here.items() if _is_open(each)}
        for each in here.values():
            _send(each, GO)


def come(coordinator: str, index: int) -> None:
    """Return once the first process, at host:port, says that all have come.

    Raises:
        UserError: if it is not there for `PATIENCE` seconds, refuses this one, or ends; or `coordinator` is no address.
    """
    deadline = time.monotonic() + PATIENCE
    with _reach(coordinator, deadline) as connection:
        _send(connection, GREETING.format(index))
        connection.settimeout(max(PAUSE, deadline - time.monotonic()) + PAUSE)
        with suppress(OSError):
            answer = _read_line(connection)
            if answer == GO:
                return
            raise UserError(answer or NOT_REACHED.format(coordinator, NO_ANSWER))
    raise UserError(NOT_REACHED.format(coordinator, NO_ANSWER))


def _parse(coordinator: str) -> tuple[str, int]:
    host, _, port = coordinator.rpartition(":")
    if not host or not port.isdecimal():
        raise UserError(NO_ADDRESS.format(coordinator))
    return host.strip("[]"), int(port)


def _listen(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", port))


def _reach(coordinator: str, deadline: float) -> socket.socket:
    """Return a connection to the first process, which may come later."""
    address = _parse(coordinator)
    while True:
        try:
            return socket.create_connection(address, timeout=PAUSE)
        except (OSError, OverflowError) as error:
            if time.monotonic() > deadline:
                raise UserError(NOT_REACHED.format(coordinator, error)) from None
            time.sleep(PAUSE)


def _welcome(connection: socket.socket, count: int, here: dict[int, socket.socket]) -> None:
    """Add a process that has come to those that are here; what is none is left alone."""
    connection.settimeout(GREETING_WITHIN)
    try:
        greeted = GREETED.fullmatch(_read_line(connection))
    except OSError:
        return
    if greeted is None:
        connection.close()
        return
    index = int(greeted[1])
    if not 0 < index < count:
        _send(connection, TOO_MANY.format(count, count - 1))
        return
    if index in here:
        _send(here[index], TWICE.format(index))
    here[index] = connection


def _is_open(connection: socket.socket) -> bool:
    """Return whether the process at the other end is still there: none says anything while it waits."""
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True
    except OSError:
        return False


def _send(connection: socket.socket, line: str) -> None:
    """Send a line; that the other process has ended is noticed elsewhere."""
    connection.settimeout(GREETING_WITHIN)
    with suppress(OSError):
        connection.sendall(f"{line}\n".encode())


def _read_line(connection: socket.socket) -> str:
    """Return what comes before the end of a line, or of the connection."""
    line = b""
    while not line.endswith(b"\n") and len(line) < LONGEST_LINE and (byte := connection.recv(1)):
        line += byte
    return line.decode("ascii", "replace").strip()
