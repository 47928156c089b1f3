"""Forms that browsers send, taken apart from their whole bodies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.intake_body import IntakeRejected
from bot.web.multipart_form import MOST_PARTS, parts_of

KIND = "multipart/form-data; boundary=----Web"


def form(*parts: tuple[str, bytes], end: bytes = b"------Web--\r\n") -> bytes:
    head = b"------Web\r\nContent-Disposition: form-data; "
    return b"".join(head + name.encode() + b"\r\n\r\n" + data + b"\r\n" for name, data in parts) + end


@given(st.binary(), st.binary())
def test_parts_come_out_as_they_went_in(segment: bytes, event: bytes) -> None:
    sent = form(('name="segment"; filename="name=\\"event\\""', segment), ('filename="x"; name="event"', event))
    if b"\r\n------Web" not in b"\r\n" + segment + b"\r\n" + event:
        assert parts_of(KIND, sent) == {"segment": segment, "event": event}


@pytest.mark.parametrize(
    "body", [b"", b"x", form(('name="segment"', b"x"), end=b""), form(('name="segment"', b"x"))[:-6], b"------Web\r\n"]
)
def test_a_form_that_is_cut_off_is_damaged(body: bytes) -> None:
    with pytest.raises(IntakeRejected, match="damaged") as refused:
        parts_of(KIND, body)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "multipart/form-data", "multipart/mixed; boundary=x", 'multipart/form-data; boundary=""']
)
def test_what_is_no_form_is_refused(kind: str) -> None:
    with pytest.raises(IntakeRejected, match="multipart/form-data") as refused:
        parts_of(kind, form(('name="segment"', b"x")))
    assert refused.value.status == 415


def one(*headers: str, data: bytes = b"x") -> bytes:
    """A form of one part, `segment`, with more headers."""
    return form(("\r\n".join(('name="segment"', *headers)), data))


@pytest.mark.parametrize(
    "head",
    [
        f'name="segment"; filename="{"a" * 1_000_000}"',
        'name="segment"' + "".join(f"\r\nX-{number}: y" for number in range(1000)),
        'name="segment"\r\n' + "X" * 1_000_000,
        'name="segment"\rX-Lone: return',
        'name="segment"\r\nno colon',
        'name="segment"\r\n: no name',
        'name="segment"\r\nX\0Y: z',
    ],
    ids=["a megabyte", "a thousand", "a megabyte of name", "lone CR", "no colon", "no name", "NUL"],
)
def test_a_head_that_no_browser_writes_is_refused(head: str) -> None:
    with pytest.raises(IntakeRejected, match="damaged") as refused:
        parts_of(KIND, form((head, b"x")))
    assert refused.value.status == 400


def test_a_form_of_ten_thousand_parts_is_refused_at_the_first_too_many() -> None:
    parts = [(f'name="{number}"', b"x") for number in range(10_000)]
    assert len(parts_of(KIND, form(*parts[:MOST_PARTS]))) == MOST_PARTS
    damaged = form(*parts[: MOST_PARTS + 1], end=b"")
    for body in (form(*parts), damaged):
        with pytest.raises(IntakeRejected, match="parts at most") as refused:
            parts_of(KIND, body)
        assert refused.value.status == 413


@pytest.mark.parametrize(
    "header",
    [
        "Content-Transfer-Encoding: Binary",
        "Content-Encoding: gzip",
        "Content-Length: 2",
        "Content-Length: 99999999999999999999",
        "Content-Length: -1",
    ],
)
@pytest.mark.parametrize("data", [b"aGVsbG8=", b"a=3Db", b"\r", b"a\rb\nc\r\n", b"--", b"\r\n------We", b""])
def test_what_a_part_says_of_its_content_changes_nothing(header: str, data: bytes) -> None:
    """A part ends at its boundary, whatever length it gives, and is kept as it was sent (RFC 7578, 4.8)."""
    assert parts_of(KIND, one(header, data=data)) == {"segment": data}


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "BASE64", "x-unknown", ""])
def test_a_part_encoded_for_mail_is_refused(encoding: str) -> None:
    """No browser sends one (RFC 7578, 4.7), and kept unread it could never be played."""
    with pytest.raises(IntakeRejected, match="transfer encoding") as refused:
        parts_of(KIND, one(f"Content-Transfer-Encoding: {encoding}"))
    assert refused.value.status == 415


def test_a_lone_line_feed_ends_no_header() -> None:
    assert "segment" not in parts_of(KIND, form(('name="segment"\nX-Lone: feed', b"x")))


def test_a_form_within_a_form_is_content() -> None:
    inner = b'--in\r\nContent-Disposition: form-data; name="event"\r\n\r\n{}\r\n--in--'
    assert parts_of(KIND, one("Content-Type: multipart/form-data; boundary=in", data=inner)) == {"segment": inner}


@pytest.mark.parametrize(
    "body",
    [b"\r" * 1_000_000, b"\r\n------We" * 100_000, b"------Web" * 100_000, b"\r\n" * 500_000],
    ids=["returns", "almost boundaries", "boundaries on one line", "empty lines"],
)
def test_contents_full_of_what_begins_a_boundary_come_out_whole(body: bytes) -> None:
    assert parts_of(KIND, form(('name="segment"', body))) == {"segment": body}


@pytest.mark.parametrize(
    ("head", "parts"),
    [
        ("name*=utf-8''segment", {}),
        ('filename="segment"', {}),
        ('NAME="segment"', {"segment": b"x"}),
        ('name="ségment"', {"ségment": b"x"}),
        ('name=""', {"": b"x"}),
        ('name="a"; name="segment"', {"segment": b"x"}),
    ],
)
def test_a_part_is_named_by_its_disposition_alone(head: str, parts: dict[str, bytes]) -> None:
    assert parts_of(KIND, form((head, b"x"))) == parts
    assert parts_of(KIND, form((f'filename="f"\r\nX-Name: form-data; name="no"; {head}', b"x"))) == {}


@given(st.binary(max_size=300), st.integers(0, 400))
def test_a_form_cut_anywhere_is_damaged(content: bytes, length: int) -> None:
    whole = one("Content-Type: application/octet-stream", data=content)
    if b"------Web" not in content and length < len(whole) - len(b"\r\n"):
        with pytest.raises(IntakeRejected, match="damaged"):
            parts_of(KIND, whole[:length])


@pytest.mark.parametrize("boundary", ["a" * 5000, "\u2713", "é", "a\r\nb", "\udcff"])
def test_a_strange_boundary_is_refused(boundary: str) -> None:
    with pytest.raises(IntakeRejected) as refused:
        parts_of(f"multipart/form-data; boundary={boundary}", one())
    assert refused.value.status in {400, 415}


@given(st.text(), st.binary())
def test_whatever_comes_is_parts_or_a_refusal(kind: str, body: bytes) -> None:
    try:
        assert isinstance(parts_of(f"multipart/form-data; boundary={kind}", body), dict)
    except IntakeRejected:
        return
