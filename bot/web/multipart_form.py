"""Forms that strangers send (RFC 7578), taken apart by python-multipart within limits."""

from __future__ import annotations

from python_multipart import MultipartParser
from python_multipart.multipart import parse_options_header

from bot.web.intake_body import IntakeRejected

MOST_PARTS = 16
MOST_HEADERS = 8
"""Of one part; a browser sends two."""
MOST_HEADER_BYTES = 4096
"""Of one line of a part's head."""
_AS_IT_IS = {b"binary", b"8bit", b"7bit"}


def parts_of(content_type: str, data: bytes) -> dict[str, bytes]:
    """The named parts of a form, from its whole body. Blocking; the last part of a name counts.

    Contents stay as they were sent, a form within a form included. Raises IntakeRejected: 415 for no form or one made
    for mail, 413 for too many parts, 400 for a form that is cut off, malformed, or has too much in its heads.
    """
    boundary = _boundary(content_type)
    form = _Form()
    try:
        form.parser(boundary).write(data)
    except ValueError as error:
        raise IntakeRejected(400, "The body is damaged.") from error
    if not form.complete:
        raise IntakeRejected(400, "The body is damaged.")
    return form.parts


def _boundary(content_type: str) -> bytes:
    try:
        kind, options = parse_options_header(content_type)
    except UnicodeEncodeError:
        kind, options = b"", {}
    boundary = options.get(b"boundary", b"")
    if kind.strip() != b"multipart/form-data" or not boundary:
        raise IntakeRejected(415, "A replay segment comes as multipart/form-data.")
    return boundary


class _Form:
    """What the parser's callbacks collect. They get spans of the body, so that nothing is copied twice."""

    def __init__(self) -> None:
        self.parts: dict[str, bytes] = {}
        self.complete = False
        self._count = 0
        self._header, self._value = b"", b""
        self._name: str | None = None
        self._content: list[bytes] = []

    def parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_ends,
                "on_part_data": self._part_data,
                "on_part_end": self._part_ends,
                "on_end": self._ends,
            },
            max_header_count=MOST_HEADERS,
            max_header_size=MOST_HEADER_BYTES,
        )

    def _part_begins(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise IntakeRejected(413, f"A form may have {MOST_PARTS} parts at most.")
        self._name, self._content = None, []

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        match self._header.lower():
            case b"content-disposition":
                name = parse_options_header(self._value)[1].get(b"name")
                self._name = None if name is None else name.decode("utf-8", "replace")
            case b"content-transfer-encoding" if self._value.strip().lower() not in _AS_IT_IS:
                raise IntakeRejected(415, "The parts of a form come without a transfer encoding.")
        self._header, self._value = b"", b""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._content.append(data[start:end])

    def _part_ends(self) -> None:
        if self._name is not None:
            self.parts[self._name] = b"".join(self._content)

    def _ends(self) -> None:
        self.complete = True
