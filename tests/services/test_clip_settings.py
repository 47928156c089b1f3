"""What a channel sets for its clips holds over what the bot was started with, and only what changed is told."""

from __future__ import annotations

import msgspec
import pytest

from bot.kernel.locale import Locale
from bot.replay.model import Style
from bot.services.clips.channel_clip_settings import LOOPS, changes, explicit, style
from bot.services.clips.clip_settings import ClipSettings
from bot.services.clips.context import ClipDefaults

DEFAULTS = ClipDefaults(width=800, seconds=15, loops=3)


@pytest.mark.parametrize("loops", LOOPS)
def test_a_channel_says_how_often_its_gifs_play(loops: int) -> None:
    assert style(Style(loops=7), ClipSettings(loops=loops)).loops == loops
    assert style(Style(loops=7), ClipSettings()).loops == 7


def test_settings_from_before_have_the_bots_own_loops() -> None:
    kept = msgspec.json.decode(b'{"at_once":true,"width":640}', type=ClipSettings)
    assert explicit(kept, DEFAULTS).loops == 3
    assert style(Style(), kept).loops == 3
    assert explicit(kept, ClipDefaults(800, 15, 0)).loops == 0


def test_for_ever_is_kept_and_not_taken_for_nothing_chosen() -> None:
    kept = msgspec.json.decode(msgspec.json.encode(ClipSettings(loops=0)), type=ClipSettings)
    assert explicit(kept, DEFAULTS).loops == 0


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("en", {1: "GIFs play once", 3: "GIFs play three times", 0: "GIFs play for ever"}),
        ("ko", {1: "GIF는 한 번 재생", 3: "GIF는 세 번 재생", 0: "GIF는 계속 반복"}),
    ],
)
def test_a_change_is_told_in_words(tag: str, words: dict[int, str]) -> None:
    locale, usual = Locale.of(tag), explicit(ClipSettings(), DEFAULTS)
    for loops, said in words.items():
        before = msgspec.structs.replace(usual, loops=0 if loops else 1)
        assert changes(before, msgspec.structs.replace(usual, loops=loops), locale) == [said]
    assert changes(usual, usual, locale) == []
