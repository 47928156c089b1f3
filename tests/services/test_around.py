"""What stands around an answer comes from sources that can tell it, and never at the cost of the answer."""

from __future__ import annotations

from collections.abc import Sequence

from bot.kernel.errors import Unavailable
from bot.services.questions.with_context import answer_with_context
from bot.signals.answer import Answer, Day, FirstSeen, TargetMatch, Top, Tops
from bot.signals.question import Period, Question
from tests.signals.test_limits import answer


class Plain:
    name = "plain"
    definition = answer().definition

    async def answer(self, question: Question, targets: Sequence[TargetMatch]) -> Answer:
        return answer()


class Telling(Plain):
    async def daily(self, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
        return [Day(question.period.start, 4)]

    async def versions(self, period: Period) -> Sequence[FirstSeen]:
        self.asked = period
        return [FirstSeen("2.31", period.end)]

    async def tops(self, question: Question, targets: Sequence[TargetMatch]) -> Tops:
        return Tops(views=(Top("/cart", 3),))


class Failing(Telling):
    async def daily(self, question: Question, targets: Sequence[TargetMatch]) -> Sequence[Day]:
        raise Unavailable("The provider is down.")


QUESTION = answer().question


async def test_a_source_that_tells_nothing_else_still_answers() -> None:
    found = await answer_with_context(Plain(), QUESTION, ())  # type: ignore[arg-type]
    assert (found.daily, found.first_seen, found.tops) == ((), (), Tops())


async def test_what_it_tells_is_part_of_the_answer() -> None:
    source = Telling()
    found = await answer_with_context(source, QUESTION, ())  # type: ignore[arg-type]
    assert [day.signals for day in found.daily] == [4]
    assert found.first_seen[0].version == "2.31"
    assert found.tops.views[0].label == "/cart"
    assert (QUESTION.period.start - source.asked.start).days == 28


async def test_an_answer_is_given_without_what_failed() -> None:
    found = await answer_with_context(Failing(), QUESTION, ())  # type: ignore[arg-type]
    assert found.daily == ()
    assert found.first_seen
