"""Text from outside stays text, in every message: no mention, no link, no formatting that the template didn't write."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import example, given, settings

from bot.kernel.messages import Messages
from tests.messages import hostile
from tests.messages.scenes import LANGUAGES, SCENES, rendered
from tests.messages.test_snapshots import refused

MESSAGES = Messages.load()
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000]")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCENES)
@settings(max_examples=8, deadline=None)
@given(text=hostile.texts)
@example(text=" ".join(hostile.TRICKS))
@example(text="".join(reversed(hostile.TRICKS)))
@example(text=hostile.EVERYTHING)
def test_no_text_changes_what_is_parsed(name: str, language: str, text: str) -> None:
    made = rendered(MESSAGES, name, language, lambda _: text)
    assert hostile.marks(made) == harmless_marks(name, language)
    assert refused(made) == []
    assert not [each for each in hostile.strings_in(made) if UNSEEN.search(each)]


@cache
def harmless_marks(name: str, language: str) -> list[list[str]]:
    """What is parsed of the same message with plain words in it."""
    return hostile.marks(rendered(MESSAGES, name, language, lambda _: "some words"))


def test_the_marks_are_found_at_all() -> None:
    """A test that looks at nothing would pass."""
    said = {"text": "<!channel> *a* `<@U1>` _b_ c_d :x:\n> q", "blocks": []}
    assert hostile.marks(said) == [["<!channel", ">", "*", "*", "`", "_", "_", ":x:", "\n", ">"]]
