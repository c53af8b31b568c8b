"""What one picture may cost. Every limit is declared once, here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    max_bytes: int = 200 * 1024 * 1024
    max_pixels: int = 100_000_000
    max_costly_pixels: int = 64_000_000
    """Where each takes 12 bytes to decode: in WebP, and grey of more than 8 bits."""
    max_moving_pixels: int = 25_000_000
    """Of the canvas of an animation, of which its decoder keeps several."""
    max_side: int = 65_535
    """As in JPEG; no browser shows more, and resampling a line of pixels takes for ever."""
    max_frames: int = 1_000
    max_surveyed_pixels: int = 500_000_000
    """Of all frames of an animation together, where each is looked at; some 3 s, of a PNG 12 s."""
    max_scans: int = 100
    """Cameras and encoders write about ten; 25,000 keep the decoder busy for a minute."""
    max_segments: int = 20_000
    """Marker segments before the pixels of a JPEG; large profiles and XMP need a few hundred."""
    max_label_bytes: int = 32 * 1024 * 1024
    """Of all segments before the pixels of a JPEG; depth maps take some 10 MB."""
    max_parts: int = 2_000_000
    """Blocks of a GIF and their pieces; 200 MB of pixels are 800,000."""
    max_junk_bytes: int = 64 * 1024
    """Between the parts of a JPEG or GIF, where there should be nothing."""
    max_entries: int = 200_000
    """Of all directories of a TIFF; a page has some 20."""
    max_strips: int = 100_000
    """Or tiles, of one page of a TIFF."""
    max_items: int = 1_000
    """Of a HEIC or AVIF; the tiles of a photo are some 50."""
    max_run_bytes: int = 4 * 1024 * 1024
    """Of a BMP whose pixels are packed in runs, which are decoded one by one."""
    max_chunks: int = 100_000
    """Of a PNG; encoders write the pixels of a large one in chunks of 8 KB."""
    max_profile_bytes: int = 4 * 1024 * 1024
    """Larger colour profiles are ignored; those of printing presses have up to 3 MB."""
    max_text_bytes: int = 16 * 1024 * 1024
    """Of the texts in a PNG, unpacked; large XMP has a few. What is more is left out."""
    cpu_s: int = 25
    wall_s: float = 28.0
    memory_mb: int = 1_280
    """Address space of a child; the picture's own peak stays under 1 GiB."""
