"""The app of a Space on ZeroGPU: networks are kept on the CPU; each call moves its network to the GPU it borrows."""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")

import spaces  # noqa: I001 - the Hub's package, which must be imported before PyTorch

from core.web.server import main
from core.zerogpu import ZeroEngine

if __name__ == "__main__":
    sys.exit(main(engine=lambda options, precision: ZeroEngine(spaces.GPU, options, precision)))
