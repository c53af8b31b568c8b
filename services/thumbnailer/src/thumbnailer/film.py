"""An animation whose frames are made when they are encoded, one in memory at a time."""

from collections.abc import Callable, Iterator

from PIL import Image, ImageFile

from picture.decode import DAMAGE
from picture.formats import GIF, Format
from thumbnailer.recipe import Recipe

# What browsers show for frames that declare next to nothing.
_DEFAULT_MS = 100
_MIN_MS = 20


class Film(Image.Image):
    """Looks to Pillow's encoders like an opened animation."""

    def __init__(
        self, make: Callable[[], Iterator[Image.Image]], durations: list[int], loop: int = 0
    ) -> None:
        super().__init__()
        self._make = make
        self.durations = durations
        self.loop = loop
        self.n_frames = len(durations)
        self.is_animated = True
        self._start()

    def seek(self, frame: int) -> None:
        """Show a frame: the one shown, the next, or the first again."""
        if not 0 <= frame < self.n_frames:
            raise EOFError("no more frames")
        if frame < self._at:
            self._start()
        while self._at < frame:
            self._show(next(self._frames))
            self._at += 1

    def tell(self) -> int:
        return self._at

    def still(self) -> Image.Image:
        """Return the first frame."""
        self.seek(0)
        return self.copy()

    def _start(self) -> None:
        self._frames, self._at = self._make(), 0
        self._show(next(self._frames))

    def _show(self, frame: Image.Image) -> None:
        self.im, self._mode, self._size = frame.im, frame.mode, frame.size


def count_plays(image: ImageFile.ImageFile, form: Format) -> int:
    """Return how often an animation is played, 0 for ever; a GIF tells how often it is repeated."""
    told = image.info.get("loop")
    if form is not GIF:
        return int(told or 0)
    return 1 if told is None else told and told + 1


def durations(image: ImageFile.ImageFile, recipe: Recipe) -> list[int]:
    """Return for how many milliseconds each frame is shown, as many as the recipe allows.

    What follows a damaged frame is left out.
    """
    shown: list[int] = []
    left_ms = recipe.max_duration_s * 1000
    for number in range(min(recipe.max_frames, getattr(image, "n_frames", 1))):
        try:
            image.seek(number)
            image.load()
        except (*DAMAGE, Image.DecompressionBombError, Image.DecompressionBombWarning):
            break
        told = round(float(image.info.get("duration") or 0))
        shown.append(told if told >= _MIN_MS else _DEFAULT_MS)
        left_ms -= shown[-1]
        if left_ms <= 0:
            break
    return shown
