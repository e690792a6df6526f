"""The Hugging Face Hub: references, downloads, uploads, and what its errors mean."""
