"""More of `/_test/*`: what Slack does by itself, and what its settings and administrators do."""

from __future__ import annotations

from aiohttp import web

from standins.slack import unfurl_previews
from standins.slack.page_api.text import to_mrkdwn
from standins.slack.socket_connections import GRACE_S
from standins.slack.workspace_team import WorkspaceTeam


def routes(team: WorkspaceTeam) -> list[web.AbstractRouteDef]:
    async def make_private(request: web.Request) -> web.Response:
        """As an administrator would: from now on only its members see the channel."""
        channel = team.channel((await request.json())["channel"])
        team.store.put("channel", channel["id"], {**channel, "is_private": True})
        return web.json_response({"ok": True})

    async def leave(request: web.Request) -> web.Response:
        """Somebody leaves a channel, which is private from then on."""
        body = await request.json()
        channel = team.channel(body["channel"])
        members = [member for member in channel["members"] if member != body["user"]]
        team.store.put("channel", channel["id"], {**channel, "members": members, "is_private": True})
        return web.json_response({"ok": True})

    async def compose(request: web.Request) -> web.Response:
        """`{user, text}`: somebody has written this and not sent it. `/_test/composed` says what is shown below it."""
        body = await request.json()
        id = unfurl_previews.compose(team, str(body["user"]), to_mrkdwn(team, str(body["text"])))
        return web.json_response({"ok": True, "id": id})

    async def composed(request: web.Request) -> web.Response:
        return web.json_response(team.composing[request.query["id"]])

    async def disconnect(request: web.Request) -> web.Response:
        """`{reason, after?, only_one?}`: ends Socket Mode's connections, as `SocketConnections.disconnect` says."""
        body = await request.json()
        sockets, reason = team.deliveries.sockets, str(body.get("reason", ""))
        await sockets.disconnect(reason, float(body.get("after", GRACE_S)), only_one=bool(body.get("only_one")))
        return web.json_response({"ok": True})

    async def switch_sockets(request: web.Request) -> web.Response:
        """`{enabled}`: the switch *Enable Socket Mode*."""
        team.deliveries.sockets.enabled = bool((await request.json()).get("enabled"))
        return web.json_response({"ok": True})

    return [
        web.post("/_test/compose", compose),
        web.get("/_test/composed", composed),
        web.post("/_test/disconnect", disconnect),
        web.post("/_test/leave", leave),
        web.post("/_test/private", make_private),
        web.post("/_test/sockets", switch_sockets),
    ]
