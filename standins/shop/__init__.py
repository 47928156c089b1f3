"""Nordic Outfitters, the sample shop: a page that records itself, with a Buy button that a bad deploy broke."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.kernel.paths import NODE_MODULES

HERE = Path(__file__).parent
RECORDER = NODE_MODULES / "@rrweb" / "record" / "umd" / "record.min.js"
VERSION: Final = "2.31.0"
"""The version of the bad deploy, which recordings carry."""

SCRIPT, STYLE = "text/javascript", "text/css"
FILES: Final = {
    "/shop.js": (HERE / "shop.js", SCRIPT),
    "/goods.js": (HERE / "goods.js", SCRIPT),
    "/words.js": (HERE / "words.js", SCRIPT),
    "/faults.js": (HERE / "faults.js", SCRIPT),
    "/recorder.js": (HERE / "recorder.js", SCRIPT),
    "/vendor/rrweb-record.js": (RECORDER, SCRIPT),
    "/shop.css": (HERE / "shop.css", STYLE),
}
PAGES: Final = ("", "/", "/product/{id}", "/cart", "/checkout", "/thanks")
"""Paths of the one document, whose content depends on the path."""


def shop_routes(
    *, prefix: str = "/shop", intake: str = "", workspace: str = "/", version: str = VERSION, env: str = "prod"
) -> list[web.RouteDef]:
    """Returns the routes of the shop under `prefix`.

    `intake` is the base address of the intake that gets the recording (`<intake>/intake/rrweb`); without one it is
    the server that the page came from. `workspace` is the target of the link in the footer.
    """
    page = _page(prefix=prefix, intake=intake, workspace=workspace, version=version, env=env)
    policy = _policy(intake)

    async def document(_: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
        return web.Response(text=page, content_type="text/html", headers=headers)

    pages = [web.get(prefix + path, document) for path in PAGES]
    files = [web.get(prefix + path, _file(file, kind)) for path, (file, kind) in FILES.items()]
    return [*pages, *files, web.post(prefix + "/api/orders", _order), web.post(prefix + "/api/coupons", _coupon)]


def _page(**values: str) -> str:
    text = Template((HERE / "index.html").read_text(encoding="utf-8"))
    return text.substitute({name: escape(value) for name, value in values.items()})


def _policy(intake: str) -> str:
    """Returns a content policy by which the page loads from this server alone, and connects to it and the intake."""
    address = urlsplit(intake)
    origin = f" {address.scheme}://{address.netloc}" if address.netloc else ""
    return (
        f"default-src 'self'; connect-src 'self'{origin}; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'"
    )


def _file(path: Path, kind: str) -> Handler:
    """Answers 404 where the file is missing: without `npm ci` the shop works, but records nothing."""

    async def serve(_: web.Request) -> web.StreamResponse:
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Cache-Control": "no-cache"}
        return web.FileResponse(path, headers=headers)

    return serve


async def _order(request: web.Request) -> web.Response:
    """Fails as since the bad deploy, unless the page asks for the shop as it was before (`works`)."""
    order = await _object(request)
    if order.get("works") is True:
        return web.json_response({"order": "NO-20417"}, status=201)
    return web.json_response({"error": "cart is undefined", "code": "E1042"}, status=500)


async def _coupon(request: web.Request) -> web.Response:
    """Knows no code."""
    await _object(request)
    return web.json_response({"error": "unknown code"}, status=404)


async def _object(request: web.Request) -> dict[str, object]:
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="The body is not JSON.\n") from None
    return body if isinstance(body, dict) else {}
