"""The command line of the app: what is served, where, with which weights, and what visitors can use."""

from __future__ import annotations

import argparse
import math
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import get_args

from core.manifest import Precision
from core.web import visitor_files
from core.web.shutdown import DRAIN_SECONDS

LIMITS = {  # by flag: default, unit, help
    "time-limit": (900.0, "SECONDS", "how long a call may run before it is ended"),
    "drain": (DRAIN_SECONDS, "SECONDS", "how long running calls may go on after SIGTERM, while new ones are refused"),
    "retention": (visitor_files.RETENTION_MINUTES, "MINUTES", "how long visitors' photos and results are kept"),
    "disk-quota": (visitor_files.QUOTA_GIGABYTES, "GB", "how much of them is kept, the newest"),
}
EPILOG = "Pictures may have 40 megapixels, or as many as DARKROOM_MAX_MEGAPIXELS says."


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; a limit that has no flag is that of its variable of the environment, or its default."""
    parser = argparse.ArgumentParser("python app.py", description="Serve the Darkroom demos.", epilog=EPILOG)
    parser.add_argument("--plugins", default="", metavar="A,B", help="serve only these plugins; default: all")
    parser.add_argument("--host", help="address to listen on; default: GRADIO_SERVER_NAME, else this machine only")
    parser.add_argument(
        "--port",
        type=int,
        choices=range(1, 65536),
        metavar="PORT",
        help="port to listen on; default: GRADIO_SERVER_PORT, else the first free one from 7860 up",
    )
    parser.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name that requests may ask for (repeatable); default: the local ones on this machine only, else any",
    )
    parser.add_argument(
        "--behind-proxy",
        action="store_true",
        help="believe the X-Forwarded-… headers, which a proxy in front of the app sets; so it is on a Space",
    )
    parser.add_argument(
        "--embed-on",
        action="append",
        type=_origin,
        default=os.environ.get("DARKROOM_EMBED_ON", "").split(),
        metavar="ORIGIN",
        help="a site, such as https://school.example, whose pages may show the demos in a frame (repeatable)",
    )
    parser.add_argument(
        "--weights",
        action="append",
        default=[],
        metavar="PLUGIN=FOLDER",
        help="use this checkpoint: a folder, or owner/name@revision on the Hub (repeatable)",
    )
    parser.add_argument("--local", action="store_true", help="use the newest finished run of each plugin below runs/")
    parser.add_argument(
        "--precision", choices=get_args(Precision), help="what all networks compute in; default: each plugin's choice"
    )
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="run networks here (default) or on a Ray cluster",
    )
    parser.add_argument(
        "--ray-address", metavar="HOST:PORT", help="the head of a cluster; default: one is started on this machine"
    )
    parser.add_argument(
        "--ray-scale", type=Path, metavar="FILE", help="TOML file: replicas, processors and GPUs of each plugin"
    )
    for name, (default, unit, words) in LIMITS.items():
        parser.add_argument(
            f"--{name}",
            type=_positive,
            default=os.environ.get(_variable(name), default),
            metavar=unit,
            help=f"{words}; default: {default:g}, or {_variable(name)}",
        )
    return parser


def _variable(name: str) -> str:
    """Return the environment variable that sets a limit where its flag does not."""
    return f"DARKROOM_{name.replace('-', '_').upper()}"


def _origin(text: str) -> str:
    if re.fullmatch(r"https?://[\w.*-]+(:\d+)?", text):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is not an origin: write https://school.example")


def _positive(text: str) -> float:
    with suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
