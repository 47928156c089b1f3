"""`detect`, `clip`, `strip`, `still`: real files in, real pictures out, only the result where the output is piped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import RAGE, Replaybook

SHORT = ("--from", "28000", "--to", "29000", "--width", "320", "--fps", "4")
CLIP_KEYS = {"frames", "shots", "duration_ms", "bytes", "ms", "transcript"}


def test_detect_prints_rows_that_programs_read(replaybook: Replaybook) -> None:
    said = replaybook("detect", RAGE, "--json")
    assert said.code == 0
    assert all(set(row) == {"at_ms", "types", "selector", "name", "clicks"} for row in said.json)
    assert any("rage_click" in row["types"] for row in said.json)
    assert f"Actions with signals: {len(said.json)}." in replaybook("detect", RAGE).out


def test_a_clip_is_written_and_only_json_is_printed(process: Replaybook, tmp_path: Path) -> None:
    path = tmp_path / "out.gif"
    said = process("clip", RAGE, *SHORT, "-o", path, "--json")
    assert (said.code, said.err) == (0, "")
    assert said.json.keys() >= CLIP_KEYS
    assert path.read_bytes()[:4] == b"GIF8"
    assert said.json["bytes"] == path.stat().st_size


def test_the_name_of_the_file_says_what_to_make(replaybook: Replaybook, tmp_path: Path) -> None:
    said = replaybook("clip", RAGE, *SHORT, "-o", tmp_path / "out.mp4")
    assert said.code == 0, said.err
    assert (tmp_path / "out.mp4").read_bytes()[4:8] == b"ftyp"


@pytest.mark.parametrize(("name", "more"), [("x.png", ()), ("X.PNG", ()), ("picture", ("--format", "png"))])
def test_a_png_is_the_picture_of_the_failed_click(
    replaybook: Replaybook, tmp_path: Path, name: str, more: tuple[str, ...]
) -> None:
    said = replaybook("clip", RAGE, "-o", tmp_path / name, "--width", "400", "--json", *more)
    assert (said.code, said.err) == (0, "")
    assert said.json["kind"] == "png"
    [worst] = [row for row in replaybook("detect", RAGE, "--json").json if row["at_ms"] == said.json["at_ms"]]
    assert "rage_click" in worst["types"]
    with Image.open(tmp_path / name) as picture:
        assert (picture.format, picture.width) == ("PNG", 400)


def test_a_png_keeps_the_budget_and_the_masks(replaybook: Replaybook, tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    assert replaybook("clip", RAGE, "-o", path).code == 0
    full = path.read_bytes()
    assert replaybook("clip", RAGE, "-o", path, "--max-bytes", "50000", "--mask", "body").code == 0
    assert len(path.read_bytes()) <= 50_000
    assert path.read_bytes() != full


def test_a_gif_plays_three_times_or_as_often_as_was_said(replaybook: Replaybook, tmp_path: Path) -> None:
    for options, again in (((), b"\x02\0"), (("--loops", "0"), b"\0\0"), (("--loops", "1"), None)):
        assert replaybook("clip", RAGE, *SHORT, *options, "-o", tmp_path / "out.gif").code == 0
        _, found, block = (tmp_path / "out.gif").read_bytes().partition(b"NETSCAPE2.0\x03\x01")
        assert (block[:2] if found else None) == again


def test_without_an_output_the_clip_lies_beside_you(replaybook: Replaybook, tmp_path: Path) -> None:
    assert replaybook("clip", RAGE, *SHORT).code == 0
    assert (tmp_path / "shop-rage.gif").exists()


def test_a_clip_goes_close_unless_the_whole_page_is_asked_for(
    replaybook: Replaybook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def zoomed(*options: str) -> bool:
        window = ("--from", "25500", "--to", "28500", "--width", "320", "--fps", "4")
        said = replaybook("clip", RAGE, *window, *options, "-o", tmp_path / "out.gif", "--json")
        return bool(said.json["zoomed"])

    assert zoomed()
    assert not zoomed("--whole-page")
    monkeypatch.setenv("REPLAYBOOK_CLIP_CAMERA", "false")
    assert not zoomed()


def test_a_still_is_a_picture(process: Replaybook, tmp_path: Path) -> None:
    said = process("still", RAGE, "--at", "28000", "-o", tmp_path / "out.png")
    assert (said.code, said.out, said.err) == (0, f"{tmp_path / 'out.png'}\n", "")
    assert (tmp_path / "out.png").read_bytes()[1:4] == b"PNG"


@pytest.mark.parametrize("content", ["", "{", "[]", json.dumps([{"type": 4, "timestamp": 1, "data": {}}]), "\x00\x01"])
def test_what_is_no_recording_is_one_sentence(replaybook: Replaybook, tmp_path: Path, content: str) -> None:
    path = tmp_path / "recording.json"
    path.write_text(content)
    for command in (["detect", path], ["clip", path], ["still", path, "--at", "0"]):
        said = replaybook(*command)
        assert said.code in {0, 1}
        assert "Traceback" not in said.err
    assert replaybook("clip", path).sentence


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("shot.png", b"\x89PNG\r\n\x1a\n" + bytes(90), "picture (PNG)"),
        ("shot.json", b"\xff\xd8\xff\xe0" + bytes(90), "picture (JPEG)"),
        ("clip.gif", b"GIF89a" + bytes(90), "picture (GIF)"),
        ("clip.mp4", b"\0\0\0\x20ftypisom" + bytes(90), "(MP4)"),
        ("all.zip", b"PK\x03\x04" + bytes(90), "(ZIP)"),
        ("notes.txt", "Nothing works today. 아무것도 안 돼요.\n".encode() * 40, "plain text"),
        ("page.html", b"<!DOCTYPE html><html></html>", "(HTML)"),
    ],
)
def test_what_is_no_recording_is_named(
    replaybook: Replaybook, tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for command in (["detect", path], ["clip", path], ["still", path, "--at", "0"]):
        said = replaybook(*command)
        assert said.code == 1
        assert "not a session recording" in said.sentence
        assert kind in said.sentence


def test_a_strip_is_one_gif_of_several_recordings(replaybook: Replaybook, tmp_path: Path) -> None:
    small = ("--width", "320", "--fps", "4", "--label", "Before")
    said = replaybook("strip", RAGE, RAGE, *small, "-o", tmp_path / "strip.gif", "--json")
    assert said.code == 0, said.err
    assert (tmp_path / "strip.gif").read_bytes()[:4] == b"GIF8"
    assert said.json["alt_text"].startswith("1 · Before: Session replay")
    assert " 2: Session replay" in said.json["alt_text"]
    assert said.json["refused"] == {}


def test_a_strip_is_a_video_where_its_name_says_so(replaybook: Replaybook, tmp_path: Path) -> None:
    said = replaybook("strip", RAGE, RAGE, "--width", "320", "--fps", "4", "-o", tmp_path / "strip.mp4")
    assert said.code == 0, said.err
    assert (tmp_path / "strip.mp4").read_bytes()[4:8] == b"ftyp"


@pytest.mark.parametrize("number", [1, 4])
def test_a_strip_is_of_two_or_three_recordings(replaybook: Replaybook, number: int) -> None:
    said = replaybook("strip", *[RAGE] * number)
    assert said.code == 1
    assert said.sentence.endswith(f"these are {number}.")


@pytest.mark.parametrize(("begin", "end", "fails"), [(25_500, 27_500, True), (2_000, 3_000, False)])
def test_a_window_that_was_given_begins_with_what_fails_in_it(
    replaybook: Replaybook, tmp_path: Path, begin: int, end: int, fails: bool
) -> None:
    small = ("--from", begin, "--to", end, "--width", "320", "--fps", "4", "--json")
    window = replaybook("clip", RAGE, *small, "-o", tmp_path / "out.gif").json["window"]
    assert window | {"failed_ms": None} == {"start_ms": begin, "end_ms": end, "failed_ms": None}
    failed = [row["at_ms"] for row in replaybook("detect", RAGE, "--json").json if begin <= row["at_ms"] <= end]
    assert bool(failed) == fails
    assert window["failed_ms"] in (failed or [None])
