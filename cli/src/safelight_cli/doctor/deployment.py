"""The names of a deployment's parts, as Terraform gives them."""

from dataclasses import dataclass
from typing import Final, Self

BUCKETS: Final = ("uploads", "variants", "quarantine", "originals", "analysis")
DEAD_LETTERS: Final = "image-events-dead"
QUEUE: Final = "render"
SERVICES: Final = ("gallery", "metadata", "thumbnailer")
WORKFLOW: Final = "image-added"


class PlaceError(Exception):
    """It was not said which deployment is meant."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where it is."""

    project: str
    location: str

    @classmethod
    def at(cls, project: str | None, location: str | None) -> Self:
        """Return the deployment.  Raises PlaceError where a part of the place is missing."""
        if not project or not location:
            raise PlaceError("name --project and --region (or GOOGLE_CLOUD_PROJECT, _LOCATION)")
        return cls(project, location)

    @property
    def parent(self) -> str:
        return f"projects/{self.project}/locations/{self.location}"

    @property
    def queue(self) -> str:
        return f"{self.parent}/queues/{QUEUE}"

    @property
    def workflow(self) -> str:
        return f"{self.parent}/workflows/{WORKFLOW}"

    @property
    def sender(self) -> str:
        return self.account("sender")

    def bucket(self, name: str) -> str:
        return f"{self.project}-{name}"

    def account(self, name: str) -> str:
        return f"safelight-{name}@{self.project}.iam.gserviceaccount.com"
