"""The table of `/_human/*`. Reading is GET, everything else POST with a JSON object."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from bot.workspace.human import look, press, submit, talk, uploads
from bot.workspace.human.asked import Handler, answer
from bot.workspace.team import Team

LOOK: dict[str, Handler] = {
    "state": look.state,
    "history": look.history,
    "thread": look.thread,
    "pins": look.pins,
    "source": look.source,
}
DO: dict[str, Handler] = {
    "post": talk.post,
    "edit": talk.edit,
    "delete": talk.delete,
    "react": talk.react,
    "pin": talk.pin,
    "dismiss": talk.dismiss,
    "read": look.read,
    "press": press.press,
    "suggest": press.suggest,
    "shortcut": press.shortcut,
    "home": press.home,
    "submit": submit.submit,
    "close": submit.close,
}


def routes(team: Team) -> list[web.AbstractRouteDef]:
    return [
        *(web.get(f"/_human/{name}", answer(team, handler)) for name, handler in LOOK.items()),
        *(web.post(f"/_human/{name}", answer(team, handler)) for name, handler in DO.items()),
        web.post("/_human/upload", partial(uploads.from_person, team)),
        web.get("/_human/feed", partial(look.feed, team)),
    ]
