"""What a fault does to a call of the Web API; the kinds are listed in `standins.slack.slack_faults`."""

from __future__ import annotations

import asyncio

from aiohttp import web

from standins.slack.api.args import Args
from standins.slack.slack_faults import AFTER, INSTEAD, SlackFault
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

PROXY_PAGE = "<html><body><h1>The proxy can't reach the server</h1></body></html>"


async def instead_of_the_call(
    team: WorkspaceTeam, request: web.Request, name: str, args: Args
) -> web.StreamResponse | None:
    """Returns the answer where it is not Slack's. Raises WorkspaceRefused where it is."""
    channel = args.text("channel")
    if fault := team.faults.take("slow", name, channel):
        await asyncio.sleep(float(fault.details.get("seconds", 1)))
    fault = team.faults.take(INSTEAD, name, channel, len(args.json("blocks", list, "invalid_blocks_format") or ()))
    if fault is None:
        return None
    if fault.kind == "lost_request":
        return _disconnected(request)
    if fault.kind == "http":
        return _foreign(fault)
    raise _refusal(fault)


async def after_the_call(
    team: WorkspaceTeam, request: web.Request, name: str, args: Args, response: web.Response
) -> web.StreamResponse:
    """Returns what reaches the bot of the answer; the work is done."""
    fault = team.faults.take(AFTER, name, args.text("channel"))
    if fault is None:
        return response
    if fault.kind == "lost_response":
        return _disconnected(request)
    if fault.kind == "cut_response":
        return await _cut(request, response)
    await team.faults.hold(float(fault.details.get("seconds", 60)))
    return response


def _refusal(fault: SlackFault) -> WorkspaceRefused:
    if fault.kind == "error":
        status = int(fault.details.get("status", 200))
        return WorkspaceRefused(str(fault.details.get("error", "internal_error")), status=status)
    wait = fault.details.get("retry_after", 1)
    return WorkspaceRefused("ratelimited", status=429, headers={} if wait is None else {"Retry-After": str(int(wait))})


def _foreign(fault: SlackFault) -> web.Response:
    details = fault.details
    kind = str(details.get("content_type", "text/html"))
    return web.Response(
        text=str(details.get("body", PROXY_PAGE)), content_type=kind, status=int(details.get("status", 502))
    )


def _disconnected(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)


async def _cut(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Sends the head and half of the body."""
    data = response.body if isinstance(response.body, bytes) else b""
    head = {"Content-Type": "application/json", "Content-Length": str(len(data))}
    cut = web.StreamResponse(status=response.status, headers=head)
    await cut.prepare(request)
    await cut.write(data[: len(data) // 2])
    if request.transport:
        request.transport.close()  # what was written goes out first, unlike with abort
    return cut
