"""Read the files of a multipart form as they arrive, without keeping them.

RFC 7578.  The parser is python-multipart's; this names what its callbacks mean.
"""

from typing import Final, Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

_FORM: Final = b"multipart/form-data"


class NoFormError(Exception):
    """The body is not a form with files."""


class Files(Protocol):
    """Who takes the files, one after the other."""

    def begin(self, filename: str, content_type: str) -> None: ...
    def write(self, data: bytes) -> None: ...
    def end(self) -> None: ...


class Form:
    """A form that is being received; fields that are no files are passed over."""

    def __init__(self, content_type: str, files: Files) -> None:
        kind, options = parse_options_header(content_type)
        if kind != _FORM or not options.get(b"boundary"):
            raise NoFormError("Send the pictures as multipart/form-data.")
        self._files = files
        self._is_file = False
        self._is_over = False
        self._name = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._parser = self._made(options[b"boundary"])

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body.  Raises NoFormError for what is no form."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise NoFormError("The form is malformed.") from error

    def finish(self) -> None:
        """Make sure that the form was whole.  Raises NoFormError."""
        if not self._is_over:
            raise NoFormError("The form ends before its last boundary.")

    def _made(self, boundary: bytes) -> MultipartParser:
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": self._add_name,
                    "on_header_value": self._add_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_file,
                    "on_part_data": self._add_data,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise NoFormError("The form is malformed.") from error

    def _begin_part(self) -> None:
        self._headers = {}
        self._is_file = False

    def _add_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _begin_file(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        filename = options.get(b"filename")
        # A browser sends a nameless, empty file for a form without a choice.
        if filename:
            self._is_file = True
            content_type = self._headers.get(b"content-type", b"").decode("latin-1")
            self._files.begin(filename.decode("utf-8", "replace"), content_type)

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._files.write(data[start:end])

    def _end_part(self) -> None:
        if self._is_file:
            self._files.end()
        self._is_file = False

    def _end(self) -> None:
        self._is_over = True
