"""The routing table of `/_page/*`. Queries are GET, actions are POST with a JSON object."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from standins.slack.page_api import interactions, page_messages, page_reads, page_uploads, submissions
from standins.slack.page_api.page_request import Handler, endpoint, numbered
from standins.slack.workspace_team import WorkspaceTeam

QUERIES: dict[str, Handler] = {
    "state": page_reads.state,
    "history": page_reads.history,
    "thread": page_reads.thread,
    "pins": page_reads.pins,
    "source": page_reads.source,
}
ACTIONS: dict[str, Handler] = {
    "post": page_messages.post,
    "edit": page_messages.edit,
    "delete": page_messages.delete,
    "react": page_messages.react,
    "pin": page_messages.pin,
    "topic": page_messages.topic,
    "dismiss": page_messages.dismiss,
    "read": page_reads.mark_read,
    "press": interactions.block_action,
    "suggest": interactions.block_suggestion,
    "shortcut": interactions.message_shortcut,
    "home": interactions.open_home,
    "submit": submissions.submit,
    "close": submissions.close,
}


def routes(team: WorkspaceTeam) -> list[web.AbstractRouteDef]:
    return [
        *(web.get(f"/_page/{name}", endpoint(team, numbered(handler))) for name, handler in QUERIES.items()),
        *(web.post(f"/_page/{name}", endpoint(team, handler)) for name, handler in ACTIONS.items()),
        web.post("/_page/upload", partial(page_uploads.from_person, team)),
        web.get("/_page/feed", partial(page_reads.feed, team)),
    ]
