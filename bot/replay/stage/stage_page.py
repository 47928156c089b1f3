"""The page that recordings are played in, and what it is allowed to load: nothing but what it already holds.

The gate stops every request of the page, unless its answer was fetched beforehand.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.kernel.errors import Unavailable
from bot.kernel.paths import NODE_MODULES
from bot.replay.stage.pipe import Params, Pipe

SCRIPTS = (
    "resilient.js",
    "popovers.js",
    "page_replayer.js",
    "canvases.js",
    "labels.js",
    "decoded_images.js",
    "page_texts.js",
    "view_frames.js",
    "new_texts.js",
    "camera.js",
    "animations.js",
    "hovering.js",
    "stage.js",
)
REPLAYER = NODE_MODULES / "@rrweb" / "replay" / "dist"

STYLE = """
html,body{margin:0;padding:0;overflow:hidden;background:#eceff3}
iframe{border:0;background:#fff;pointer-events:none}
.replayer-wrapper{transform-origin:0 0;position:absolute;left:0;top:0}
.replayer-mouse,.replayer-mouse-tail{display:none!important}
"""


def policy(origins: Iterable[str] = ()) -> str:
    """The content security policy: data: URLs, inline styles, and the allowed asset origins. Frames inherit it."""
    allowed = " ".join(["data:", *origins])
    return (
        "default-src 'none'; script-src 'none'; connect-src 'none'; object-src 'none'; base-uri 'none'; "
        f"form-action 'none'; img-src {allowed}; font-src {allowed}; media-src data:; "
        f"style-src 'unsafe-inline' {allowed}"
    )


def document(origins: Iterable[str] = (), *, guarded: bool = True) -> str:
    """The HTML of the stage. `guarded=False` leaves the policy out, so that tests can try the other layers alone."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(origins)}">' if guarded else ""
    return (
        f'<!doctype html><html><head><meta charset="utf-8">{meta}<style>{_replayer_style()}{STYLE}</style></head><body>'
    )


@lru_cache(maxsize=1)
def script() -> str:
    """rrweb's replayer and ours. It is evaluated by the debugger, which the policy does not bind.

    Raises `Unavailable` when the npm packages are not installed.
    """
    ours = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n;\n".join([_read(REPLAYER / "replay.umd.min.cjs"), *ours])


def _replayer_style() -> str:
    return _read(REPLAYER / "style.min.css")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as failed:
        raise Unavailable("rrweb’s replayer is not installed; run `make setup` or `npm ci`.") from failed


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the page may have: fetched by us, never by the browser."""

    body: bytes
    content_type: str


@dataclass(slots=True)
class Gate:
    """Stops requests on one page. `stopped` counts them."""

    pipe: Pipe
    assets: dict[str, Asset] = field(default_factory=dict)
    stopped: int = 0

    async def close(self, session: str) -> None:
        """From now on no request of the page passes. Being offline stops what interception never sees (prefetch)."""
        self.pipe.on("Fetch.requestPaused", self._paused)
        self.pipe.on("Target.attachedToTarget", self._attached)
        offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        await self.pipe.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]}, session)
        await self.pipe.send("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0}, session)
        await self.pipe.send("Network.emulateNetworkConditions", offline, session)
        # Frames in processes of their own and workers wait for a debugger that never lets them run.
        children = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        await self.pipe.send("Target.setAutoAttach", children, session)

    def _paused(self, event: Params, session: str) -> None:
        asset = self.assets.get(event["request"]["url"])
        if asset is None:
            self.stopped += 1
            answer = {"requestId": event["requestId"], "errorReason": "BlockedByClient"}
            _forget(self.pipe, "Fetch.failRequest", answer, session)
            return
        headers = [
            {"name": "Content-Type", "value": asset.content_type},
            {"name": "Access-Control-Allow-Origin", "value": "*"},
            {"name": "X-Content-Type-Options", "value": "nosniff"},
        ]
        body = base64.b64encode(asset.body).decode()
        answer = {"requestId": event["requestId"], "responseCode": 200, "responseHeaders": headers, "body": body}
        _forget(self.pipe, "Fetch.fulfillRequest", answer, session)

    def _attached(self, event: Params, session: str) -> None:
        self.stopped += 1


def _forget(pipe: Pipe, method: str, params: Params, session: str) -> None:
    """Sends without waiting; that the page is gone by then is no error."""
    pipe.send(method, params, session).add_done_callback(lambda sent: sent.cancelled() or sent.exception())


EVERY_MS = 100
CLICKED_MS = 4 * EVERY_MS
REHEARSED_STYLE = (
    "body{background:linear-gradient(135deg,#fff,#dde);font:16px sans-serif}div{height:3000px;border-radius:9px}"
    "p{transition:all .5s;box-shadow:0 2px 9px #999}p.on{opacity:.5;transform:translateX(9px)}p:hover{color:#333}"
)
LINE, BODY = 7, 5
INPUT = {"id": 9, "type": 2, "tagName": "input", "attributes": {"value": "…"}, "childNodes": []}


def _element(number: int, name: str, attributes: dict[str, str], *children: Any) -> dict[str, Any]:
    return {"id": number, "type": 2, "tagName": name, "attributes": attributes, "childNodes": list(children)}


def _document() -> dict[str, Any]:
    words = {"id": 8, "type": 3, "textContent": "Rehearsal 연습"}
    head = _element(3, "head", {}, _element(4, "style", {"_cssText": REHEARSED_STYLE}))
    body = _element(BODY, "body", {}, _element(6, "div", {}, _element(LINE, "p", {}, words), INPUT))
    return {"id": 1, "type": 0, "childNodes": [_element(2, "html", {}, head, body)]}


def rehearsal(width: int, height: int) -> list[dict[str, Any]]:
    """Returns a recording of nothing in particular: rrweb events for a page of that many px, `EVERY_MS` apart.

    A page that has played it plays the next one faster: all code is compiled. One event of each common kind, on one
    page with what makes pages dear: text, gradients, inputs, a transition.
    """
    nothing: dict[str, Any] = {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": []}
    turned_on = {"attributes": [{"id": LINE, "attributes": {"class": "on"}}]}
    added = {"adds": [{"parentId": BODY, "nextId": None, "node": _element(10, "b", {})}]}
    events: list[tuple[int, dict[str, Any]]] = [
        (4, {"href": "about:blank", "width": width, "height": height}),
        (2, {"node": _document(), "initialOffset": {"left": 0, "top": 0}}),
        (3, nothing | turned_on),
        (3, {"source": 1, "positions": [{"x": 20, "y": 20, "id": LINE, "timeOffset": 0}]}),
        (3, {"source": 2, "type": 2, "x": 20, "y": 20, "id": LINE}),
        (3, nothing | added),
        (3, {"source": 3, "id": 1, "x": 0, "y": 60}),
    ]
    return [{"type": kind, "data": data, "timestamp": EVERY_MS * turn} for turn, (kind, data) in enumerate(events)]
