"""What works of the model that is set."""

from __future__ import annotations

from functools import partial

from bot.kernel.clock import clock_ahead
from bot.kernel.errors import Unavailable
from bot.kernel.locale import Locale
from bot.kernel.settings import Settings
from bot.providers.model.model_settings import ModelSettings
from bot.providers.model.open_model import open_client
from bot.providers.provider import Check
from bot.signals.language.model_rewriting import suggested_reading
from bot.signals.language.parse import parse
from bot.signals.question import Question

WORDS = "how often did people hammer on the pay button in anger, today or so"
"""The grammar refuses this, and a model that is fit for the task puts it into the grammar's words."""


def checks(settings: Settings) -> dict[str, Check]:
    """The checks by name, none when no model is set up."""
    if not settings.of(ModelSettings).configured:
        return {}
    return {"reading": partial(_reading, settings)}


async def _reading(settings: Settings) -> str:
    """Returns what the model made of a question. Raises Unavailable when it doesn't answer or is of no use."""
    now, locale = clock_ahead(settings.clock_ahead_s)(), Locale.of()

    async def understand(words: str) -> Question:
        return parse(words, now=now, locale=locale)

    async with open_client(settings.of(ModelSettings)) as model:
        answer = await suggested_reading(model, WORDS, locale, understand)
    if answer is None:
        raise Unavailable("The model answers, but not in the words of the grammar; try a larger one.")
    return f"“{answer.text}”"
