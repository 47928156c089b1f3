"""Made-up pages with a button that somebody clicks, and the way that the camera takes on them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from bot.replay.model import Masks, Point, Style, Window
from bot.replay.scene import film, scene_of
from bot.replay.shot_stream import ShotStream
from bot.replay.stage.stage import Stage, View
from tests.replay.sessions import Json, Session, adds_of, element, text

BUTTON, WIDTH, HEIGHT = 4, 800, 450
WHOLE: View = (0, 0, 1)
CLOSE = Style(camera=True)


def at(left: int, top: int, width: int = 200, height: int = 40, more: str = "") -> str:
    return f"position:absolute;left:{left}px;top:{top}px;width:{width}px;height:{height}px;{more}"


def button(left: int = 900, top: int = 500) -> Json:
    return element(BUTTON, "button", text(5, "Buy now"), style=at(left, top))


def sheet(css: str) -> Json:
    return {"type": 2, "id": 50, "tagName": "style", "attributes": {"_cssText": css}, "childNodes": []}


def message(number: int, left: int, top: int, words: str = "We could not add it to the cart") -> Json:
    return element(number, "p", text(number + 1, words), role="alert", style=at(left, top, 300))


class Answered(Session):
    """A session in which whole subtrees appear."""

    def appears(self, at_ms: int, node: Json, parent: int = 3) -> Answered:
        self.change(at_ms, 0, adds=adds_of(parent, node), removes=[], texts=[], attributes=[])
        return self

    def clicked(self, at_ms: int, x: float = 950, y: float = 520, number: int = BUTTON) -> Answered:
        self.click(at_ms, number, x, y)
        return self


def session(*more: Json) -> Answered:
    return Answered(button(), *more)


@dataclass(frozen=True)
class Filmed:
    views: list[tuple[int, View]]
    points: list[Point]
    pictures: list[int]

    def view(self, at_ms: int) -> View:
        """The view at a time of the recording, for a clip that begins with it."""
        return next(view for index, view in reversed(self.views) if index * 100 <= at_ms)

    def holds(self, at_ms: int, left: float, top: float, width: float, height: float) -> bool:
        """Whether a box in px of the page is in view at that time."""
        x, y, zoom = self.view(at_ms)
        scale = WIDTH / 1280
        inside = left * scale >= x and (left + width) * scale <= x + WIDTH / zoom
        return inside and top * scale >= y and (top + height) * scale <= y + HEIGHT / zoom


async def filmed(stage: Stage, made: Session, until: int, failed: int | None = 2000, style: Style = CLOSE) -> Filmed:
    made.events.sort(key=lambda event: int(event["timestamp"]))
    scene = scene_of(made.recording(until), Window(0, until, failed), style, Masks())
    take = ShotStream()
    await stage.load(scene.events, scene.size.width, scene.size.height)
    await film(stage, scene, take, silent)
    points = list(itertools.chain.from_iterable(shot.points for shot in take.shots))
    return Filmed(take.views, points, [shot.index for shot in take.shots if shot.png])


async def silent(_share: float) -> None:
    return None
