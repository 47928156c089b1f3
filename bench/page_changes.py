"""Clips in which a page gives way to another, or to itself: what is left of the former one in the last frame."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from bench.figures import Figure
from bench.filming import DATADOG, LOCALE, SESSIONS, Reference, scene, take_of
from bench.likeness import last_picture, outline
from bot.replay.encode.frames import Frame, composed
from bot.replay.encode.gif import GifWriter
from bot.replay.encode.palette import unpack
from bot.replay.model import Window
from bot.replay.scene import painter_of

CHANGES = (
    Reference("reload", Window(8_813, 11_323), SESSIONS / "rage-buy-reload.json.gz"),
    Reference("coupon", Window(1_488, 6_488), SESSIONS / "coupon.json.gz"),
    Reference("cart", Window(7_407, 11_400), SESSIONS / "healthy.json.gz"),
    Reference("checkout", Window(9_900, 14_500), SESSIONS / "healthy.json.gz"),
    Reference("back", Window(11_951, 15_752), SESSIONS / "dead-buy.json.gz"),
    Reference("Korean", Window(608, 5_608), SESSIONS / "korean-rage.json.gz"),
    Reference("typing", Window(1_639, 8_500), SESSIONS / "typing.json.gz"),
    Reference("Datadog", Window(34_704, 38_704), DATADOG),
)
IN_PLACE = (
    Reference("banner", Window(3_468, 10_389), SESSIONS / "rage-buy-banner.json.gz"),
    Reference("whole reload", Window(1_500, 11_323), SESSIONS / "rage-buy-reload.json.gz"),
)


async def run() -> list[Figure]:
    left = {reference.name: await _outline(reference) for reference in CHANGES}
    in_place = {reference.name: await _outline(reference) for reference in IN_PLACE}
    return [
        Figure("page changes: outline of a former page, median", statistics.median(left.values()), 50, unit="px"),
        Figure("page changes: the largest", max(left.values()), 200, unit="px", detail=_listed(left)),
        Figure(
            "pages that change in place: the largest", max(in_place.values()), 200, unit="px", detail=_listed(in_place)
        ),
    ]


async def frames_of(reference: Reference) -> list[Frame]:
    """Returns the frames of a clip as they are meant."""
    made = scene(reference)
    take = await take_of(made)
    painter = painter_of(made, reference.window, made.size.width, "A page that changes", LOCALE)
    return list(composed(take.shots, made.frame_plans, painter))


async def _outline(reference: Reference) -> int:
    frames = await frames_of(reference)
    shown, wanted = last_picture(written(frames)), next(pixels for pixels, _ in reversed(frames) if pixels is not None)
    return outline(shown, unpack(wanted))


def written(frames: Sequence[Frame]) -> bytes:
    """Returns the frames as GIF."""
    first = frames[0][0]
    if first is None:
        raise ValueError("a first frame is never like the one before")
    writer = GifWriter(first.shape[1], first.shape[0], coming=len(frames))
    for pixels, lasts_ms in frames:
        writer.add(pixels, round(lasts_ms / 10))
    return writer.finish()


def _listed(left: dict[str, int]) -> str:
    return ", ".join(f"{name} {pixels}" for name, pixels in left.items())
