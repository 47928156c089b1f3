"""The request gate: every request of the page is stopped, unless its answer was fetched beforehand."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from bot.replay.stage.pipe import Params, Pipe


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
