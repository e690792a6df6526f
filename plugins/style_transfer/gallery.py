"""The photos and paintings that the page offers. No painter here was trained on any of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from core.errors import choose

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
        """Where its picture is."""
        return EXAMPLES / "paintings" / f"{self.file}.jpg"

    @property
    def caption(self) -> str:
        """Who painted what, and when."""
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


def find(painter: str) -> Path:
    """Return where the painting of a `painter` is. Raises UserError where none is offered."""
    return choose(PAINTINGS, painter, "painting").path
