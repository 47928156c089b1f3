"""Captions in the scripts of the world."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bot.replay import fonts, lettering
from bot.replay.encode.draw import Scale, Strip, badge, plain
from bot.replay.encode.panels import PanelRow
from bot.replay.fonts import SCRIPTS, font, font_with, ranges_in
from bot.replay.lettering import Lettering, runs, whole

SAMPLES = {
    "Arabic": ("خطأ", "متجر"),
    "Devanagari": ("अभी", "कीमत"),
    "Emoji": ("😀", "🚀"),
    "Ethiopic": ("ሀለ", "ለሀ"),
    "Hebrew": ("קנה", "עכש"),
    "Thai": ("ซื้อ", "ราคา"),
}
"""Two texts of each script that look alike only as boxes."""
HERE = [name for name in SAMPLES if font_with(SCRIPTS[name][0])]
"""Those that this machine has a font for; `replaybook doctor` names the others."""


def drawn(text: str, anchor: str = "ls", size: int = 24) -> np.ndarray:
    image = Image.new("RGB", (400, 60))
    Lettering(size).draw(image, (200, 30), text, (255, 255, 255), anchor)
    return np.asarray(image)


def boxes(text: str, size: int = 24) -> np.ndarray:
    """As the usual font alone writes it."""
    image = Image.new("RGB", (400, 60))
    ImageDraw.Draw(image).text((200, 30), text, font=font(size), fill=(255, 255, 255), anchor="ls")
    return np.asarray(image)


@pytest.mark.parametrize("name", HERE)
def test_a_script_that_the_usual_font_lacks_is_written_in_another(name: str) -> None:
    one, other = SAMPLES[name]
    assert drawn(one).any()
    assert (drawn(one) != drawn(other)).any()
    assert (drawn(one) != boxes(one)).any()


@pytest.mark.parametrize("name", HERE)
def test_captions_counters_and_headings_are_written_so(name: str) -> None:
    one, other = SAMPLES[name]
    captions = [Strip(Scale(800), f"{text} clicked", ()).at(0, "0:00") for text in (one, other)]
    assert captions[0].shape == captions[1].shape
    assert (captions[0] != captions[1]).any()
    assert badge(one, 20, (0, 0, 0)).tobytes() != badge(other, 20, (0, 0, 0)).tobytes()
    headings = [PanelRow((400,), (text,)).empty(10) for text in (one, other)]
    assert (headings[0] != headings[1]).any()


@pytest.mark.parametrize("text", ["Buy clicked 4×, TypeError: cart is undefined…", "구매 4× 클릭", "買う", "Купить"])
def test_what_the_usual_font_has_is_written_as_before(text: str) -> None:
    if not all(map(fonts.covers_usually, text)):
        pytest.skip("another usual font")
    assert runs(text)[0].file is None
    assert (drawn(text) == boxes(text)).all()
    assert Lettering(24).getlength(text) == font(24).getlength(text)


@pytest.mark.parametrize("anchor", ["ls", "lm", "mm", "rm", "la", "ma"])
@pytest.mark.parametrize("name", HERE)
def test_it_stands_where_the_usual_font_would_put_it(name: str, anchor: str) -> None:
    across = np.flatnonzero(drawn(f"{SAMPLES[name][0]} ok", anchor).any(axis=(0, 2)))
    down = np.flatnonzero(drawn("ok ok", anchor).any(axis=(1, 2)))
    mixed = np.flatnonzero(
        drawn(f"{SAMPLES[name][0]} ok", anchor)[:, across[-1] - 10 : across[-1] + 1].any(axis=(1, 2))
    )
    width = Lettering(24).getlength(f"{SAMPLES[name][0]} ok")
    left = 200 - {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]] * width
    assert left - 4 <= across[0] <= across[-1] <= left + width + 4
    assert abs(int(mixed[-1]) - int(down[-1])) <= 1


def test_words_of_one_script_are_one_run_with_what_stands_between_them() -> None:
    if "Hebrew" not in HERE:
        pytest.skip("no font with Hebrew")
    assert [run.text for run in runs("Error שגיאה 404 בדף, ok")] == ["Error ", "שגיאה 404 בדף", ", ok"]


def test_what_belongs_to_a_letter_stays_with_it() -> None:
    assert whole("ab", 1) == 1
    assert whole("cafe\u0301", 4) == 3
    assert whole("👍🏽", 1) == 0
    assert whole("👩\u200d👧", 1) == whole("👩\u200d👧", 2) == 0
    assert plain("می\u200cخواهم\u202e") == "می\u200cخواهم"


def test_where_nobody_knows_the_fonts_all_is_left_to_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts.covers_usually("ก")  # known from here on
    monkeypatch.setenv("PATH", "")
    fonts._font_with.cache_clear()
    try:
        assert font_with("ก") is None
        assert [run.file for run in runs("ก ok")] == [None]
        assert drawn("ก ok").any()
    finally:
        fonts._font_with.cache_clear()


def test_fontconfig_writes_ranges_in_hexadecimal() -> None:
    assert ranges_in("20-7e a0 e01-e3a") == ((0x20, 0x7E), (0xA0, 0xA0), (0xE01, 0xE3A))


def test_this_machine_has_fonts_for_some_scripts_where_it_can_tell() -> None:
    assert HERE or shutil.which("fc-match") is None


@pytest.mark.parametrize("unreadable", ["gone.ttf", "strange.ttf"])
def test_letters_of_a_font_that_cannot_be_read_are_boxes(
    unreadable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strange.ttf").write_bytes(b"no font")
    file = fonts.FontFile(str(tmp_path / unreadable), 0, fonts.EVERYTHING)
    monkeypatch.setattr(lettering, "font_with", lambda *_, **__: file)
    assert Lettering(24).getlength("😀") == font(24).getlength("😀")
    assert (drawn("😀") != 0).any()


def test_a_machine_that_was_too_busy_to_tell_its_fonts_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([subprocess.TimeoutExpired("fc-match", 1)])
    asked = fonts._asked

    def busy(*question: str) -> str:
        if (late := next(answers, None)) is not None:
            raise late
        return asked(*question)

    letter = SCRIPTS[HERE[0]][0] if HERE else "a"
    fonts._font_with.cache_clear()
    monkeypatch.setattr(fonts, "_asked", busy)
    assert font_with(letter) is None
    assert (font_with(letter) is not None) == bool(HERE)
