"""The processes of a training meet, or each says in a sentence who is missing."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from core.errors import UserError
from core.training import rendezvous


@pytest.fixture
def address(monkeypatch: Any) -> str:
    monkeypatch.setattr(rendezvous, "PAUSE", 0.01)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def begin() -> Iterator[Callable[..., Future[None]]]:
    """Yield a function that calls another one in a thread."""
    with ThreadPoolExecutor(4) as pool:
        yield pool.submit


def test_all_begin_once_the_last_one_has_come(address: str, begin: Any) -> None:
    second = begin(rendezvous.come, address, 2)
    first = begin(rendezvous.gather, address, 3)
    with socket.create_connection(greeted(address)) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert not first.done()
    assert not second.done()
    begin(rendezvous.come, address, 1).result(5)
    first.result(5)
    second.result(5)


def test_who_does_not_come_is_named(address: str, begin: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(rendezvous, "PATIENCE", 0.3)
    first, second = begin(rendezvous.gather, address, 4), begin(rendezvous.come, address, 2)
    with pytest.raises(
        UserError, match=f"^--process-id 1, 3 has not come to --coordinator {address} within 0 s: start"
    ):
        first.result(5)
    with pytest.raises(UserError, match="cannot be reached by all processes: the first process has ended"):
        second.result(5)


def test_one_that_has_ended_meanwhile_is_waited_for_again(address: str, begin: Any) -> None:
    first = begin(rendezvous.gather, address, 3)
    with socket.create_connection(greeted(address)) as killed:
        killed.sendall(b"darkroom process 1\n")
    second = begin(rendezvous.come, address, 2)
    assert not first.done()
    for each in (begin(rendezvous.come, address, 1), first, second):
        each.result(5)


def test_a_number_that_is_taken_or_too_large_is_refused(address: str, begin: Any) -> None:
    first = begin(rendezvous.gather, address, 3)
    with socket.create_connection(greeted(address)) as old:
        old.sendall(b"darkroom process 1\n")
        with pytest.raises(UserError, match="there are 3 processes: use --process-id 0 to 2"):
            rendezvous.come(address, 5)
        new = begin(rendezvous.come, address, 1)
        assert old.makefile().readline().startswith("another process has come with --process-id 1")
    for each in (begin(rendezvous.come, address, 2), first, new):
        each.result(5)


def test_a_port_that_is_in_use_is_an_error(address: str) -> None:
    port = int(address.rpartition(":")[2])
    with (
        socket.create_server(("", port)),
        pytest.raises(UserError, match="the first process cannot listen there"),
    ):
        rendezvous.gather(address, 2)


def greeted(address: str) -> tuple[str, int]:
    """Return an address once something listens there."""
    with rendezvous._reach(address, float("inf")):
        return rendezvous._parse(address)
