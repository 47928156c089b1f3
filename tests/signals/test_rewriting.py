"""Whatever a model says, only a question that the grammar reads is ever offered."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kernel.errors import Misunderstood
from bot.kernel.locale import Locale
from bot.signals.language.model_rewriting import SuggestedReading, guide, one_line, suggested_reading
from bot.signals.language.parse import parse
from bot.signals.question import Question, Signal
from tests.signals.meaning import NOW, SEOUL

ENGLISH, KOREAN = Locale.of("en", SEOUL), Locale.of("ko", SEOUL)


@dataclass
class Says:
    answer: str
    told: str = ""
    sees_names: bool = False

    async def rewrite(self, words: str, guide: str) -> str:
        self.told = f"{guide}\n{words}"
        return self.answer


async def understand(text: str) -> Question:
    return parse(text, now=NOW, locale=ENGLISH)


async def read(answer: str, words: str = "is everybody furious?") -> SuggestedReading | None:
    return await suggested_reading(Says(answer), words, ENGLISH, understand)


@pytest.mark.parametrize("answer", ["rage clicks today", "  `rage clicks today`\n", "```\nrage clicks today\n```"])
async def test_a_question_of_the_grammar_is_a_reading(answer: str) -> None:
    found = await read(answer)
    assert found is not None
    assert (found.text, found.question.signals) == ("rage clicks today", (Signal.RAGE,))


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "none",
        "Sure! Here is the question you wanted: rage clicks today",
        "rage clicks today\nrage clicks yesterday",
        "rage clicks today" + " please" * 60,
        "rage clicks\x00 today",
        "\u202erage clicks today",
        "<!channel> rage clicks today @everyone",
        "'; DROP TABLE actions; --",
        "is everybody furious?",
    ],
)
async def test_anything_else_is_none(answer: str) -> None:
    assert await read(answer) is None


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=200)
async def test_no_answer_breaks_it_and_what_is_offered_is_always_read(answer: str) -> None:
    found = await read(answer)
    if found is not None:
        assert parse(found.text, now=NOW, locale=ENGLISH) == found.question


def test_every_line_of_the_guide_that_should_work_works() -> None:
    for locale in (ENGLISH, KOREAN):
        lines = guide(locale).split("Lines that work:\n")[1].splitlines()
        assert len(lines) == 3
        for line in lines:
            assert parse(line.removeprefix("- "), now=NOW, locale=locale)


async def test_the_model_is_told_no_name_unless_it_may_see_them() -> None:
    says = Says("rage clicks today")
    await suggested_reading(says, "furious?", ENGLISH, understand)
    assert "Names of buttons" not in says.told
    await suggested_reading(says, "furious?", ENGLISH, understand, ["Delete\nme"])
    assert "- Delete me" in says.told


def test_one_line_keeps_a_line_and_nothing_else() -> None:
    assert one_line("a\n\n") == "a"
    assert one_line("a\nb") == ""


async def test_what_the_grammar_refuses_is_refused_here_too() -> None:
    with pytest.raises(Misunderstood):
        await understand("none")
