"""Whether a picture shows anything of a page."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
from PIL import Image

from bot.kernel.errors import Unfilmable
from bot.replay.encode import frames
from bot.replay.encode.frames import blank, maybe_blank
from bot.replay.encode.png import decode
from bot.replay.model import Masks, Style, Window
from bot.replay.scene import film, scene_of
from bot.replay.shot_stream import ShotStream
from tests.replay.sessions import Session, element, text


def striped(*page: tuple[int, int, int], size=(800, 450), place=(200, 0, 400, 450)) -> bytes:
    """A page with these colours below each other, of another shape than its picture."""
    image = Image.new("RGB", size, (236, 239, 243))
    left, top, width, height = place
    for step, colour in enumerate(page):
        band = height // len(page)
        image.paste(colour, (left, top + step * band, left + width, top + height))
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


WHITE, BLUE = (255, 255, 255), (30, 60, 200)


@pytest.mark.parametrize(
    ("page", "place", "empty"),
    [
        ((WHITE,), (200, 0, 400, 450), True),
        ((BLUE,), (0, 100, 800, 200), True),
        ((BLUE, WHITE), (200, 0, 400, 450), False),
        ((BLUE, *[WHITE] * 8), (0, 0, 800, 450), False),
        ((WHITE, BLUE, WHITE), (0, 0, 800, 450), False),
    ],
    ids=["white", "one colour", "two halves", "a header", "a bar"],
)
def test_only_a_page_of_one_colour_shows_nothing(page, place, empty):
    assert blank(striped(*page, place=place), place) is empty
    assert maybe_blank(striped(*page, place=place))


def test_a_page_that_is_larger_than_its_picture_is_looked_at_where_it_is_seen():
    assert blank(striped(WHITE, place=(0, 0, 800, 450)), (-300.5, -20.2, 1600, 900))
    assert not blank(striped(WHITE, BLUE, place=(0, 0, 800, 450)), (-300.5, -20.2, 1600, 900))
    assert not blank(striped(WHITE), (900, 0, 50, 50))


class Staged:
    """A stage that has taken pictures already."""

    def __init__(self, *pictures: bytes) -> None:
        self.pictures = pictures

    async def start(self, times, camera=None):
        return None

    async def shots(self):
        for number, picture in enumerate(self.pictures):
            yield picture, (number + 1 if number + 1 < len(self.pictures) else None, [None])

    async def places(self):
        return [(0, (0, 0, 800, 450)), (2, (200, 0, 400, 450))]

    async def losses(self):
        return {}

    async def views(self):
        return []


async def filmed(*pictures: bytes) -> None:
    async def silent(_share):
        return None

    made = Session(element(4, "p", text(5, "Mail"))).recording(1000)
    staged: Any = Staged(*pictures)
    await film(staged, scene_of(made, Window(0, 1000), Style(), Masks()), ShotStream(), silent)


EMPTY = striped(WHITE, place=(0, 0, 800, 450))


@pytest.mark.parametrize(
    ("pictures", "decoded"),
    [((EMPTY, EMPTY, striped(BLUE)), 2), ((EMPTY,) * 40, 2)],
    ids=["places of pictures", "many alike"],
)
async def test_pictures_are_decoded_when_none_can_be_told_by_its_size_each_once_in_a_thread(
    monkeypatch, pictures, decoded
) -> None:
    threads = []

    def watched(png):
        threads.append(threading.current_thread())
        return decode(png)

    monkeypatch.setattr(frames, "decode", watched)
    with pytest.raises(Unfilmable, match="blank"):
        await filmed(*pictures)
    assert len(threads) == decoded
    assert threading.main_thread() not in threads
    noise = io.BytesIO()
    Image.effect_noise((800, 450), 90).convert("RGB").save(noise, "PNG")
    threads.clear()
    await filmed(EMPTY, noise.getvalue())
    assert not threads
