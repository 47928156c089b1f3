"""Clips of several recordings side by side, made by a real browser."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bot.kernel.errors import Misunderstood, Unavailable, Unfilmable
from bot.kernel.locale import Locale
from bot.replay import side_by_side
from bot.replay.encode.ladder import POSTER_MS
from bot.replay.encode.panels import PanelRow
from bot.replay.model import Masks, Style, Window
from bot.replay.read_recording import read, read_path
from bot.replay.recording import Recording
from bot.replay.scene import film
from bot.replay.side_by_side import HOLD_MS, Panel, PanelClip, panel_width, render_side_by_side
from bot.replay.stage.pool import RenderPool
from tests.browser import IN_A_BROWSER
from tests.replay.conftest import SHOP
from tests.replay.pages import START, Page, events

pytestmark = IN_A_BROWSER
SMALL = Style(width=400, fps=5)
DESK, PHONE = (1280, 720), (390, 844)
Json = dict[str, Any]


def turning_red(at: int, size: tuple[int, int] = DESK, text: str = "") -> Recording:
    """A white page that a click turns red `at` ms after the first event; it goes on for another second."""
    page = Page()
    button = page.element("button", {}, "Buy now")
    note = page.element("p", {}, text)
    document = page.document([], [button, note])
    body = document["childNodes"][0]["childNodes"][1]
    meta, full, *_, last = events(document, width=size[0], height=size[1])
    clicked = [
        {"type": 3, "timestamp": START + at, "data": {"source": 2, "type": kind, "id": button["id"], "x": 20, "y": 15}}
        for kind in (1, 0, 2)
    ]
    red = {"id": body["id"], "attributes": {"style": "background:#f00"}}
    changed = {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": [red]}
    events_of = [meta, full, *clicked, {"type": 3, "timestamp": START + at, "data": changed}]
    return read([json.dumps([*events_of, {**last, "timestamp": START + at + 1000}]).encode()])


def panel(at: int, mark: str = "1", size: tuple[int, int] = DESK, label: str = "", text: str = "") -> Panel:
    return Panel(mark, label, turning_red(at, size, text), Window(0, at + 1000, at))


def blank(mark: str) -> Panel:
    """What can be read and has nothing to film in its window."""
    page = Page()
    broken = read([json.dumps(events(page.document([], []))).encode()])
    return Panel(mark, "", Recording(broken.events[:1], (), "rrweb"), Window(0, 1000, 500))


async def made_of(pool: RenderPool, *panels: Panel, style: Style = SMALL, **more: Any) -> PanelClip:
    given = {"masks": Masks(), "locale": Locale.of("en"), **more}
    return await render_side_by_side(panels, pool=pool, style=style, **given)


def frames(data: bytes) -> list[tuple[int, Image.Image]]:
    """When each frame of a GIF is shown first, in ms, and what then is seen."""
    shown, at = [], 0
    with Image.open(io.BytesIO(data)) as gif:
        for number in range(gif.n_frames):  # type: ignore[attr-defined]
            gif.seek(number)
            shown.append((at, gif.convert("RGB")))
            at += gif.info["duration"]
    return shown


def is_red(picture: Image.Image, spot: tuple[int, int]) -> bool:
    red, green, blue = picture.getpixel(spot)  # type: ignore[misc]
    return bool(red > 200 and green < 60 and blue < 60)


async def test_the_failed_click_comes_at_the_same_time_and_phones_keep_their_shape(pool: RenderPool) -> None:
    made = await made_of(pool, panel(400), panel(1600, "2", PHONE), panel(1000, "3"))
    widths = (200, 120, 200)
    row = PanelRow(widths, ("1", "2", "3"))
    assert (made.clip.kind, made.clip.width) == ("gif", row.width)
    spots = [(left + width // 2, row.band + 60) for left, width in zip(row.lefts, widths, strict=True)]
    seen = [(at, [is_red(picture, spot) for spot in spots]) for at, picture in frames(made.clip.data)]
    assert seen[0] == (0, [True] * 3)  # whoever sees only the first frame sees what it is about
    assert seen[1] == (POSTER_MS, [False] * 3)
    turned = [next(at for at, red in seen[1:] if red[number]) for number in range(3)]
    assert turned == [POSTER_MS + 1600] * 3
    assert made.clip.duration_ms == POSTER_MS + 1600 + 1000 + 200 + HOLD_MS


async def test_captions_can_be_read_on_a_phone(pool: RenderPool) -> None:
    """Where all of the picture is shown 360 px wide, a line is at least 8 px high, descenders included."""
    made = await made_of(pool, panel(700), panel(500, "2", size=PHONE), panel(600, "3"), style=Style(width=800, fps=5))
    with Image.open(io.BytesIO(made.clip.data)) as gif:
        picture = np.asarray(gif.convert("L")).astype(int)
    rows = picture[picture.shape[0] // 3 :, 4:200]  # of the first panel, without its heading
    written = np.flatnonzero((rows.min(axis=1) < 40) & (rows.max(axis=1) > 230) & (rows.mean(axis=1) < 128))
    lines = np.split(written, np.flatnonzero(np.diff(written) > 1) + 1)
    assert max(len(line) for line in lines) * 360 / picture.shape[1] >= 8


async def test_words_name_all_of_them(pool: RenderPool) -> None:
    made = await made_of(pool, panel(400, label="Desktop"), panel(600, "2", PHONE, "Mobile"))
    assert made.captions == {0: "Buy now clicked", 1: "Buy now clicked"}
    assert made.headings == {0: "1 · Desktop", 1: "2 · Mobile"}
    assert made.clip.caption == "1: Buy now clicked; 2: Buy now clicked"
    assert all(text in made.clip.alt_text for text in ("1 · Desktop: Session replay", "2 · Mobile: Session replay"))
    said = [(line.at_ms, line.text) for line in made.clip.transcript]
    assert said[:2] == [(POSTER_MS + 600, "1 · clicks Buy now"), (POSTER_MS + 600, "2 · clicks Buy now")]
    assert [at for at, _ in said] == sorted(at for at, _ in said)
    assert made.clip.words["en"].caption == made.clip.caption
    korean = made.clip.words["ko"]
    assert korean.caption == "1: Buy now 클릭; 2: Buy now 클릭"
    assert korean.transcript[0].text == "1 · Buy now 클릭"
    assert "Session replay" not in korean.alt_text


async def test_one_that_cannot_be_filmed_does_not_lose_the_others(pool: RenderPool) -> None:
    made = await made_of(pool, panel(400), blank("2"), panel(600, "3"))
    assert made.captions.keys() == {0, 2}
    assert isinstance(made.refused[1], Unfilmable)
    assert "2:" not in made.clip.caption


async def test_with_none_that_can_be_filmed_it_says_why(pool: RenderPool) -> None:
    with pytest.raises(Unfilmable):
        await made_of(pool, blank("1"), blank("2"))


@pytest.mark.parametrize(("failures", "lost"), [(1, False), (2, True)])
async def test_a_browser_that_fails_is_tried_once_more_for_its_own_panel(
    pool: RenderPool, monkeypatch: pytest.MonkeyPatch, failures: int, lost: bool
) -> None:
    filmed, left = film, [failures]

    async def failing(stage: Any, scene: Any, stream: Any, progress: Any) -> None:
        if scene.size.height > scene.size.width and left[0]:
            left[0] -= 1
            raise Unavailable("The browser stopped.")
        await filmed(stage, scene, stream, progress)

    monkeypatch.setattr(side_by_side, "film", failing)
    made = await made_of(pool, panel(400), panel(600, "2", PHONE))
    assert (1 in made.refused) is lost
    assert 0 in made.captions


async def test_what_is_hidden_in_clips_is_hidden_here(pool: RenderPool) -> None:
    told = [panel(400, text="mina@example.com"), panel(600, "2", text="mail to jisoo@example.com")]
    made = await made_of(pool, *told)
    assert made.clip.masked.hidden == {"email": 2}
    with pytest.raises(Misunderstood):
        await made_of(pool, *told, masks=Masks(selectors=("[[",)))


async def test_it_keeps_the_budget_by_the_steps_of_a_clip(pool: RenderPool) -> None:
    recorded = read(read_path(SHOP))
    panels = [Panel(str(n), "", recorded, Window(25_500, 28_500, 26_093)) for n in (1, 2)]
    full = (await made_of(pool, *panels)).clip
    assert full.steps == ()
    small = (await made_of(pool, *panels, style=replace(SMALL, max_bytes=len(full.data) - 1))).clip
    assert len(small.data) < len(full.data)
    assert small.steps
    tiny = (await made_of(pool, *panels, style=replace(SMALL, max_bytes=4_000))).clip
    assert tiny.kind == "png"
    assert len(tiny.data) <= 4_000
    assert tiny.steps[-1] == "still picture instead of a clip"


async def test_the_same_recordings_give_the_same_bytes(pool: RenderPool) -> None:
    panels = [panel(400), panel(1000, "2", PHONE)]
    assert (await made_of(pool, *panels)).clip.data == (await made_of(pool, *panels)).clip.data


async def test_progress_goes_up_over_all_panels(pool: RenderPool) -> None:
    steps: list[tuple[str, float]] = []

    async def note(step: str, share: float) -> None:
        steps.append((step, share))

    await made_of(pool, panel(400), panel(600, "2"), progress=note)
    shares = [share for step, share in steps if step == "capture"]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert steps[-1] == ("encode", 1.0)


@pytest.mark.parametrize(("width", "panels", "expected"), [(800, 3, 400), (800, 2, 600), (800, 1, 600), (1200, 3, 532)])
async def test_panels_share_a_picture_that_is_wider_than_a_clip(width: int, panels: int, expected: int) -> None:
    assert panel_width(width, panels) == expected
