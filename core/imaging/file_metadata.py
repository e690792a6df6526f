"""EXIF data that a result takes over from the photo it was made from."""

from __future__ import annotations

from PIL import ExifTags
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

Tag, Directory = ExifTags.Base, ExifTags.IFD

KEPT = (  # a TIFF's other tags describe how its pixels are stored: in a file with other pixels they do damage
    Tag.ImageDescription,
    Tag.Make,
    Tag.Model,
    Tag.Software,
    Tag.DateTime,
    Tag.Artist,
    Tag.HostComputer,
    Tag.Rating,
    Tag.Copyright,
)
DROPPED = (Tag.MakerNote, Tag.ExifImageWidth, Tag.ExifImageHeight, Tag.ExifInteroperabilityOffset)
SRGB = 1  # value of ColorSpace
LONGEST = 65_000  # bytes; a JPEG holds little more


def read(file: pillow.Image) -> bytes | None:
    """Return the EXIF data of an opened file that says how it was taken (camera, date, exposure, place); None without.

    Orientation, thumbnail, size and the maker's notes (offsets into the original file) are left out.
    """
    source, kept = file.getexif(), pillow.Exif()
    for tag in KEPT:
        if tag in source:
            kept[tag] = source[tag]
    taken = {tag: value for tag, value in source.get_ifd(Directory.Exif).items() if tag not in DROPPED}
    if Tag.ColorSpace in taken:
        taken[Tag.ColorSpace] = SRGB
    for directory, values in ((Directory.Exif, taken), (Directory.GPSInfo, source.get_ifd(Directory.GPSInfo))):
        if values:
            kept.get_ifd(directory).update(values)
    is_empty = not (len(kept) or kept.get_ifd(Directory.Exif) or kept.get_ifd(Directory.GPSInfo))
    data = None if is_empty else kept.tobytes()
    return data if data and len(data) <= LONGEST else None
