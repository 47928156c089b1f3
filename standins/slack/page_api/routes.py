"""The routing table of `/_page/*`. Queries are GET, actions are POST with a JSON object."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from standins.slack.page_api import interactions, messages, read, submissions, uploads
from standins.slack.page_api.request import Handler, endpoint
from standins.slack.workspace_team import WorkspaceTeam

QUERIES: dict[str, Handler] = {
    "state": read.state,
    "history": read.history,
    "thread": read.thread,
    "pins": read.pins,
    "source": read.source,
}
ACTIONS: dict[str, Handler] = {
    "post": messages.post,
    "edit": messages.edit,
    "delete": messages.delete,
    "react": messages.react,
    "pin": messages.pin,
    "topic": messages.topic,
    "dismiss": messages.dismiss,
    "read": read.mark_read,
    "press": interactions.block_action,
    "suggest": interactions.block_suggestion,
    "shortcut": interactions.message_shortcut,
    "home": interactions.open_home,
    "submit": submissions.submit,
    "close": submissions.close,
}


def routes(team: WorkspaceTeam) -> list[web.AbstractRouteDef]:
    return [
        *(web.get(f"/_page/{name}", endpoint(team, handler)) for name, handler in QUERIES.items()),
        *(web.post(f"/_page/{name}", endpoint(team, handler)) for name, handler in ACTIONS.items()),
        web.post("/_page/upload", partial(uploads.from_person, team)),
        web.get("/_page/feed", partial(read.feed, team)),
    ]
