"""Conditions on the generation and the metageneration that a request depends on.

https://cloud.google.com/storage/docs/request-preconditions
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from localcloud.storage.errors import condition_not_met, invalid, not_modified

_MAX_INT64 = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What must (not) hold; generation 0 stands for "there is no live object"."""

    generation_match: int | None = None
    generation_not_match: int | None = None
    metageneration_match: int | None = None
    metageneration_not_match: int | None = None

    def check(self, generation: int, metageneration: int, *, reading: bool = False) -> None:
        """Raise StorageError (412, or 304 for a read that need not happen) where one fails."""
        if self.generation_match not in (None, generation):
            raise condition_not_met()
        if self.generation_not_match == generation:
            raise not_modified() if reading else condition_not_met()
        self.check_metageneration(metageneration, reading=reading)

    def check_metageneration(self, metageneration: int, *, reading: bool = False) -> None:
        """Raise StorageError as ``check`` does; buckets have no generation."""
        if self.metageneration_match not in (None, metageneration):
            raise condition_not_met()
        if self.metageneration_not_match == metageneration:
            raise not_modified() if reading else condition_not_met()

    def to_json(self) -> dict[str, int | None]:
        return asdict(self)


ALWAYS = Preconditions()


def parse_preconditions(query: Mapping[str, str], prefix: str = "if") -> Preconditions:
    """Return the conditions in the query; ``prefix`` is ``ifSource`` for those on a source."""
    return Preconditions(
        int64(query, f"{prefix}GenerationMatch"),
        int64(query, f"{prefix}GenerationNotMatch"),
        int64(query, f"{prefix}MetagenerationMatch"),
        int64(query, f"{prefix}MetagenerationNotMatch"),
    )


def int64(query: Mapping[str, str], parameter: str) -> int | None:
    """Return a parameter as a number; raises StorageError where it is none."""
    text = query.get(parameter)
    if text is None or text == "":
        return None
    if not (text.isascii() and text.isdigit()) or int(text) > _MAX_INT64:
        raise invalid(f"Invalid value for {parameter}: '{text}'", parameter)
    return int(text)
