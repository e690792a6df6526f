"""Names of the values of the cats' attributes: see `core.training.cats`."""

from __future__ import annotations

COLORS = (
    *("wine red", "green", "black", "lilac", "coral", "sand", "pink", "brown"),
    *("blue", "yellow", "ocher", "gray", "caramel", "cream", "orange"),
)
PATTERNS = (
    *("stripes", "bold stripes", "plain", "swirls", "dark patch"),
    *("light patch", "none", "light muzzle", "flecks", "dots"),
)
EYES = (
    *("wide eyes", "half-closed eyes", "tiny eyes", "worried eyes", "monocle", "skeptical eyes", "closed eyes"),
    *("gray eyes", "alert eyes", "green eyes", "eyelashes", "round eyes", "glasses", "tall eyes", "sly eyes"),
)
MOUTHS = (
    *("open mouth", "wavy mouth", "tiny mouth", "singing mouth", "talking mouth"),
    *("tooth", "smile", "narrow mouth", "grin", "laughing mouth"),
)
ACCESSORIES = (
    *("red scarf", "bell", "red collar", "headband", "pink bow", "black hat", "red headphones", "blue scarf"),
    *("barrel", "typewriter", "jewel", "bandana", "blue bow", "red hat", "white headphones", "nothing"),
)
NAMES = {"body": COLORS, "fur": PATTERNS, "eyes": EYES, "mouth": MOUTHS, "accessory": ACCESSORIES}
"""Of each attribute, in the order in which its layer is laid over the others. The color of a cat comes with its body,
the pattern on it with its fur; the last accessory is none at all."""
