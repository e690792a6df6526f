"""The error for files that are intact and that we do not read."""

RAW = "is a camera's raw file: develop it, and export it as TIFF or PNG"


class UnsupportedError(ValueError):
    """A file that is intact and that we do not read; the message, without its name, says what to do."""
