"""The table of `/_human/*`. Reading is GET, everything else POST with a JSON object."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from standins.slack.page_api import interactions, messages, read, submissions, uploads
from standins.slack.page_api.request import Handler, answer
from standins.slack.team import WorkspaceTeam

LOOK: dict[str, Handler] = {
    "state": read.state,
    "history": read.history,
    "thread": read.thread,
    "pins": read.pins,
    "source": read.source,
}
DO: dict[str, Handler] = {
    "post": messages.post,
    "edit": messages.edit,
    "delete": messages.delete,
    "react": messages.react,
    "pin": messages.pin,
    "dismiss": messages.dismiss,
    "read": read.read,
    "press": interactions.press,
    "suggest": interactions.suggest,
    "shortcut": interactions.shortcut,
    "home": interactions.home,
    "submit": submissions.submit,
    "close": submissions.close,
}


def routes(team: WorkspaceTeam) -> list[web.AbstractRouteDef]:
    return [
        *(web.get(f"/_human/{name}", answer(team, handler)) for name, handler in LOOK.items()),
        *(web.post(f"/_human/{name}", answer(team, handler)) for name, handler in DO.items()),
        web.post("/_human/upload", partial(uploads.from_person, team)),
        web.get("/_human/feed", partial(read.feed, team)),
    ]
