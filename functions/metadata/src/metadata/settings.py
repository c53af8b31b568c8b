"""The settings of the metadata function."""

from typing import Literal

from pydantic import Field

from picture.limits import Limits
from safelight.settings import Settings

PolicyName = Literal["cloud-v1", "local-v1-adult-racy-only"]


class MetadataSettings(Settings):
    """A field an environment variable of the same name in capitals."""

    policy: PolicyName = "cloud-v1"
    gps: bool = False
    """Whether records may tell where a picture was taken."""
    max_bytes: int = Field(default=200 * 1024 * 1024, gt=0)
    max_pixels: int = Field(default=100_000_000, gt=0)
    max_frames: int = Field(default=1_000, gt=0)
    children: int = Field(default=2, ge=1, le=64)
    """How many pictures are looked at in parallel, each in its process."""
    google_cloud_project: str = ""

    @property
    def limits(self) -> Limits:
        """What one picture may cost here."""
        return Limits(
            max_bytes=self.max_bytes, max_pixels=self.max_pixels, max_frames=self.max_frames
        )
