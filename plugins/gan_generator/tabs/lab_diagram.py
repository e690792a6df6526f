"""The diagram of the Lab: the two networks, and what flows between them."""

from __future__ import annotations

from markupsafe import Markup

DIAGRAM = Markup(
    '<figure class="gan-diagram md" role="group" aria-label="{label}">'
    '<p class="parts"><span class="given">{latent}</span>'
    '<b>→</b><span class="network">{generator}</span><b>→</b><span>{generated}</span></p>'
    '<p class="parts"><span class="given">{real}</span><b>+</b><span>{generated}</span><b>→</b>'
    '<span class="network">{discriminator}</span><b>→</b><span>{score}</span></p>'
    '<p class="parts"><span>{score}</span><b>→</b><span>{loss}</span><b>→</b><span>{gradient}</span></p>'
    "<figcaption>{caption}</figcaption></figure>"
)
LABEL = "What flows between the two networks"
PARTS = {
    "latent": "latent vector",
    "generator": "generator",
    "generated": "generated points",
    "real": "real points",
    "discriminator": "discriminator",
    "score": "score",
    "loss": "loss",
    "gradient": "gradient",
}
CAPTION = (
    "The gradient flows back: through the discriminator to the generator, which moves its points along the arrows."
)


def render() -> Markup:
    """Return the diagram as HTML."""
    return DIAGRAM.format(label=LABEL, caption=CAPTION, **PARTS)
