"""The names that requests may ask for, so that a foreign page cannot reach a server on someone's own machine.

A page of another site can make its name resolve to 127.0.0.1 (DNS rebinding) and so read what a local server answers;
the `Host` of such a request is the foreign name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

LOCAL = "127.0.0.1", "localhost", "[::1]", "::1"
ANY = "*"


def allowed_hosts(bound: str | None, named: Sequence[str] = ()) -> list[str]:
    """Return the hosts that requests may name, without their ports.

    Args:
        bound: the address that the server listens on; None means this machine only.
        named: hosts that the owner allows beside that, such as "demo.example.org" or "*.example.org".

    Returns:
        On this machine only, its local names; otherwise what is named, or every host: the server cannot know its names,
        and a public page needs no protection from being read. So it is on a Space.
    """
    is_local = bound is None or bound in LOCAL
    if named:
        return [*LOCAL, *named]
    return [*LOCAL] if is_local and "SPACE_ID" not in os.environ else [ANY]
