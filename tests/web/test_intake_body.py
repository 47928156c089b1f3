"""Forms that browsers send, taken apart from their whole bodies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.intake_body import IntakeRejected, parts_of

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


@given(st.text(), st.binary())
def test_whatever_comes_is_parts_or_a_refusal(kind: str, body: bytes) -> None:
    try:
        assert isinstance(parts_of(f"multipart/form-data; boundary={kind}", body), dict)
    except IntakeRejected:
        return
