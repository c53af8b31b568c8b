"""The settings of the metadata function."""

from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator

from metadata.questions import Questions
from picture.limits import Limits
from safelight.policy import Policy
from safelight.policy_file import PolicyFileError, load_policies
from safelight.settings import Settings

_NUMBER = r"(0\.0*)?[1-9][0-9]{0,2}(\.[0-9]+)?"


class MetadataSettings(Settings):
    """A field an environment variable of the same name in capitals."""

    analysis_bucket: str = Field(min_length=1)
    """Where renditions for Vision are stored."""
    policies_file: Path | None = None
    """Policies of one's own, beside those that are built in."""
    policy: str = "cloud-v1"
    gps: bool = False
    """Whether records may tell where a picture was taken."""
    max_bytes: int = Field(default=200 * 1024 * 1024, gt=0)
    max_pixels: int = Field(default=100_000_000, gt=0)
    max_frames: int = Field(default=1_000, gt=0)
    judged_frames: int = Field(default=3, ge=2, le=14)
    """How many frames of an animation, or pages of a document, Vision is to judge."""
    objects: bool = False
    """Whether Vision is asked to find objects."""
    crop_ratios: str = Field(default="1", pattern=rf"^{_NUMBER}(,{_NUMBER}){{0,15}}$")
    """Width by height of what the recipes cut out, with commas between."""
    language_hints: str = Field(default="", pattern=r"^([A-Za-z-]{2,20}(,[A-Za-z-]{2,20})*)?$")
    keep_answers_days: int = Field(default=30, ge=1)
    """How long Vision's answers are kept for further pictures of the same content."""
    children: int = Field(default=2, ge=1, le=64)
    """How many pictures are looked at in parallel, each in its process."""
    google_cloud_project: str = ""

    @field_validator("policies_file")
    @classmethod
    def _is_readable(cls, path: Path | None) -> Path | None:
        try:
            load_policies(path)
        except PolicyFileError as error:
            raise ValueError(str(error)) from error
        return path

    @field_validator("policy")
    @classmethod
    def _is_there(cls, name: str, others: ValidationInfo) -> str:
        policies = load_policies(others.data.get("policies_file"))
        if name not in policies:
            raise ValueError(f"there is no policy {name}; there are: {', '.join(policies)}")
        return name

    @property
    def gate(self) -> Policy:
        """The policy that the gate follows."""
        return load_policies(self.policies_file)[self.policy]

    @property
    def limits(self) -> Limits:
        """What one picture may cost here."""
        return Limits(
            max_bytes=self.max_bytes, max_pixels=self.max_pixels, max_frames=self.max_frames
        )

    @property
    def questions(self) -> Questions:
        """What Vision is asked."""
        return Questions(
            crop_ratios=tuple(float(ratio) for ratio in self.crop_ratios.split(",")),
            language_hints=tuple(self.language_hints.split(",")) if self.language_hints else (),
            objects=self.objects,
            max_frames=self.judged_frames,
        )
