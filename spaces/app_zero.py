"""The entry of a Space on ZeroGPU: networks wait on the CPU, each call moves its own to the GPU that it is lent."""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")

import spaces  # noqa: I001 - the Hub's package, which must come before PyTorch

from core.web.server import main
from core.zerogpu import ZeroEngine

if __name__ == "__main__":
    sys.exit(main(engine=lambda preference, precision: ZeroEngine(spaces.GPU, preference, precision)))
