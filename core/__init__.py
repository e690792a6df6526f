"""The suite's core. It knows no plugin by name, and importing it imports neither Keras nor Gradio.

The environment variables below must be set before Keras and Gradio are imported; values set by the user are kept.
"""

import logging
import os

from core import safe_parsing

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # no TensorFlow start-up messages
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # do not reserve the whole GPU, under TensorFlow ...
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # ... and under JAX
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's: its threads spin while TensorFlow's have the processor
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
logging.getLogger("tensorflow").setLevel(logging.ERROR)  # no warnings about retracing a function for each network
safe_parsing.install()
