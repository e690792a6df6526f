"""Which app the applications on a Ray cluster belong to: those of an app that was killed are removed by the next one.

Each app has an actor of its own on the cluster, which Ray ends with the app, however that ends.
"""

from __future__ import annotations

import logging
import re
from typing import Any

LOGGER = logging.getLogger(__name__)
NAMESPACE = "darkroom"
APPLICATION = "darkroom_{}_{}"  # a plugin, and an app
OWNED = re.compile(r"darkroom_.+_([0-9a-f]{8})")
ACTOR = "darkroom_app_{}"


class App:
    """Stands for an app: it is there as long as that runs."""


def claim(app: str) -> Any:
    """Return a handle of the actor that stands for this app, which Ray starts again if its node is gone.

    Args:
        app: 8 hexadecimal digits.
    """
    import ray

    actor = ray.remote(App).options(name=ACTOR.format(app), namespace=NAMESPACE, num_cpus=0, max_restarts=-1)
    return actor.remote()


def remove_abandoned() -> None:
    """Remove the applications on the cluster of apps that run no more."""
    from ray import serve

    owners = {name: found[1] for name in serve.status().applications if (found := OWNED.fullmatch(name))}
    gone = {app for app in owners.values() if not _is_there(app)}
    for name, app in owners.items():
        if app in gone:
            LOGGER.warning("%s was left by an app that was killed: it is removed", name)
            serve.delete(name)


def _is_there(app: str) -> bool:
    import ray

    try:
        ray.get_actor(ACTOR.format(app), namespace=NAMESPACE)
    except ValueError:
        return False
    return True
