"""The server: routes, faults, a record of every request, and webhooks to whoever wants them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import aiohttp
import msgspec
from aiohttp import web

from standins.github.github_api import WORLD, Handler, api_routes
from standins.github.github_pages import page_routes
from standins.github.github_world import GitHubDenied, GitHubWorld, SentRequest, StoredHook
from standins.http_faults import HttpFault, with_fault
from standins.serving import served


@asynccontextmanager
async def running_github(world: GitHubWorld, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves for as long as the body lasts. Gives the site's address; the API is below /api/v3."""
    app = web.Application(middlewares=[_recorded, _refusals, _faulty])
    app[WORLD] = world
    app.add_routes([*api_routes(), *page_routes()])
    async with served(app, host, port) as url:
        world.api = f"{url}/api/v3"
        yield url


@asynccontextmanager
async def sending_hooks(world: GitHubWorld, url: str, secret: str) -> AsyncIterator[None]:
    """Sends each webhook once, as GitHub does: one that isn't taken is not sent again."""
    tasks: set[asyncio.Task[int]] = set()

    def send(hook: StoredHook) -> None:
        task = asyncio.ensure_future(delivered(hook, url, secret))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    world.on_hook = send
    try:
        yield
    finally:
        world.on_hook = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def delivered(hook: StoredHook, url: str, secret: str) -> int:
    """Sends a webhook, signed, and returns the status of the answer; 0 where nobody answers."""
    body = msgspec.json.encode(hook.payload)
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/standin",
        "X-GitHub-Event": hook.event,
        "X-GitHub-Delivery": hook.id,
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
            session.post(url, data=body, headers=headers) as response,
        ):
            return response.status
    except (aiohttp.ClientError, TimeoutError, OSError):
        return 0


@web.middleware
async def _recorded(request: web.Request, handler: Handler) -> web.StreamResponse:
    path = request.path.removeprefix("/api/v3")
    body = await request.read() if path != request.path else b""
    sent = SentRequest(request.method, path, msgspec.json.decode(body) if body else None)
    request.app[WORLD].requests.append(sent)
    response = await handler(request)
    sent.status = response.status
    return response


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except GitHubDenied as denied:
        body = {"message": str(denied), "errors": denied.errors, "status": str(denied.status)}
        data = msgspec.json.encode(body)
        return web.Response(status=denied.status, body=data, content_type="application/json", headers=denied.headers)


@web.middleware
async def _faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
    fault = request.app[WORLD].faults.next(f"{request.method} {request.path}")
    return await with_fault(request, fault, lambda: handler(request), _refused)


def _refused(fault: HttpFault) -> NoReturn:
    raise GitHubDenied(fault.status, fault.message, fault.headers)
