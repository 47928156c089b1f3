"""What a question that wasn't understood may have meant, as a model reads it: offered to whoever asked, never asked."""

from __future__ import annotations

from bot.kernel.errors import Misunderstood
from bot.kernel.ids import meaning
from bot.kernel.messages import JsonObject
from bot.services.questions.context import QuestionContext
from bot.services.questions.submit import Asking
from bot.signals.question import Question
from bot.signals.question_text import phrases, to_text
from bot.slack.buttons import Pressed


async def suggest_reading(
    context: QuestionContext, asking: Asking, problem: Misunderstood, base: Question | None = None
) -> JsonObject | None:
    """Returns the message that offers a reading; None without a model, or where the grammar reads nothing of its."""
    locale = asking.asker.locale
    suggestion = await (await context.reader_of(asking.team)).suggestion(asking.text, locale, base)
    if suggestion is None:
        return None
    text = suggestion.text if base is None else to_text(suggestion.question, locale)
    return context.slack.messages.message(
        "signals/reading",
        locale,
        problem=problem,
        reading=suggestion.text,
        understood=phrases(suggestion.question, locale.as_of(context.reader.clock())),
        value=Pressed(meaning(asking.text, text), text=text, thread=asking.thread).value(),
    )
