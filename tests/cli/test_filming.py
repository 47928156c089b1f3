"""`detect`, `clip`, `strip`, `still`: real files in, real pictures out, only the result where the output is piped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import RAGE, Replaybook

SHORT = ("--from", "28000", "--to", "29000", "--width", "320", "--fps", "4")
CLIP_KEYS = {"frames", "shots", "duration_ms", "bytes", "ms", "transcript"}


def test_detect_prints_rows_that_programs_read(replaybook: Replaybook) -> None:
    said = replaybook("detect", RAGE, "--json")
    assert said.code == 0
    assert all(set(row) == {"at_ms", "types", "selector", "name", "clicks"} for row in said.json)
    assert any("rage_click" in row["types"] for row in said.json)
    assert f"{len(said.json)} actions with signals." in replaybook("detect", RAGE).out


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


def test_without_an_output_the_clip_lies_beside_you(replaybook: Replaybook, tmp_path: Path) -> None:
    assert replaybook("clip", RAGE, *SHORT).code == 0
    assert (tmp_path / "shop-rage.gif").exists()


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


def test_a_strip_is_one_gif_of_several_recordings(replaybook: Replaybook, tmp_path: Path) -> None:
    small = ("--width", "320", "--fps", "4", "--label", "Before")
    said = replaybook("strip", RAGE, RAGE, *small, "-o", tmp_path / "strip.gif", "--json")
    assert said.code == 0, said.err
    assert (tmp_path / "strip.gif").read_bytes()[:4] == b"GIF8"
    assert said.json["alt_text"].startswith("1 · Before: Session replay")
    assert " 2: Session replay" in said.json["alt_text"]
    assert said.json["refused"] == {}


@pytest.mark.parametrize("number", [1, 4])
def test_a_strip_is_of_two_or_three_recordings(replaybook: Replaybook, number: int) -> None:
    said = replaybook("strip", *[RAGE] * number)
    assert said.code == 1
    assert said.sentence.endswith(f"these are {number}.")
