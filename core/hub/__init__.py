"""The Hugging Face Hub: references, downloads and uploads, errors."""
