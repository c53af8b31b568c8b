"""Opens the TIFFs that Pillow has no layout for besides those that it has."""

from typing import Any, Final

from PIL import Image, ImagePalette, TiffImagePlugin
from PIL.TiffImagePlugin import (
    BITSPERSAMPLE,
    COLORMAP,
    COMPRESSION,
    EXTRASAMPLES,
    FILLORDER,
    ICCPROFILE,
    IMAGELENGTH,
    IMAGEWIDTH,
    PHOTOMETRIC_INTERPRETATION,
    PLANAR_CONFIGURATION,
    PREDICTOR,
    ROWSPERSTRIP,
    SAMPLEFORMAT,
    SAMPLESPERPIXEL,
    STRIPBYTECOUNTS,
    STRIPOFFSETS,
    TILEBYTECOUNTS,
    TILELENGTH,
    TILEOFFSETS,
    TILEWIDTH,
    YCBCRSUBSAMPLING,
    ImageFileDirectory_v2,
)

from picture.tiff import colours
from picture.tiff.samples import FLOAT, UNSIGNED, Storage, bands, webp

_MAX_SAMPLES: Final = 16
_LAB_BITS: Final = (8, 16)
_WEBP: Final = 50_001
_YCC: Final = 6
_SEE_THROUGH: Final = frozenset({colours.GREY, colours.COLOUR, colours.PRINT})
_BYTE: Final = 256


class TiffPicture(TiffImagePlugin.TiffImageFile):
    """A drop-in for Pillow's plugin."""

    _stored: Storage | None = None

    def _open(self) -> None:
        if self.fp and self.fp.read(4) == b"MM\0+":
            raise OSError("unsupported kind of TIFF: BigTIFF whose largest byte comes first")
        if self.fp:
            self.fp.seek(0)
        super()._open()

    def _setup(self) -> None:
        self._stored = None
        # The plugin alone takes colour that is stored smaller, or bands apart, for damage;
        # libtiff insists on how colour was derived.
        TiffImagePlugin.READ_LIBTIFF = not _is_whole_ycc(self.tag_v2)
        try:
            super()._setup()
        except (SyntaxError, KeyError, ValueError) as error:
            self._set_up_rare(error)
        else:
            self._correct()

    def _correct(self) -> None:
        """Mend what the plugin takes for something else."""
        if self.tag_v2.get(COMPRESSION) == _WEBP:
            self._set_up_rare(OSError("WebP"))
        elif self.mode == "I" and _storage(self.tag_v2).is_wide_unsigned:
            self._set_up_rare(OSError("32 bits without a sign"))
        elif self.mode == "P" and max(self.tag_v2[COLORMAP]) < _BYTE:
            # Some writers leave the lower half out.
            self.palette = ImagePalette.raw("RGB;L", bytes(self.tag_v2[COLORMAP]))

    def _set_up_rare(self, error: Exception) -> None:
        """Prepare for what the plugin gave up with this error."""
        told, stored = _photometric(self.tag_v2), _storage(self.tag_v2)
        if told not in colours.COLOURS or not _is_known(stored, told):
            raise OSError(f"unsupported kind of TIFF: {error}") from error
        self._stored = stored
        self._size = self._tile_size = stored.size
        self._mode = colours.mode_of(told, _transparency(self.tag_v2), stored)
        self.tile, self._im = [], None
        if ICCPROFILE in self.tag_v2 and stored.kind != FLOAT:
            self.info["icc_profile"] = self.tag_v2[ICCPROFILE]

    def load(self) -> Any:
        """Decode the page, if that has not been done."""
        if self._stored is None:
            return super().load()
        if self._im is None:
            self.im = self._decoded(self._stored).im
            self.load_end()
        return Image.Image.load(self)

    def _decoded(self, stored: Storage) -> Image.Image:
        parts = self._parts(stored)
        if stored.compression == _WEBP:
            return webp(parts, stored, self.mode)
        found, told = bands(parts, stored), _photometric(self.tag_v2)
        if told == colours.PALETTE:
            return colours.look_up(found[0], self.tag_v2[COLORMAP])
        return colours.compose(found, told, _transparency(self.tag_v2), stored)

    def _parts(self, stored: Storage) -> list[bytes]:
        """Return the strips or tiles as they stand in the file."""
        where = TILEOFFSETS if stored.is_tiled else STRIPOFFSETS
        lengths = TILEBYTECOUNTS if stored.is_tiled else STRIPBYTECOUNTS
        parts = []
        for start, length in zip(self.tag_v2[where], self.tag_v2[lengths], strict=True):
            self._fp.seek(start)
            parts.append(self._fp.read(length))
        return parts


def _is_whole_ycc(tags: ImageFileDirectory_v2) -> bool:
    smaller = tags.get(YCBCRSUBSAMPLING, (2, 2))
    is_together = _told(tags, PLANAR_CONFIGURATION, 1) == 1 and TILEOFFSETS not in tags
    return _photometric(tags) == _YCC and smaller == (1, 1) and is_together


def _is_known(stored: Storage, photometric: int) -> bool:
    enough = colours.COLOURS[photometric] <= stored.samples <= _MAX_SAMPLES
    is_lab = photometric == colours.LAB
    return enough and stored.is_known and (not is_lab or stored.bits in _LAB_BITS)


def _storage(tags: ImageFileDirectory_v2) -> Storage:
    size = _told(tags, IMAGEWIDTH, 0), _told(tags, IMAGELENGTH, 0)
    is_tiled = TILEOFFSETS in tags
    strip = size[0], min(_told(tags, ROWSPERSTRIP, size[1]), size[1])
    tile = _told(tags, TILEWIDTH, 0), _told(tags, TILELENGTH, 0)
    is_lab = _photometric(tags) == colours.LAB
    return Storage(
        size=size,
        samples=_told(tags, SAMPLESPERPIXEL, 1),
        kind=UNSIGNED if is_lab else _told(tags, SAMPLEFORMAT, UNSIGNED),
        bits=_told(tags, BITSPERSAMPLE, 1),
        is_planar=_told(tags, PLANAR_CONFIGURATION, 1) != 1,
        is_big_endian=tags.prefix == b"MM",
        compression=_told(tags, COMPRESSION, 1),
        predictor=_told(tags, PREDICTOR, 1),
        fill_order=_told(tags, FILLORDER, 1),
        segment=tile if is_tiled else strip,
        is_tiled=is_tiled,
    )


def _photometric(tags: ImageFileDirectory_v2) -> int:
    return _told(tags, PHOTOMETRIC_INTERPRETATION, -1)


def _transparency(tags: ImageFileDirectory_v2) -> int:
    """Return what the first sample beside the colours tells of transparency; 0 if nothing."""
    photometric, kind = _photometric(tags), _told(tags, EXTRASAMPLES, 0)
    if photometric not in _SEE_THROUGH:
        return 0
    has_place = _told(tags, SAMPLESPERPIXEL, 1) > colours.COLOURS[photometric]
    is_alpha = kind in {colours.MULTIPLIED, colours.SEPARATE}
    return kind if has_place and is_alpha else 0


def _told(tags: ImageFileDirectory_v2, tag: int, default: int) -> int:
    """Return the only or first value of a tag."""
    value: Any = tags.get(tag, default)
    if isinstance(value, tuple):
        value = value[0] if value else default
    return int(value)
