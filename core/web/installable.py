"""The app on a home screen: its name, its icons and its colors, as browsers ask for them.

Gradio's own manifest names the SVG only, which iOS does not take; an icon that is no SVG it would resize to whatever
size a request names.
"""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route

ICON = Path(__file__).with_name("icon.svg")  # of the browser's tab, too
PNG = ICON.with_suffix(".png")  # the same, of 512 × 512 pixels, clear of the corners that phones cut off
BACKGROUND = "#191515"
TYPE = "application/manifest+json"
ICONS = [
    {"src": "pwa_icon", "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
    {"src": PNG.name, "sizes": "512x512", "type": "image/png", "purpose": "any"},
    {"src": PNG.name, "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
]
HEAD = f'<link rel="apple-touch-icon" href="{PNG.name}"><meta name="theme-color" content="{BACKGROUND}">'


def routes() -> list[Route]:
    """Return the routes of the manifest, which comes before Gradio's, and of the icon."""
    return [Route("/manifest.json", _manifest), Route(f"/{PNG.name}", lambda _: FileResponse(PNG))]


def _manifest(request: Request) -> JSONResponse:
    colors = {"background_color": BACKGROUND, "theme_color": BACKGROUND}
    where = {"id": "./", "start_url": "./", "scope": "./", "display": "standalone"}
    name = request.app.get_blocks().title
    return JSONResponse({"name": name, "short_name": name, **where, **colors, "icons": ICONS}, media_type=TYPE)
