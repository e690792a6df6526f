"""What Ray reads when it is imported, and where what it says goes."""

from __future__ import annotations

import logging
import os
import secrets
from typing import Any

LOGGER = logging.getLogger(__name__)
FOREVER = 10**8  # seconds


def set_environment(is_own: bool) -> None:
    """Set what Ray reads when it is imported.

    Args:
        is_own: whether the cluster is started here; nobody else on this machine or its network is to use it.
    """
    os.environ.setdefault("RAY_gcs_rpc_server_reconnect_timeout_s", str(FOREVER))  # else Ray would end this process
    for variable, value in {"USAGE_STATS_ENABLED": "0", "SERVE_LOG_TO_STDERR": "0"}.items():
        os.environ.setdefault(f"RAY_{variable}", value)
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    if is_own and "RAY_AUTH_MODE" not in os.environ:
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}


def log_instead_of_printing() -> None:
    """Keep what Ray says out of standard output, which is a command's result: it prints that a process has died."""
    import ray

    logging.getLogger("ray").setLevel(logging.ERROR)  # such as that its own handler of SIGTERM is not set

    def log(data: dict[str, Any], ignore_prefix: bool) -> None:
        LOGGER.debug("Ray: %s", data["lines"])

    ray._private.worker.print_to_stdstream = log  # there is no public way
