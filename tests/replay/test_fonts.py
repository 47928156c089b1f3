"""Scripts that no font has are named, by machine and by clip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.doctor import CHECKS
from bot.kernel.errors import Missing
from bot.kernel.settings import Settings
from bot.replay.fonts import SCRIPTS, missing_scripts, unwritable, without_glyphs
from bot.replay.model import Masks, Style, Window
from bot.replay.scene import scene_of, unwritable_letters
from tests.replay.sessions import Session, element, text

NO_FONT = " letter without a font on this machine"


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fontconfig finds no font at all."""
    settings = tmp_path / "fonts.conf"
    settings.write_text(f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(settings))
    missing_scripts.cache_clear()
    yield
    missing_scripts.cache_clear()


def test_a_script_is_missing_when_no_range_of_any_font_has_its_letters() -> None:
    missing = without_glyphs("20-7e a0-17f 391 410-44f\ne01-e3a 4e00-9fa5\n")
    assert not {"Greek", "Cyrillic", "Thai", "Han"} & set(missing)
    assert {"Devanagari", "Hangul", "Arabic", "Emoji"} <= set(missing)
    assert without_glyphs("0-10ffff") == ()


def test_letters_of_missing_scripts_are_counted_by_script() -> None:
    shown = "Cart ตะกร้า कार्ट 장바구니 Купить"
    assert unwritable(shown, ("Thai", "Devanagari")) == {f"Thai{NO_FONT}": 4, f"Devanagari{NO_FONT}": 3}
    assert unwritable(shown, ("Hangul",)) == {f"Hangul{NO_FONT}": 4}
    assert not unwritable(shown, ("Lao",))
    assert not unwritable(shown, ())
    assert not unwritable(shown, None)


def test_every_script_knows_its_own_letters_only() -> None:
    for name, letters in SCRIPTS.items():
        assert set(unwritable(letters[0], tuple(SCRIPTS))) == {f"{name}{NO_FONT}"}


def test_a_clip_names_what_it_could_not_write(bare_machine: None) -> None:
    made = Session(element(4, "h1", text(5, "ตะกร้า")), element(6, "p", text(7, "Cart"), title="कार्ट"))
    made.add(100, 3, text(8, "장바구니"))
    scene = scene_of(made.recording(500), Window(0, 400), Style(), Masks())
    assert unwritable_letters(scene.events) == {f"Thai{NO_FONT}": 4, f"Hangul{NO_FONT}": 4}


async def test_a_machine_without_fonts_has_none_for_any_script(bare_machine: None) -> None:
    assert missing_scripts() == tuple(SCRIPTS)
    with pytest.raises(Missing):
        await CHECKS["Fonts"](Settings())


async def test_the_doctor_names_each_script_that_is_missing_here() -> None:
    missing_scripts.cache_clear()
    missing = missing_scripts()
    assert missing is not None
    try:
        line = await CHECKS["Fonts"](Settings())
    except Missing:
        assert "Hangul" in missing
    else:
        assert [name for name in SCRIPTS if f" {name}," in line] == list(missing)
