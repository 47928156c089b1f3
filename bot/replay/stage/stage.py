"""The stage: one page of a browser without a network, in which a recording is played and photographed."""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bot.kernel.errors import Unavailable, Unfilmable
from bot.replay.model import Point
from bot.replay.script.camera_plan import CameraPlan, camera_plan
from bot.replay.stage.assets import assets_in
from bot.replay.stage.browser import Browser, Kind, launch
from bot.replay.stage.patience import LOAD_S, PICTURE_S, patience
from bot.replay.stage.pipe import GONE, BrowserRefused, Params
from bot.replay.stage.stage_page import CLICKED_MS, EVERY_MS, Gate, document, rehearsal, script

USUAL = 800, 450  # px of most clips' pictures
FRAME_MS = 16.67
PIECE = 300_000  # bytes; a multiple of 3, so that the pieces are one text in base64
USUAL_FRAMES = 4  # after which a page has drawn itself, unless the machine is busy
TRIES, PAUSE_S = 200, 0.02  # a frame comes without its picture while the page's process has not drawn its size yet
LONGEST_REASON = 120  # letters of what the browser says about a page that it refuses
NO_PICTURE = "The browser gave no picture of the page; the clip was not made."


@dataclass(frozen=True, slots=True)
class Layers:
    """What keeps a recording from the network. All on, always; tests switch them off one at a time."""

    unplugged: bool = True
    policy: bool = True
    gate: bool = True


View = tuple[float, float, float]
"""The part of the picture that is shown: its left and top in px, and how many times as large."""

Place = tuple[float, float, float, float]
"""Of the page in the picture: left, top, width and height in px; it may be larger than the picture."""

Step = tuple[int | None, list[Point]]
"""The index of the time at which a picture is due (None at the end), and a pointer for every time passed on the way."""


class Stage:
    """One browser with one page. It plays one recording and is thrown away: nothing passes from one to the next."""

    def __init__(self, browser: Browser, session: str, gate: Gate) -> None:
        self.browser = browser
        self.gate = gate
        self.time_limit: asyncio.Timeout | None = None
        """Of playing, set by who lends the stage."""
        self._session = session
        self._tick = 1000.0

    @classmethod
    async def open(
        cls,
        path: str,
        kind: Kind,
        *,
        sandbox: bool | None = None,
        begin_frame: bool | None = None,
        layers: Layers | None = None,
        origins: Sequence[str] = (),
    ) -> Stage:
        """Starts a browser and prepares its page: everything that does not depend on the recording.

        Raises `Unavailable` when the browser does not start.
        """
        layers = layers or Layers()
        browser = launch(path, kind, sandbox=sandbox, unplugged=layers.unplugged, begin_frame=begin_frame)
        try:
            return await cls._prepare(browser, layers, origins)
        except BrowserRefused as refused:
            await browser.end()
            raise Unavailable("The browser did not accept the stage; is it a current Chromium?") from refused
        except BaseException:
            await browser.end()
            raise

    @classmethod
    async def _prepare(cls, browser: Browser, layers: Layers, origins: Sequence[str]) -> Stage:
        send = browser.pipe.send
        await send("Browser.setDownloadBehavior", {"behavior": "deny"})
        target: Params = {"url": "about:blank", "width": USUAL[0], "height": USUAL[1]}
        if browser.begin_frame:
            target["enableBeginFrameControl"] = True
        made = await send("Target.createTarget", target)
        session = (await send("Target.attachToTarget", {"targetId": made["targetId"], "flatten": True}))["sessionId"]
        stage = cls(browser, session, Gate(browser.pipe))
        # The page's own process may die while the browser lives on and answers nothing more.
        browser.pipe.on("Inspector.targetCrashed", lambda _event, _session: browser.pipe.close())
        await send("Inspector.enable", {}, session)
        if browser.begin_frame:
            await send("HeadlessExperimental.enable", {}, session)
        if layers.gate:
            await stage.gate.close(session)
        html = document(origins, guarded=layers.policy)
        await stage._evaluate(f"document.open();document.write({json.dumps(html)});document.close()")
        await stage._evaluate(script())
        await stage._rehearse()
        return stage

    @property
    def alive(self) -> bool:
        return not self.browser.pipe.closed

    async def load(self, events: Sequence[dict[str, Any]], width: int, height: int) -> None:
        """Hands the events to the replayer, on a page of `width` x `height` px. Raises `Unfilmable`."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        sized = self._send("Emulation.setDeviceMetricsOverride", size)
        packed = zlib.compress(msgspec.json.encode(events), 1)  # a tenth of the size: the pipe is the slowest part
        pieces = [base64.b64encode(packed[at : at + PIECE]).decode() for at in range(0, len(packed), PIECE)]
        taken = [self._evaluate(f'stage.take("{piece}")') for piece in pieces]
        # All at once: the browser takes them in their order.
        async with patience(LOAD_S):
            await asyncio.gather(sized, *taken, self._evaluate(f"stage.load({width},{height})"))

    async def bring(self, events: Sequence[dict[str, Any]], origins: Sequence[str]) -> None:
        """Fetches what the events show from the allowed origins. To be called before `load`."""
        if origins:
            self.gate.assets = await assets_in(events, origins)

    async def _rehearse(self) -> None:
        """Plays something, so that the first recording finds everything compiled and every buffer made."""
        events = rehearsal(*USUAL)
        await self.load(events, *USUAL)
        times = [EVERY_MS * turn for turn in range(len(events))]
        lasts = [EVERY_MS] * len(times)
        await self.start(times, camera_plan(events, times, lasts, failed=CLICKED_MS, pages=()))
        async for _ in self.shots():
            pass
        await self._evaluate("stage.clear()")

    async def start(self, times: Sequence[int], camera: CameraPlan | None = None) -> Point:
        """Plays to the first of `times` (ms from the first event loaded); gives the pointer in px of the picture.

        Without a `camera` every picture shows the whole page.
        """
        plan = "null" if camera is None else camera.json()
        async with patience(LOAD_S):
            at: Point = await self._evaluate(f"stage.start({json.dumps(list(times))},{plan})")
            if self.browser.begin_frame:
                await self._drawn()
        return at

    async def run(self, index: int) -> Step:
        """Plays on from `times[index]` to the next picture worth taking."""
        return await self._play(index)

    async def losses(self) -> dict[str, int]:
        """Returns what could not be shown as it was recorded, and how often."""
        return dict(await self._evaluate("stage.losses()"))

    async def views(self) -> list[tuple[int, View]]:
        """Returns where the camera went: the index of the first time with each view, and the view."""
        return [(index, (x, y, zoom)) for index, x, y, zoom in await self._evaluate("stage.views()")]

    async def places(self) -> list[tuple[int, Place]]:
        """Returns where the page was in the picture: the index of the first time with each place, and the place."""
        return [(index, (x, y, width, height)) for index, x, y, width, height in await self._evaluate("stage.places()")]

    async def shots(self) -> AsyncIterator[tuple[bytes, Step]]:
        """After `start`: a picture of the page as it is, with the step to the next one, until there is none.

        Where the page draws when it is told to, it plays the next step while a picture is still compressed: once a
        frame is committed, nothing that is played shows up in it. Elsewhere a step waits for the picture before it;
        played while that is still drawn, it shows up in it when the machine is busy, in one clip of a hundred.
        """
        ahead = self.browser.begin_frame
        async with patience(PICTURE_S):
            picture, step = await self.shot(), await self._play(1, ahead=ahead)
        while step[0] is not None:
            yield picture, step
            async with patience(PICTURE_S):
                picture, step = await (self._overlapping(step[0]) if ahead else self._in_turn(step[0]))
        yield picture, step

    async def _in_turn(self, index: int) -> tuple[bytes, Step]:
        return await self.shot(), await self._play(index + 1)

    async def _overlapping(self, index: int) -> tuple[bytes, Step]:
        """Gives one frame and no second one: with it, the page has gone on."""
        frame, step = await asyncio.gather(self._begin_frame(shot=True), self._play(index + 1, ahead=True))
        if "screenshotData" not in frame:
            raise Unavailable(NO_PICTURE)
        return bytes(frame["screenshotData"]), step

    async def shot(self) -> bytes:
        """The page as it looks now, as PNG."""
        if not self.browser.begin_frame:
            taken = await self._send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})
            return bytes(taken["data"])
        for _ in range(TRIES):
            data = (await self._begin_frame(shot=True)).get("screenshotData")
            if data:
                return bytes(data)
            await asyncio.sleep(PAUSE_S)
        raise Unavailable(NO_PICTURE)

    def played(self) -> None:
        """Says that nothing more will be played: what is still to be done has no time limit."""
        if self.time_limit is not None and not self.time_limit.expired():
            self.time_limit.reschedule(None)

    def close(self) -> asyncio.Future[None]:
        """Ends the browser, as `Browser.end` does."""
        return self.browser.end()

    async def _play(self, index: int, *, ahead: bool = False) -> Step:
        """As `run`; `ahead` says that the page goes on by itself once the next frame is committed."""
        index, points = await self._evaluate(f"stage.{'runAhead' if ahead else 'run'}({index})")
        return (None if index < 0 else index), points

    async def _drawn(self) -> None:
        """Gives frames until the page has drawn itself: what comes before that is white, or what was there before."""
        drawn = asyncio.create_task(self._evaluate("stage.drawn()"))
        try:
            for turn in range(TRIES):
                await self._begin_frame()
                await asyncio.sleep(PAUSE_S if turn > USUAL_FRAMES else 0)
                if drawn.done():
                    break
            else:
                raise Unavailable(NO_PICTURE)
        finally:
            drawn.cancel()
            await asyncio.gather(drawn, return_exceptions=True)

    async def _begin_frame(self, *, shot: bool = False) -> Params:
        self._tick += FRAME_MS
        frame: Params = {"frameTimeTicks": self._tick, "interval": FRAME_MS}
        if shot:
            frame["screenshot"] = {"format": "png", "optimizeForSpeed": True}
        return await self._send("HeadlessExperimental.beginFrame", frame)

    async def _evaluate(self, expression: str) -> Any:
        answer = await self._send(
            "Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True}
        )
        if "exceptionDetails" in answer:
            error = answer["exceptionDetails"].get("exception", {}).get("description", "?").partition("\n")[0]
            raise Unfilmable("The page of this recording could not be built (%(error)s).", error=error[:LONGEST_REASON])
        return answer["result"].get("value")

    async def _send(self, method: str, params: Params) -> Params:
        try:
            return await self.browser.pipe.send(method, params, self._session)
        except BrowserRefused as refused:
            raise Unavailable(GONE) from refused
