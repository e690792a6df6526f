"""Starts a local Hub until Ctrl-C, and prints the environment variables that make the client use it."""

import threading
from contextlib import suppress

from tests.local_hub import OWNER, Hub

print(f"export HF_ENDPOINT={Hub().endpoint} HF_TOKEN={OWNER} HF_HOME=$(mktemp -d) HF_HUB_DISABLE_XET=1")
print("# Run this line in another terminal: you are alice there. Ctrl-C here stops the Hub and discards its content.")
with suppress(KeyboardInterrupt):
    threading.Event().wait()
