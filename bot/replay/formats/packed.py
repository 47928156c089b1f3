"""Events packed by @rrweb/packer: strings whose characters are the bytes of a zlib stream of `{..., "v": "v1"}`."""

from __future__ import annotations

from bot.kernel.errors import Unfilmable
from bot.replay.formats import size_limits
from bot.replay.formats.jsontext import Slice, parse
from bot.replay.formats.unpack import unpack


def unpacked(text: Slice, room: int) -> bytes | None:
    """The JSON of one packed event, or None when the string holds none. Raises Unfilmable past `room` bytes."""
    packed = parse(text)
    if not isinstance(packed, str):
        return None
    return inflated(packed, room)


def inflated(packed: str, room: int) -> bytes | None:
    """The text inside bytes that are held as characters; None when they are damaged or no such bytes."""
    try:
        return unpack(packed.encode("latin-1"), room).strip() or None
    except UnicodeEncodeError:
        return None
    except size_limits.TooLarge:
        raise
    except Unfilmable:
        return None
