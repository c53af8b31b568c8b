"""The settings of the gallery."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from safelight.names import is_owner
from safelight.settings import Settings

_MB = 1024 * 1024


class GallerySettings(Settings):
    """A field an environment variable of the same name in capitals."""

    port: int = Field(default=8080, ge=0, le=65535)
    variants_bucket: str = Field(min_length=3)
    upload_bucket: str = ""
    """Without it there is no upload form."""
    gallery_owner: str = "guest"
    """The first folder of every upload; whose name the watermark shows."""
    max_file_bytes: int = Field(default=31 * _MB, gt=0)
    max_files: int = Field(default=100, gt=0)
    max_request_bytes: int = Field(default=31 * _MB, gt=0)
    """Of a whole form.  Cloud Run itself takes 32 MiB over HTTP/1."""
    pictures_per_page: int = Field(default=60, ge=1, le=500)
    live_pages: int = Field(default=200, ge=0)
    """How many open pages are told of changes; the others ask now and then."""
    google_cloud_project: str = ""
    appeals: bool = False
    """Whether whoever sees a picture that is held back may ask for another look."""
    review: bool = False
    """Whether there are pages for reviewers.  They belong behind Identity-Aware Proxy."""
    iap_audience: str = ""
    """With it only those may review whom the proxy let in, under its name for them."""
    analysis_bucket: str = ""
    """Where reviewers' previews are; without it they see originals."""
    render_queue: str = ""
    """Full name; what is approved is rendered from there."""
    thumbnailer_url: str = ""
    tasks_service_account: str = ""
    """In whose name the thumbnailer is called."""
    recipes: str = "default"

    @model_validator(mode="after")
    def _can_approve(self) -> Self:
        needed = ("render_queue", "thumbnailer_url", "tasks_service_account")
        if self.review and (missing := [name for name in needed if not getattr(self, name)]):
            raise ValueError(f"REVIEW needs {', '.join(missing).upper()}")
        return self

    @field_validator("gallery_owner")
    @classmethod
    def _is_owner(cls, owner: str) -> str:
        if not is_owner(owner):
            raise ValueError("must be letters, digits and _ . @ -, at most 64")
        return owner
