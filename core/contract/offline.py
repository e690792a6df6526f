"""Keeps a plugin from the network while it is tried."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class NetworkError(Exception):
    """An attempt to reach another host."""


@contextmanager
def without_network() -> Iterator[None]:
    """Raise NetworkError where another host is connected to inside the `with` block."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if isinstance(address, str) or str(address[0]).startswith(("127.", "localhost", "::1")):
            connect(self, address)
            return
        raise NetworkError(f"it connects to {address[0]}: a verb computes from what it is given")

    socket.socket.connect = refuse  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        socket.socket.connect = connect  # type: ignore[method-assign]
