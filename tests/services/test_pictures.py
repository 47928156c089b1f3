"""Pictures of messages are known by their content and written anew; what isn't one is not kept."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from bot.services.postmortems import pictures
from bot.services.postmortems.pictures import LONGEST_SIDE, redrawn
from bot.slack.channel_messages import _is_slacks, files_of

API = "https://slack.com/api/"


def image(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "#c2410c").save(written, kind, **more)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_of_each_kind_becomes_a_png_of_its_size(kind: str) -> None:
    drawn = redrawn(image(kind))
    assert drawn
    assert drawn[0].startswith(b"\x89PNG")
    assert drawn[1] == Image.open(io.BytesIO(drawn[0])).size == (40, 30)


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"<html><body>sign in</body>",
     b"GIF89a", image("PNG")[:60], image("JPEG")[:200], b"%PDF-1.7", image("BMP"), image("TIFF"), image("ICO"),
     b"\x89PNG\r\n\x1a\n" + b"\xff" * 500],
)  # fmt: skip
def test_what_is_no_picture_of_these_kinds_is_not_kept(data: bytes) -> None:
    assert redrawn(data) is None


def test_a_large_picture_is_made_smaller_and_one_that_is_too_large_is_not_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = redrawn(image("JPEG", (3000, 1000)))
    assert drawn
    assert drawn[1] == (LONGEST_SIDE, 533)
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    assert redrawn(image("PNG", (40, 30))) is None


def test_where_a_photo_was_taken_is_not_kept_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "at home"
    drawn = redrawn(image("JPEG", exif=exif))
    assert drawn
    assert drawn[1] == (30, 40)
    assert b"at home" not in drawn[0]
    assert not Image.open(io.BytesIO(drawn[0])).getexif()


def test_a_drawing_with_a_see_through_ground_keeps_it() -> None:
    drawn = redrawn(image("PNG", mode="RGBA"))
    assert drawn
    assert Image.open(io.BytesIO(drawn[0])).mode == "RGBA"


@pytest.mark.parametrize(
    ("url", "api", "slacks"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.png", API, True),
        ("http://files.slack.com/files-pri/T1-F1/a.png", API, False),
        ("https://slack.com.evil.example/a.png", API, False),
        ("https://files.slack.com@evil.example/a.png", API, False),
        ("https://evil.example/files.slack.com/a.png", API, False),
        ("https://notslack.com/a.png", API, False),
        ("http://127.0.0.1:8001/files-pri/T1-F1/a.png", "http://127.0.0.1:8001/api/", True),
        ("http://127.0.0.1:8002/files-pri/T1-F1/a.png", "http://127.0.0.1:8001/api/", False),
        ("file:///etc/passwd", API, False),
        ("", API, False),
    ],
)
def test_the_token_goes_to_slack_alone(url: str, api: str, slacks: bool) -> None:
    assert _is_slacks(url, api) is slacks


def test_a_file_that_lies_elsewhere_or_is_gone_has_no_address() -> None:
    hosted = {"id": "F1", "mode": "hosted", "url_private": "https://files.slack.com/a", "size": 3, "name": "a.png"}
    drive = {**hosted, "id": "F2", "mode": "external", "is_external": True}
    deleted = {"id": "F3", "mode": "tombstone"}
    assert [file.id for file in files_of({"files": [hosted, drive, deleted, "no file", {}]})] == ["F1"]
    assert files_of({"files": None}) == files_of({}) == ()
