"""What can go wrong with a picture, each with a stable code and a sentence for its user.

SafelightError
├── PermanentError             trying again cannot help: recorded as failed
│   ├── EmptyFileError           empty_file
│   ├── NotAnImageError          not_an_image
│   ├── UnsupportedFormatError   unsupported_format
│   ├── TruncatedError           truncated
│   ├── DamagedError             damaged
│   ├── TooManyPixelsError       too_many_pixels
│   ├── TooManyFramesError       too_many_frames
│   ├── TooManyScansError        too_many_scans
│   ├── TooLargeError            too_large
│   ├── RenderTimeoutError       timeout
│   ├── OutOfMemoryError         out_of_memory
│   ├── RenderCrashedError       render_crashed
│   ├── OriginalGoneError        original_gone
│   ├── UnknownRecipesError      unknown_recipes
│   ├── VariantTakenError        variant_taken
│   └── AttemptsUsedUpError      attempts_used_up
└── TransientError             worth another attempt: answered 503
    ├── GoogleUnavailableError   google_unavailable
    ├── OtherRecipesError        other_recipes
    ├── BusyError                busy
    └── NotApprovedYetError      not_approved_yet
"""

from typing import ClassVar


class SafelightError(Exception):
    """Something went wrong with a picture."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").partition("\n")[0])

    @property
    def message(self) -> str:
        """The sentence for the user."""
        return str(self)


class PermanentError(SafelightError):
    """The picture cannot be processed."""

    code = "permanent"


class EmptyFileError(PermanentError):
    """The file is empty."""

    code = "empty_file"


class NotAnImageError(PermanentError):
    """The file is not an image."""

    code = "not_an_image"


class UnsupportedFormatError(PermanentError):
    """Images of this format are not accepted."""

    code = "unsupported_format"


class TruncatedError(PermanentError):
    """The image is incomplete; upload it again from the source."""

    code = "truncated"


class DamagedError(PermanentError):
    """The image is damaged and cannot be decoded."""

    code = "damaged"


class TooManyPixelsError(PermanentError):
    """The image has more pixels than are accepted."""

    code = "too_many_pixels"


class TooManyFramesError(PermanentError):
    """The animation has more frames than are accepted."""

    code = "too_many_frames"


class TooManyScansError(PermanentError):
    """The JPEG is built from more scans than any camera writes."""

    code = "too_many_scans"


class TooLargeError(PermanentError):
    """The file is larger than is accepted."""

    code = "too_large"


class RenderTimeoutError(PermanentError):
    """Rendering the image took longer than is allowed."""

    code = "timeout"


class OutOfMemoryError(PermanentError):
    """Rendering the image needed more memory than is allowed."""

    code = "out_of_memory"


class RenderCrashedError(PermanentError):
    """The image crashed its renderer."""

    code = "render_crashed"


class OriginalGoneError(PermanentError):
    """The original was deleted or replaced before it was processed."""

    code = "original_gone"


class UnknownRecipesError(PermanentError):
    """There is no recipe set of the name that the task asks for."""

    code = "unknown_recipes"


class VariantTakenError(PermanentError):
    """Something else is stored under the name of a variant; remove it and redrive the image."""

    code = "variant_taken"


class AttemptsUsedUpError(PermanentError):
    """A service that is needed stayed unavailable through all attempts; redrive the image later."""

    code = "attempts_used_up"


class TransientError(SafelightError):
    """The picture cannot be processed at the moment."""

    code = "transient"


class GoogleUnavailableError(TransientError):
    """A Google service is unavailable at the moment."""

    code = "google_unavailable"


class OtherRecipesError(TransientError):
    """The renderer has other recipes than the task was made for; a deployment is under way."""

    code = "other_recipes"


class BusyError(TransientError):
    """All renderers are busy at the moment."""

    code = "busy"


class NotApprovedYetError(TransientError):
    """The picture is quarantined still; its approval is being recorded, or failed to be."""

    code = "not_approved_yet"
