"""A stored clip in the language of the notebook that it goes into."""

from __future__ import annotations

import msgspec

from bot.notebook.cell_data import ClipWords, Spoken
from tests.notebook.examples import CLIP

KOREAN = ClipWords("Buy 5번 클릭", "세션 리플레이 7초", (Spoken(3_000, "Buy 클릭 ×5"),))


def test_it_is_told_in_the_language_that_is_wanted() -> None:
    told = msgspec.structs.replace(CLIP, words={"ko": KOREAN}).told_in("ko")
    assert (told.caption, told.alt_text, told.transcript) == (KOREAN.caption, KOREAN.alt_text, KOREAN.transcript)
    assert not told.words
    assert told.file == CLIP.file


def test_one_from_before_keeps_its_words() -> None:
    assert CLIP.told_in("ko") == CLIP
