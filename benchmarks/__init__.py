"""What is measured, beside peers in the same run: `make bench`, or `python -m benchmarks.denoise --help`."""
