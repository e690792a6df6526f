"""Publishing on the Hugging Face Hub: pins, model cards, releases, Spaces, training jobs."""
