"""The page of an answer on the bot's own web server, for sources that have none. Its address is a secret."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from bot.kernel.errors import Missing
from bot.services.desk import Desk
from bot.services.questions import lookup
from bot.signals.asked_question import AskedQuestion
from bot.state import keys


@dataclass(frozen=True, slots=True)
class AnswerPage:
    secret: str
    url: str


async def page(desk: Desk, asked: AskedQuestion) -> AnswerPage:
    """The question's page: the same one after it was refined."""
    secret = asked.page or secrets.token_urlsafe(16)
    await desk.pages.change(keys.page(secret), lambda _: (asked.team, asked.id))
    return AnswerPage(secret, f"{desk.public_url}/answers/{secret}")


async def shown(desk: Desk, secret: str) -> AskedQuestion:
    """The answered question that a page shows. Raises Missing."""
    found = await desk.pages.get(keys.page(secret))
    asked = await lookup.asked(desk, *found[0]) if found else None
    if asked is None or asked.answer is None:
        raise Missing("There is no such answer, or it is no longer kept.")
    return asked
