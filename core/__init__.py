"""The suite's spine: it knows no plugin by name, and importing it imports neither Keras nor Gradio.

The settings below must stand before either is imported, and leave alone what the user has set.
"""

import logging
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's start-up chatter
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # share the GPU with others, under TensorFlow ...
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # ... and under JAX
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of a function traced anew for each network
