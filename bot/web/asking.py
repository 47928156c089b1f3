"""Questions from this machine's command line while the bot runs, because the bot's process owns the store's files."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address

import msgspec
from aiohttp import web

from bot.backlog.owners import Owners
from bot.desk.answering import NoSuchTarget, answer_json, answered, understood
from bot.desk.office import Office
from bot.runtime.errors import Misunderstood
from bot.runtime.locale import Locale
from bot.signals.source import Source
from bot.signals.wire import error_json, question_json
from bot.signals.words import describe


class Wanted(msgspec.Struct, frozen=True):
    """A question as typed, and what its meaning depends on; `now` is aware."""

    text: str
    now: datetime
    zone: str = "UTC"
    locale: str = "en"


def asking_routes(office: Office) -> list[web.RouteDef]:
    """`POST /api/ask`, for loopback only: it has no other lock."""

    async def ask(request: web.Request) -> web.Response:
        if not _near(request.remote):
            raise web.HTTPForbidden(text="Only this machine may ask here.")
        try:
            wanted = msgspec.json.decode(await request.read(), type=Wanted)
        except msgspec.MsgspecError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response(await answer(office.source, office.desk.owners, wanted))

    return [web.post("/api/ask", ask)]


async def answer(source: Source, owners: Owners, wanted: Wanted) -> dict[str, object]:
    """`{"question": …, "understood": …, "answer": …}`, or `{"error": …}` with what would help. Raises Upstream."""
    locale = Locale.of(wanted.locale, wanted.zone)
    try:
        question = await understood(source, wanted.text, wanted.now, locale)
        found = await answered(source, owners, question, locale)
    except Misunderstood as problem:
        return error_json(problem)
    except NoSuchTarget as problem:
        return {"error": problem.sentence, "closest": [it.name or it.selector for it in problem.matches.closest]}
    return {
        "question": question_json(question),
        "understood": describe(question, locale),
        "answer": answer_json(found),
    }


def _near(remote: str | None) -> bool:
    return remote is not None and ip_address(remote).is_loopback
