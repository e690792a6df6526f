"""Serves the app: bounded requests, a bounded queue, and Keras imported only once the first page is out."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, get_args

from core import registry, weights
from core.engine import Engine, LocalEngine
from core.errors import UserError
from core.hub import reference
from core.manifest import Precision
from core.web.middleware import LARGEST_UPLOAD, AfterFirstPage, BodyLimit, DoubleRemovalWorkaround
from core.weights import WeightsOptions

LOGGER = logging.getLogger(__name__)
QUEUE_LENGTH = 32


MakeEngine = Callable[[WeightsOptions, Precision | None], Engine]


def main(arguments: list[str] | None = None, engine: MakeEngine = LocalEngine) -> int:
    """Serve plugins until interrupted; return the exit status: 2, with one line, for what the user can mend."""
    try:
        serve(arguments, engine)
    except UserError as error:
        print(f"darkroom: {error}", file=sys.stderr)
        return 2
    return 0


def serve(arguments: list[str] | None = None, engine: MakeEngine = LocalEngine) -> None:
    """Serve the plugins that the command line names, all by default, until interrupted; `engine` runs their verbs."""
    options = _parser().parse_args(arguments)
    reference.check_endpoint()
    chosen = list(registry.discover().values())
    if options.plugins:
        chosen = [registry.find(name.strip()) for name in options.plugins.split(",")]
    overrides = weights.parse_options(options.weights, options.local)
    if not weights.may_need_hub(chosen, overrides):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # with the analytics off (core/__init__), nothing is looked up

    from core.web import home  # it imports Gradio, which reads that

    running = engine(overrides, options.precision)
    app = home.build_app(chosen, running)
    app.queue(max_size=QUEUE_LENGTH)
    try:
        _launch(app, options, chosen, running)
    except OSError as error:
        if "empty port" not in str(error):
            raise
        raise UserError(f"port {options.port or 'of the default range'} is taken: choose another by --port.") from None


def _launch(app: Any, options: argparse.Namespace, records: list[Any], engine: Any) -> None:
    from core.web import theme

    app.launch(
        server_name=options.host,
        server_port=options.port,
        theme=theme.build_theme(),
        css=theme.CSS,
        mcp_server=True,
        max_file_size=LARGEST_UPLOAD,
        footer_links=["api", "settings"],
        app_kwargs={"middleware": _middleware(lambda: warm_up(records, engine))},
        allowed_paths=[str(record.folder / "examples") for record in records],
        ssr_mode=False,
    )


def warm_up(records: Iterable[Any], engine: Any) -> None:
    """Import Keras and load every ready plugin's default network, so that the first click does not wait for it."""
    from core.registry import State

    for record in records:
        if record.state is State.READY:
            try:
                LOGGER.info("%s: %s", record.name, engine.describe(record))
            except (Exception, SystemExit):  # it is told to whoever clicks
                LOGGER.exception("%s could not be loaded", record.name)


def _middleware(task: Callable[[], None]) -> list[Any]:
    middleware = importlib.import_module("starlette.middleware").Middleware
    return [middleware(BodyLimit), middleware(DoubleRemovalWorkaround), middleware(AfterFirstPage, task=task)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python app.py", description="Serve the Darkroom demos.")
    parser.add_argument("--plugins", default="", metavar="A,B", help="only these plugins")
    parser.add_argument("--host", help="address to listen on; GRADIO_SERVER_NAME is honoured")
    parser.add_argument(
        "--port",
        type=int,
        choices=range(1, 65536),
        metavar="PORT",
        help="port to listen on; GRADIO_SERVER_PORT is honoured",
    )
    parser.add_argument(
        "--weights",
        action="append",
        default=[],
        metavar="PLUGIN=FOLDER",
        help="a checkpoint to use: a folder, or owner/name@revision on the Hub (repeatable)",
    )
    parser.add_argument("--local", action="store_true", help="use the newest finished runs below runs/")
    parser.add_argument(
        "--precision", choices=get_args(Precision), help="what networks compute in, instead of each plugin's own choice"
    )
    return parser
