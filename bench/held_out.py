"""Sessions that the camera was not tuned on: made-up pages of other designs than the sample shop's, and two recordings.

Tuned on were the sample sessions, `shop-rage` and the SDK 7 recording. Nothing here was looked at while constants of
`stage/camera.js`, `stage/view_frames.js` and `stage/new_texts.js` were chosen.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from bot.kernel.paths import ROOT
from bot.replay.detect.detector import detect
from bot.replay.model import Window
from bot.replay.read_recording import read as read_pieces
from bot.replay.read_recording import read_path
from bot.replay.recording import Recording
from bot.replay.script.moment import window_for
from tests.replay.sessions import Json, Session, adds_of

PAGES = Path(__file__).with_name("pages")
RECORDINGS = ROOT / "tests" / "recordings"
SAMPLE = ROOT / "bot" / "providers" / "local" / "sample" / "sessions"
VOID = frozenset({"input", "img", "br", "hr", "meta"})
TUNED = ("coupon", "dead-buy", "error-checkout", "korean-rage", "phone-rage", "rage-buy-banner", "rage-buy-reload")
CLICKED_MS, MESSAGE_MS = 3_000, 400


@dataclass(frozen=True, slots=True)
class Case:
    """A session with the click that failed. `language` is tesseract's."""

    name: str
    recording: Recording
    window: Window
    language: str = "eng"


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A page of `bench/pages`: its size, how often `#target` is clicked there, and at what place."""

    name: str
    width: int
    height: int
    clicks: int
    x: int
    y: int
    language: str = "eng"


MADE_UP = (
    MadeUp("bank-ko", 1440, 900, 4, 1010, 640, "kor+eng"),
    MadeUp("reports", 1920, 1080, 5, 1790, 118),
    MadeUp("flights", 1280, 720, 1, 1086, 540),
    MadeUp("hotel", 1024, 768, 3, 330, 640),
    MadeUp("phone-ko", 390, 844, 3, 195, 770, "kor+eng"),
    MadeUp("phone", 412, 915, 2, 206, 520),
)


class _Nodes(HTMLParser):
    """Serialises HTML as rrweb does."""

    def __init__(self) -> None:
        super().__init__()
        self._ids = itertools.count(10)
        self.ids: dict[str, int] = {}
        self.root: Json = self._element("body", {})
        self._open = [self.root]

    def _element(self, tag: str, attributes: dict[str, Any]) -> Json:
        number = next(self._ids)
        if "id" in attributes:
            self.ids[attributes["id"]] = number
        return {"type": 2, "id": number, "tagName": tag, "attributes": attributes, "childNodes": []}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = self._element(tag, {name: value or "" for name, value in attrs})
        self._open[-1]["childNodes"].append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        holder = self._open[-1]
        if holder["tagName"] == "style":
            holder["attributes"]["_cssText"] = data
        elif data.strip():
            words = " ".join(data.split())
            holder["childNodes"].append({"type": 3, "id": next(self._ids), "textContent": words})


def made_up(page: MadeUp) -> Case:
    """The page with its clicks; what stands in `#answer` appears after the first one."""
    nodes = _Nodes()
    nodes.feed((PAGES / f"{page.name}.html").read_text("utf-8"))
    body = nodes.root["childNodes"]
    answer = next(node for node in body if node["attributes"].get("id") == "answer")
    body.remove(answer)
    made = Session(*body)
    made.events[0]["data"] |= {"width": page.width, "height": page.height}
    gap, target = 450, nodes.ids["target"]
    made.change(CLICKED_MS - 1500, 1, positions=[{"x": page.width // 2, "y": 300, "id": 3, "timeOffset": 0}])
    for count in range(page.clicks):
        made.click(CLICKED_MS + count * gap, target, page.x, page.y)
    last = CLICKED_MS + (page.clicks - 1) * gap
    made.change(CLICKED_MS + MESSAGE_MS, 0, adds=adds_of(3, answer), removes=[], texts=[], attributes=[])
    made.events.sort(key=lambda event: event["timestamp"])
    return Case(page.name, made.recording(last + 5000), Window(500, last + 3500, CLICKED_MS), page.language)


def recorded(name: str, path: Path, language: str = "eng") -> Case:
    """A stored recording, around its worst signal."""
    recording = read_pieces(read_path(path))
    failed = [action for action in detect(recording) if action.types]
    worst = max(failed, key=lambda action: (len(action.types), action.clicks))
    return Case(name, recording, window_for(recording, worst), language)


HELD_OUT: tuple[Callable[[], Case], ...] = (
    *(lambda page=page: made_up(page) for page in MADE_UP),
    lambda: recorded("SDK 6", RECORDINGS / "datadog" / "sdk-6.33.0-shop-v1"),
    lambda: recorded("edge cases", RECORDINGS / "rrweb" / "edge.json.gz"),
)


def tuned() -> list[Case]:
    """The recordings that the camera's constants were chosen on."""
    cases = [recorded(name, SAMPLE / f"{name}.json.gz", "kor+eng" if "korean" in name else "eng") for name in TUNED]
    shop = recorded("shop-rage", RECORDINGS / "rrweb" / "shop-rage.json.gz")
    return [shop, *cases, recorded("SDK 7", RECORDINGS / "datadog" / "sdk-7.16.2-shop-paired-rrweb")]
