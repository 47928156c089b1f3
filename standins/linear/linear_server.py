"""The server: the one address of GraphQL, signed uploads, limits, faults, and pages to work by hand."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web
from graphql import ExecutionResult, GraphQLError, execute_sync

from standins.http_faults import with_fault
from standins.linear.linear_operations import LinearOperations
from standins.linear.linear_pages import page_routes
from standins.linear.linear_schema import MOST_COMPLEXITY, checked, complexity, schema
from standins.linear.linear_webhooks import LinearDeliveries
from standins.linear.linear_world import LinearError, LinearFault, LinearWorld
from standins.serving import served

WORLD: web.AppKey[LinearWorld] = web.AppKey("linear", LinearWorld)
Answer = Callable[[], Awaitable[web.StreamResponse]]


class SentQuery(msgspec.Struct, forbid_unknown_fields=True):
    query: str
    variables: dict[str, Any] = {}
    operation: str = msgspec.field(name="operationName", default="")


@asynccontextmanager
async def running_linear(world: LinearWorld, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves for as long as the body lasts. Gives the address to use instead of Linear's; GraphQL is at /graphql."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app[WORLD] = world
    app.add_routes([web.post("/graphql", _graphql), web.put(r"/upload/{number:\d+}", _upload), *page_routes(WORLD)])
    async with served(app, host, port) as world.url, LinearDeliveries.to_hooks_of(world):
        yield world.url


async def _graphql(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    try:
        sent = msgspec.json.decode(await request.read(), type=SentQuery)
        document, operation, name = checked(sent.query)
    except (msgspec.DecodeError, GraphQLError) as error:
        return _refused(400, LinearError(str(error), "graphql error", "GRAPHQL_VALIDATION_FAILED"))
    cost = complexity(document, operation, sent.variables)
    world.operations.append(name)

    async def answer() -> web.StreamResponse:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), world.api_key.encode()):
            return _refused(
                401, LinearError("Authentication required, not authenticated", "authentication error",
                                 "AUTHENTICATION_ERROR", "You need to authenticate to access this operation."),
            )  # fmt: skip
        if refused := _over_limit(world, cost):
            return refused
        result = execute_sync(
            schema(), document, LinearOperations(world), variable_values=sent.variables, operation_name=name
        )
        return _answered(result, _limit_headers(world, cost))

    return await with_fault(request, world.faults.next(name), answer, _made_to_fail)


async def _upload(request: web.Request) -> web.StreamResponse:
    """The signed address is good for the file that it was made for, without a key."""
    world, number = request.app[WORLD], int(request.match_info["number"])
    world.operations.append(f"PUT {request.path}")

    async def answer() -> web.StreamResponse:
        data = await request.read()
        upload = world.uploads[number - 1] if 0 < number <= len(world.uploads) else None
        if upload is None or not hmac.compare_digest(request.query.get("signature", ""), upload.token):
            return web.Response(status=403, text="SignatureDoesNotMatch")
        wanted = {"Content-Type": upload.media_type, "x-goog-content-length-range": f"{upload.size},{upload.size}"}
        if any(request.headers.get(name) != value for name, value in wanted.items()) or len(data) != upload.size:
            return web.Response(status=400, text="The headers or the size aren't those that were signed")
        if "Authorization" in request.headers:
            return web.Response(status=400, text="The key goes to nobody but the API")
        upload.data = data
        return web.Response(status=200)

    return await with_fault(request, world.faults.next(f"PUT {request.path}"), answer, _made_to_fail)


def _made_to_fail(fault: LinearFault) -> web.Response:
    if not fault.code:
        return web.Response(status=fault.status, text=fault.message, headers=fault.headers)
    return _refused(fault.status, LinearError(fault.message, fault.code.casefold(), fault.code), fault.headers)


def _over_limit(world: LinearWorld, cost: float) -> web.Response | None:
    """Counts the request. The answer to one over a limit is a 400 that says RATELIMITED, as Linear's."""
    world.space_left()
    world.complexities.append(cost)
    if cost > MOST_COMPLEXITY:
        return _refused(400, LinearError(f"Query too complex: {cost:.0f}", "invalid input", "INPUT_ERROR"))
    spent = world.requests_used + 1 > world.requests_limit or world.complexity_used + cost > world.complexity_limit
    if spent:
        limited = LinearError("Rate limit exceeded", "ratelimited", "RATELIMITED", "You have been rate limited.")
        return _refused(400, limited, _limit_headers(world, cost))
    world.requests_used += 1
    world.complexity_used += cost
    return None


def _limit_headers(world: LinearWorld, cost: float) -> dict[str, str]:
    reset = f"{(world.clock() + world.space_left()).timestamp() * 1000:.0f}"
    return {
        "X-Complexity": f"{cost:.0f}",
        "X-RateLimit-Requests-Limit": str(world.requests_limit),
        "X-RateLimit-Requests-Remaining": str(world.requests_limit - world.requests_used),
        "X-RateLimit-Requests-Reset": reset,
        "X-RateLimit-Complexity-Limit": str(world.complexity_limit),
        "X-RateLimit-Complexity-Remaining": f"{world.complexity_limit - world.complexity_used:.0f}",
        "X-RateLimit-Complexity-Reset": reset,
    }


def _answered(result: ExecutionResult, headers: dict[str, str]) -> web.Response:
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [_shown(error) for error in result.errors]
    return _json(200, body, headers)


def _shown(error: GraphQLError) -> dict[str, Any]:
    original = error.original_error
    if original is not None and not isinstance(original, LinearError):
        raise original  # a fault of the stand-in
    extensions = original.extensions if original else {"type": "graphql error", "code": "GRAPHQL_VALIDATION_FAILED"}
    return {"message": error.message, "path": error.path, "extensions": extensions}


def _refused(status: int, error: LinearError, headers: dict[str, str] | None = None) -> web.Response:
    return _json(status, {"errors": [{"message": str(error), "extensions": error.extensions}]}, headers or {})


def _json(status: int, body: object, headers: dict[str, str]) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json", headers=headers)
