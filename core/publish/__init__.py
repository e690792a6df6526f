"""Publishing: model cards, releases, pins, Spaces and training jobs on the Hugging Face Hub."""
