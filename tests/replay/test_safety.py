"""Nothing that a recording says reaches the network, and no script of it runs, whichever layer stands alone."""

import asyncio

import pytest

from bot.replay.model import Masks, Style, Window
from bot.replay.render import render
from bot.replay.script.trim import playable
from bot.replay.stage.browser import find_browser
from bot.replay.stage.pool import RenderPool
from bot.replay.stage.stage import Layers, Stage
from tests.replay.traps import trapped
from tests.waiting import settled

NOT_WAITED_FOR = 0.7
"""Seconds after the last picture in which a late request may still come."""


async def played(origin: str, layers: Layers, *, begin_frame: bool | None = None) -> Stage:
    """Plays the traps to the end with these layers; the caller closes the stage."""
    path, kind = find_browser()
    stage = await Stage.open(path, kind, layers=layers, begin_frame=begin_frame)
    await stage.load(playable(trapped(origin), 0, 2000), 640, 360)
    await stage.start([0, 500, 1000, 1500])
    index: int | None = 0
    while index is not None:
        await stage.shot()
        index, _ = await stage.run(index + 1)
    await asyncio.sleep(NOT_WAITED_FOR)
    return stage


async def test_without_any_layer_the_traps_work(listener):
    stage = await played(listener.origin, Layers(unplugged=False, policy=False, gate=False), begin_frame=False)

    def paths() -> set[str]:
        return {line.split(" ")[1] for line in listener.heard if line.startswith("GET")}

    await settled(lambda: {"/img", "/style-url", "/iframe", "/prefetch", "/late-img"} <= paths())
    await stage.close()
    assert not [path for path in paths() if "ran-" in path]


@pytest.mark.parametrize(
    "alone",
    [
        pytest.param(Layers(unplugged=True, policy=False, gate=False), id="flags"),
        pytest.param(Layers(unplugged=False, policy=True, gate=False), id="policy"),
        pytest.param(Layers(unplugged=False, policy=False, gate=True), id="gate"),
        pytest.param(Layers(), id="all"),
    ],
)
@pytest.mark.parametrize("begin_frame", [None, False], ids=["fastest", "plain"])
async def test_each_layer_alone_lets_nothing_out(listener, alone, begin_frame):
    stage = await played(listener.origin, alone, begin_frame=begin_frame)
    await stage.close()
    assert listener.heard == []


async def test_the_gate_is_what_stops_requests_when_it_stands_alone(listener):
    stage = await played(listener.origin, Layers(unplugged=False, policy=False, gate=True))
    await stage.close()
    assert stage.gate.stopped > 10


async def test_no_file_of_this_machine_is_shown(listener, tmp_path):
    secret = tmp_path / "secret.html"
    secret.write_text("<body style='background:red'>")
    stage = await played(f"file://{tmp_path}", Layers(gate=False))
    answer = await stage._evaluate("document.querySelectorAll('iframe').length")
    await stage.close()
    assert answer == 1  # the replayer's own; nothing was loaded beside it


async def test_a_clip_of_the_traps_is_made_all_the_same(listener, english):
    async with RenderPool() as pool:
        clip = await render(
            trapped(listener.origin), Window(0, 1000), pool=pool, style=Style(width=400), masks=Masks(), locale=english
        )
    assert clip.data.startswith(b"GIF89a")
    assert listener.heard == []
