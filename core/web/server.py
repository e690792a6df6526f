"""Serves the app: limits requests and the queue, and imports Keras only after the first page was sent."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from core import crashes, failures, registry, tracebacks, weights
from core.engine import Engine
from core.engines.isolated import make_engine
from core.errors import UserError
from core.hub import reference
from core.manifest import Precision
from core.registry import Record, State
from core.watchdog import watched
from core.web import memory, translation, visitor_files
from core.web.admission import ADMISSION
from core.web.calls import CheckedCalls
from core.web.hosts import allowed_hosts
from core.web.middleware import (
    LARGEST_UPLOAD,
    BodyLimit,
    DoubleRemovalWorkaround,
    FailedRoutes,
    FullDisk,
    SecurityHeaders,
    UnusedRoutes,
    WarmUpAfterFirstPage,
)
from core.web.options import make_parser
from core.web.request_headers import BelievedHeaders, McpOrigin
from core.web.shutdown import drain_at_sigterm
from core.web.visitor_files import Sweeper, own_folder
from core.weights import WeightsOptions

if TYPE_CHECKING:
    from core.web.translated_app import TranslatedBlocks  # only here: `serve` sets what Gradio reads when imported

LOGGER = logging.getLogger(__name__)
QUEUE_LENGTH = 128  # calls that wait for those that run (`core.web.page.RUNS`)
SESSIONS = 100  # whose state is kept, 0.1 MB each and what runs left in it; the least recently used is dropped
THREADS = 64  # for the calls that run at once, most of which wait for the device; above all limits of `pages`
LOG_FORMAT = "%(levelname)s %(name)s: %(message)s"
MakeEngine = Callable[[WeightsOptions, Precision | None], Engine]


def main(arguments: list[str] | None = None, engine: MakeEngine = make_engine) -> int:
    """Serve plugins until interrupted, and return the exit status: 2, with one line printed, after a UserError."""
    log_progress()
    try:
        serve(arguments, engine)
    except UserError as error:
        print(f"darkroom: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before the server was up, or SIGTERM, which becomes one; later, Gradio handles it
        return 0
    return 0


def log_progress() -> None:
    """Write to standard error what the suite itself logs from INFO on, so that what hangs is named; others' warnings.

    Python's default is warnings only. Whoever has set up logging keeps that.
    """
    logging.basicConfig(format=LOG_FORMAT)
    logging.getLogger("core").setLevel(logging.INFO)


def serve(arguments: list[str] | None = None, engine: MakeEngine = make_engine) -> None:
    """Serve plugins until interrupted.

    Args:
        arguments: those of the command line; None means those of this process.
        engine: returns the engine that runs the verbs, for the weights and the precision that were asked for.

    Raises:
        UserError: if an argument names no plugin or no checkpoint, or if the port is taken.
    """
    options = make_parser().parse_args(arguments)
    memory.limit_arenas()
    reference.check_endpoint()
    crashes.watch()
    records = list(registry.discover().values())
    if options.plugins:
        records = [registry.find(name.strip()) for name in options.plugins.split(",")]
    records = [*map(crashes.leave_out, records)]
    for mistake in registry.find_mistakes():
        LOGGER.warning("%s", mistake)
    overrides = weights.parse_options(options.weights, options.local)
    if not weights.may_need_hub(records, overrides):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # with the analytics off (core/__init__), nothing is looked up

    running = _choose_engine(options, engine)(overrides, options.precision)
    with own_folder() as folder, closing(running):
        from core.web import home, start  # they import Gradio, which reads the variables that are set by now

        start.share_schemas()
        with start.configured_at_launch():
            app = home.build_app(records, running)
            translation.TABLES.update(translation.load(record.folder for record in records))
            app.queue(max_size=QUEUE_LENGTH, api_open=False)  # else requests could be run beside the queue
        drain_at_sigterm(options.drain)
        ADMISSION.time_limit = options.time_limit
        Sweeper(folder, 60 * options.retention, visitor_files.GIGABYTE * options.disk_quota).start()
        try:
            _launch(app, options, records, running, folder)
        except OSError as error:
            if "empty port" not in str(error):
                raise
            port = options.port or "of the default range"
            raise UserError(f"port {port} is taken: choose another by --port.") from None


def _choose_engine(options: argparse.Namespace, default: MakeEngine) -> MakeEngine:
    """Return what makes the engine that the flags ask for. Raises UserError if a flag goes with another engine."""
    from core.engines import ray_serve

    return ray_serve.choose(options.engine, options.ray_address, options.ray_scale) or default


def _launch(
    app: TranslatedBlocks, options: argparse.Namespace, records: Sequence[Record], engine: Engine, folder: Path
) -> None:
    import gradio as gr

    from core.web import canvases, home, installable, mcp_results, sending, sessions, theme

    mcp_results.return_each()
    sessions.keep_little()
    canvases.bound_drawings()
    app.launch(
        server_name=options.host,
        server_port=options.port,
        theme=theme.build_theme(),
        css=theme.load_css(records),
        head=theme.load_head(),
        js=sending.script(app.offers, bool(options.embed_on)) + theme.load_scripts(),
        i18n=gr.I18n(**translation.gradio_words()),
        favicon_path=installable.ICON,
        pwa=True,
        mcp_server=True,
        max_file_size=LARGEST_UPLOAD,
        state_session_capacity=SESSIONS,
        max_threads=THREADS,
        enable_monitoring=False,
        run_history=False,  # it would serve some requests with the owner's token for the Hub
        footer_links=["api", "settings"],
        app_kwargs={
            "middleware": _middleware(options, folder, lambda: warm_up(records, engine)),
            "routes": [*installable.routes(), *home.card_routes(records)],
        },
        allowed_paths=[str(record.folder / "examples") for record in records],
        ssr_mode=False,
        _frontend=False,  # else Gradio asks for the first page, and ends the app where a busy machine takes 3 s for it
    )


def warm_up(records: Sequence[Record], engine: Engine) -> None:
    """Import Keras and load the default network of every ready plugin, so that the first click need not wait."""
    for record in records:
        if record.state is State.READY:
            activity = f"loading the network of {record.name}"
            try:
                with watched(activity, record.name, record.folder):
                    LOGGER.info("%s: %s", record.name, engine.describe(record))
            except BaseException as error:  # the page shows it to its visitors; a Ctrl-C never arrives in this thread
                LOGGER.exception("%s could not be loaded", record.name)
                failures.note(record, failures.NETWORK, tracebacks.describe(error, record.folder))
            else:
                failures.note(record, failures.NETWORK, "")


def _middleware(options: argparse.Namespace, folder: Path, warm_up: Callable[[], None]) -> list[Middleware]:
    from core.web.translated_app import TranslatedPages

    bound = options.host or os.environ.get("GRADIO_SERVER_NAME")
    behind_proxy = options.behind_proxy or "SPACE_ID" in os.environ
    return [
        Middleware(BelievedHeaders, behind_proxy=behind_proxy),
        Middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts(bound, options.allowed_host), www_redirect=False),
        Middleware(McpOrigin),
        Middleware(SecurityHeaders, framers=options.embed_on),
        Middleware(UnusedRoutes),
        Middleware(FailedRoutes),
        Middleware(FullDisk),
        Middleware(BodyLimit),
        Middleware(CheckedCalls, folder=folder),
        Middleware(DoubleRemovalWorkaround),
        Middleware(WarmUpAfterFirstPage, warm_up=warm_up),
        Middleware(TranslatedPages),
    ]
