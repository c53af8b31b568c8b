"""Why a picture gets no variants: a stable code and a sentence for its owner.

A refusal is final for this picture and says nothing about the next one.
"""

from collections.abc import Mapping
from typing import Final

from safelight.errors import (
    DamagedError,
    EmptyFileError,
    NotAnImageError,
    OutOfMemoryError,
    PermanentError,
    RenderCrashedError,
    RenderTimeoutError,
    TooLargeError,
    TooManyFramesError,
    TooManyPixelsError,
    TooManyScansError,
    TruncatedError,
    UnsupportedFormatError,
)

SENTENCES: Final = {
    "unreadable": "The file cannot be read: {why}.",
    "empty_file": "The file is empty.",
    "not_an_image": "The file is not an image.",
    "unsupported_format": "The file is {kind}, which is not supported. JPEG and PNG always are.",
    "damaged": "The picture is damaged and cannot be decoded. Open it and save it anew.",
    "truncated": "The picture is incomplete: its end is missing. Copy it again from its source.",
    "too_large": "The file has {actual:,} bytes; at most {allowed:,} are accepted.",
    "too_many_pixels": (
        "The picture has {actual:,} pixels{place}; at most {allowed:,} are accepted."
    ),
    "too_many_frames": "The picture has more frames or pages than the {allowed:,} accepted.",
    "too_many_scans": (
        "The picture has more than {allowed:,} scans, which only hostile files have. "
        "Open it and save it anew."
    ),
    "timeout": (
        "Rendering took longer than the {allowed:g} seconds allowed. Save the picture smaller."
    ),
    "out_of_memory": (
        "Rendering needed more than the {allowed:,} MB of memory allowed. Save the picture smaller."
    ),
    "render_crashed": "The picture made the renderer stop ({how}). Open it and save it anew.",
}

OUR_FAULT: Final = frozenset({"timeout", "out_of_memory", "render_crashed"})


class Refusal(Exception):  # noqa: N818 -- a refusal is an outcome that users see, not a defect
    """A picture that will never be rendered."""

    peak_rss_kb: int = 0
    """What it cost to find out, where that is known."""

    def __init__(self, code: str, **facts: str | float) -> None:
        self.code = code
        self.message = SENTENCES[code].format(**{"place": "", **facts})
        super().__init__(code, self.message)

    @classmethod
    def reported(cls, code: str, message: str) -> "Refusal":
        """Return a refusal as a child told it; unknown codes count as a crash."""
        if code not in SENTENCES:
            return cls("render_crashed", how="unreadable answer")
        refusal = cls.__new__(cls)
        Exception.__init__(refusal, code, message)
        refusal.code, refusal.message = code, message
        return refusal


_ERRORS: Final[Mapping[str, type[PermanentError]]] = {
    error.code: error
    for error in (
        DamagedError,
        EmptyFileError,
        NotAnImageError,
        OutOfMemoryError,
        RenderCrashedError,
        RenderTimeoutError,
        TooLargeError,
        TooManyFramesError,
        TooManyPixelsError,
        TooManyScansError,
        TruncatedError,
        UnsupportedFormatError,
    )
} | {"unreadable": NotAnImageError}


def to_error(refusal: Refusal) -> PermanentError:
    """Return what the stages call this refusal, with its sentence."""
    return _ERRORS[refusal.code](refusal.message)
