"""What a thumbnailer must be told, from the environment."""

import os

from pydantic import Field

from picture.limits import Limits
from safelight.settings import Settings


class ThumbnailerSettings(Settings):
    """The names of the fields are those of the variables, in lower case."""

    variants_bucket: str = Field(min_length=1)
    google_cloud_project: str = ""
    """Ties log lines to their traces."""
    recipes_file: str | None = None
    """Other recipes than the ones that come with the service."""
    port: int = Field(default=8080, ge=0, le=65_535)
    render_children: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=64)
    max_attempts: int = Field(default=5, ge=1)
    """As many as the queue makes: the last one records what keeps failing."""
    max_bytes: int = Field(default=200 * 1024 * 1024, ge=1)
    max_pixels: int = Field(default=100_000_000, ge=1)
    max_frames: int = Field(default=1_000, ge=1)
    render_timeout_s: float = Field(default=28.0, gt=0)
    render_memory_mb: int = Field(default=1_280, ge=256)

    @property
    def limits(self) -> Limits:
        """What one picture may cost here."""
        return Limits(
            max_bytes=self.max_bytes,
            max_pixels=self.max_pixels,
            max_frames=self.max_frames,
            wall_s=self.render_timeout_s,
            cpu_s=max(1, round(self.render_timeout_s)),
            memory_mb=self.render_memory_mb,
        )
