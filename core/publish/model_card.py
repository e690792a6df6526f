"""The model card on the Hub: the plugin's README, with its scores for machines and a picture for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from huggingface_hub import EvalResult, ModelCard

from core.errors import UserError
from core.metadata import Checkpoint
from core.registry import Record

COSTS = ("seconds", "megabytes")  # how the names of scores begin that say nothing of quality
LOADING = """

## From the Hub

In plain Keras, the default network:

    import keras
    network = keras.saving.load_model("hf://{repository}")

With its page, its verbs and its other networks, in Darkroom:

    python -m core pull {name}
    python app.py --plugins {name}
"""


def build(record: Record, repository: str, checkpoints: Mapping[str, Checkpoint]) -> str:
    """Return the card of `record` for `repository`, the held-out scores of `checkpoints` in its `model-index`.

    Raises UserError where the front matter of the plugin's README is no YAML.
    """
    path = record.folder / "README.md"
    try:
        card = ModelCard(path.read_text())
    except (yaml.YAMLError, ValueError) as error:
        raise UserError(
            f"{path}: its front matter is no YAML ({error}): mend what stands between the two ---."
        ) from None
    facts: Any = card.data
    facts.library_name, facts.model_name = "keras", record.title
    facts.tags = sorted({*(facts.tags or []), "darkroom"})
    facts.eval_results = [
        result
        for name, checkpoint in checkpoints.items()
        for result in _results(name, checkpoint, facts.get("pipeline_tag") or "other")
    ]
    title, _, rest = card.text.lstrip().partition("\n")
    picture = f"\n\n![{record.title}](card.webp)" if (record.folder / "card.webp").exists() else ""
    loading = LOADING.format(repository=repository, name=record.name)
    return f"---\n{facts.to_yaml()}\n---\n{title}{picture}\n{rest.rstrip()}{loading}"


def _results(name: str, checkpoint: Checkpoint, task: str) -> Iterator[EvalResult]:
    for score, value in checkpoint.scores.items():
        if not score.startswith(COSTS):
            yield EvalResult(
                task_type=task,
                dataset_type=name,
                dataset_name=f"{name}, held out",
                metric_type=score.partition("_")[0],
                metric_name=score,
                metric_value=round(value, 4),
            )
