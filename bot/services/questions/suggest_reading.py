"""What a question that wasn't understood may have meant, as a model reads it: offered to whoever asked, never asked."""

from __future__ import annotations

from functools import partial

import structlog

from bot.kernel.errors import Misunderstood, Upstream
from bot.kernel.ids import meaning
from bot.kernel.messages import JsonObject
from bot.services.desk import Desk
from bot.services.questions import answering
from bot.signals.language.model_rewriting import SuggestedReading, suggested_reading
from bot.signals.question import Question
from bot.signals.question_text import phrases, to_text
from bot.signals.source import Source
from bot.slack.buttons import Pressed
from bot.slack.people import Person

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


async def suggest_reading(  # noqa: PLR0913 - one argument a fact
    desk: Desk,
    source: Source,
    asker: Person,
    problem: Misunderstood,
    text: str,
    *,
    thread: str = "",
    base: Question | None = None,
) -> JsonObject | None:
    """The message that offers a reading; None where no model is configured, or it has none that the grammar reads."""
    found = await _reading(desk, source, asker, text, base)
    if found is None:
        return None
    locale = asker.locale
    whole = found.text if base is None else to_text(found.question, locale)
    pressed = Pressed(meaning(text, whole), text=whole, thread=thread)
    return desk.messages.message(
        "signals/reading",
        locale,
        problem=problem,
        reading=found.text,
        understood=phrases(found.question, locale),
        value=pressed.value(),
    )


async def _reading(
    desk: Desk, source: Source, asker: Person, text: str, base: Question | None
) -> SuggestedReading | None:
    if desk.rewriter is None:
        return None
    now, locale = desk.clock(), asker.locale
    understand = partial(answering.parse_question, source, now=now, locale=locale, base=base, presets=desk.presets)
    try:
        names = (await answering.known(source, now)).targets if desk.settings.model_sees_names else ()
        return await suggested_reading(desk.rewriter, text, locale, understand, names)
    except Upstream as error:
        log.warning("no reading of a question", why=error.sentence)
        return None
