"""Images as arrays: decoding, encoding, tiling, metrics. Imports neither Keras, Gradio nor huggingface_hub."""
