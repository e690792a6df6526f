"""The routes of the Hugging Face Hub's HTTP API that its client uses."""

from __future__ import annotations

from tests.local_hub.downloads import Downloads
from tests.local_hub.spaces import Spaces
from tests.local_hub.uploads import Uploads

REPOSITORY = r"(?P<kind>model|dataset|space)s/(?P<name>[^/]+/[^/]+)"
SHORT = r"(?:(?P<prefix>spaces|datasets)/)?(?P<name>[^/]+/[^/]+?)"
ROUTES: list[tuple[str, str]] = [
    (r"GET /api/whoami-v2", "whoami"),
    (r"POST /api/validate-yaml", "validate_yaml"),
    (r"POST /api/repos/create", "create"),
    (rf"POST /api/{REPOSITORY}/preupload/(?P<revision>[^/]+)", "preupload"),
    (rf"POST /api/{REPOSITORY}/commit/(?P<revision>[^/]+)", "commit"),
    (rf"POST /api/{REPOSITORY}/paths-info/(?P<revision>[^/]+)", "paths_info"),
    (rf"POST /api/{REPOSITORY}/tag/(?P<revision>[^/]+)", "tag"),
    (rf"POST /api/{REPOSITORY}/branch/(?P<branch>[^/]+)", "branch"),
    (rf"GET /api/{REPOSITORY}/refs", "refs"),
    (rf"GET /api/{REPOSITORY}/tree/(?P<revision>[^/]+)", "tree"),
    (rf"GET /api/{REPOSITORY}/xet-(?:read|write)-token/(?P<revision>[^/]+)", "xet_token"),
    (r"GET /api/spaces/(?P<name>[^/]+/[^/]+)/runtime", "runtime"),
    (r"GET /api/spaces/(?P<name>[^/]+/[^/]+)/logs/(?P<log>run|build)", "log"),
    (r"POST /api/spaces/(?P<name>[^/]+/[^/]+)/(?P<setting>hardware|secrets|restart)", "set_space"),
    (rf"GET /api/{REPOSITORY}(?:/revision/(?P<revision>[^/]+))?", "info"),
    (r"POST /api/jobs/(?P<owner>[^/]+)", "job"),
    (rf"POST /{SHORT}\.git/info/lfs/objects/batch", "batch"),
    (r"PUT /upload/(?P<sha256>\w+)", "upload"),
    (r"POST /verify", "verify"),
    (r"GET /cdn/(?P<sha256>\w+)", "download"),
    (rf"(?:GET|HEAD) /{SHORT}/resolve/(?P<revision>[^/]+)/(?P<path>.+)", "resolve"),
]


class Handler(Uploads, Downloads, Spaces):
    """Answers every route."""

    routes = ROUTES
