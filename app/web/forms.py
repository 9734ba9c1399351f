"""A multipart form with one file, read piece by piece."""

from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

#: The name of the field that carries the file.
FILE_FIELD = "file"

_IN_MEMORY = 256 * 1024
_MOST_FIELDS = 16
_LONGEST_FIELD = 1024
_LONGEST_HEADER = 4096


class FormBrokenError(Exception):
    """What came is no such form."""


class FormTooLargeError(Exception):
    """The file, or what stands around it, is larger than is taken."""


class PictureForm:
    """What has been read of a form; a context manager that gives its disk space back.

    FormBrokenError and FormTooLargeError come from every call that reads.
    """

    def __init__(self, content_type: str, *, largest: int) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise FormBrokenError("no multipart form")
        #: All fields but the file.
        self.fields: dict[str, str] = {}
        self.file = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY)
        self._largest = largest
        self._size = 0
        self._parts = 0
        self._has_file = False
        self._ended = False
        self._name = ""
        self._value = bytearray()
        self._header = (bytearray(), bytearray())
        self._headers: dict[bytes, bytes] = {}
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_part_end": self._on_part_end,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise FormBrokenError from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    def feed(self, piece: bytes) -> None:
        """Read on."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise FormBrokenError from error

    def end(self) -> None:
        """Say that nothing more comes."""
        if not self._ended or not self._has_file:
            raise FormBrokenError("a form without its end, or without a file")

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_FIELDS:
            raise FormTooLargeError
        self._headers, self._value = {}, bytearray()

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._grow(self._header[0], data[start:end], _LONGEST_HEADER)

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._grow(self._header[1], data[start:end], _LONGEST_HEADER)

    def _on_header_end(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._name = options.get(b"name", b"").decode(errors="replace")
        if self._name == FILE_FIELD:
            if self._has_file:
                raise FormBrokenError("two files")
            self._has_file = True

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name != FILE_FIELD:
            self._grow(self._value, data[start:end], _LONGEST_FIELD)
            return
        self._size += end - start
        if self._size > self._largest:
            raise FormTooLargeError
        self.file.write(data[start:end])

    def _on_part_end(self) -> None:
        if self._name != FILE_FIELD:
            self.fields[self._name] = bytes(self._value).decode(errors="replace")

    def _on_end(self) -> None:
        self._ended = True

    @staticmethod
    def _grow(held: bytearray, more: bytes, longest: int) -> None:
        held += more
        if len(held) > longest:
            raise FormTooLargeError
