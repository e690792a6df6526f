"""Example photos and paintings of the page. They are not in the training data of the bundled checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from core.errors import choose
from core.imaging import images
from core.imaging.images import Floats
from core.plugin import Plugin

EXAMPLES = Path(__file__).parent / "examples"
PHOTOS = sorted((EXAMPLES / "photos").glob("*.jpg"))


class Painting(NamedTuple):
    """A painting in the public domain, in the Metropolitan Museum of Art's collection (Open Access, CC0)."""

    painter: str
    title: str
    year: str
    file: str

    @property
    def path(self) -> Path:
        """Path of its image."""
        return EXAMPLES / "paintings" / f"{self.file}.jpg"

    @property
    def caption(self) -> str:
        """Painter, title and year."""
        return f"{self.painter}, {self.title}, {self.year}"


PAINTINGS = {
    each.painter: each
    for each in (
        Painting("Vincent van Gogh", "Wheat Field with Cypresses", "1889", "wheat-field-with-cypresses"),
        Painting("Paul Cézanne", "Trees and Houses Near the Jas de Bouffan", "1885–86", "trees-and-houses"),
        Painting("Georges Seurat", "Circus Sideshow", "1887–88", "circus-sideshow"),
        Painting("Gustav Klimt", "Mäda Primavesi", "1912–13", "mada-primavesi"),
        Painting("Henri Rousseau", "The Repast of the Lion", "ca. 1907", "repast-of-the-lion"),
        Painting("J. M. W. Turner", "Whalers", "ca. 1845", "whalers"),
        Painting("El Greco", "View of Toledo", "ca. 1599–1600", "view-of-toledo"),
        Painting("Kano Sansetsu", "Old Plum", "1646", "old-plum"),
    )
}


def find_painting(painter: str) -> Path:
    """Return the path of the painting by `painter`. Raises UserError where there is none."""
    return choose(PAINTINGS, painter, "painting").path


def encode_painting(plugin: Plugin, painter: str) -> Floats:
    """Return the statistics of the painting by `painter`, which are computed once."""

    def encode() -> Floats:
        statistics: Floats = plugin.run("encode_style", images.load(find_painting(painter)))
        return statistics

    return plugin.cached(("style", painter), encode)
