"""A Hub on the loopback address that speaks the Hugging Face Hub's HTTP API to the unmodified client.

It keeps repositories in memory, requires tokens as the Hub does, answers with the Hub's error codes, records every
request, and makes answers fail on demand (`Hub.fail`). `python -m tests.local_hub` starts one.
"""

from tests.local_hub.server import Hub
from tests.local_hub.state import BAD, OWNER, READER, Fault, File, Repository, Request

__all__ = ["BAD", "OWNER", "READER", "Fault", "File", "Hub", "Repository", "Request"]
