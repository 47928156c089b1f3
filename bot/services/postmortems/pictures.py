"""Keeps the images of messages: downloaded once, bounded, known by their content and written anew as PNG.

A file is hostile: its name and type are what somebody typed. What Pillow doesn't decode as one of four kinds is not
kept, so no SVG or HTML ever is, and what is written has neither metadata (where a photo was taken) nor the old bytes.
"""

from __future__ import annotations

import asyncio
import io
import struct
from collections.abc import Collection, Sequence

import structlog
from PIL import Image, ImageOps

from bot.kernel.errors import Missing, Unauthorized
from bot.notebook.ports import Files
from bot.notebook.timeline import Picture
from bot.slack.channel_messages import SlackFile, download
from bot.slack.web_api import Clients

KINDS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_FILES = 8
MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
HEAVY = 2 * 1024 * 1024
"""A photo as PNG; with 256 colours it is a third of that."""
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, ArithmeticError, struct.error)
"""What Pillow raises for files that aren't what they say."""

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


async def kept_pictures(
    clients: Clients, files: Files, team: str, sent: Sequence[SlackFile], known: Collection[str] = ()
) -> tuple[Picture, ...]:
    """Returns the images among the files that aren't known yet. Raises Upstream while Slack is away."""
    kept = []
    for file in [each for each in sent if each.id not in known and each.url and each.size <= MOST_BYTES][:MOST_FILES]:
        try:
            data = await download(clients, team, file.url, MOST_BYTES)
        except (Missing, Unauthorized) as error:
            log.info("a file of a message isn't kept", file=file.id, why=str(error))
            continue
        if drawn := await asyncio.to_thread(redrawn, data):
            png, (width, height) = drawn
            name = await files.put(png, "png")
            kept.append(Picture(file.id, name, width, height, " ".join(file.alt.split())[:300]))
    return tuple(kept)


def redrawn(data: bytes) -> tuple[bytes, tuple[int, int]] | None:
    """Blocking. Returns the picture as PNG and its size in pixels; None for what is no picture, or too large a one."""
    try:
        with Image.open(io.BytesIO(data), formats=KINDS) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.load()
            upright = ImageOps.exif_transpose(image)
            picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            picture.info = {}
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
            return _as_png(picture), picture.size
    except (*BROKEN, Image.DecompressionBombError):
        return None


def _as_png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    if written.tell() > HEAVY:
        written = io.BytesIO()
        picture.quantize(256, method=Image.Quantize.FASTOCTREE).save(written, "PNG", optimize=True)
    return written.getvalue()
