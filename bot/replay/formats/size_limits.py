"""Limits of recordings. One that is over any of them is refused before a browser sees it."""

from __future__ import annotations

from bot.kernel.errors import Unfilmable

MAX_STORED_BYTES = 100_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 200
"""How many times larger than its compressed form a piece may become; replay JSON stays below 50."""
RATIO_MATTERS_FROM = 8_000_000
"""Below this many bytes a high ratio is only a short and dull page."""
MAX_EVENTS = 500_000
MAX_NODES = 200_000
"""DOM nodes in one snapshot or added in one clip. A browser needs 3 s and 400 MB for half of this."""
MAX_NESTING = 400
"""DOM levels; browsers themselves stop at 512, real pages at about 60."""

TOO_DEEP = "This recording is nested too deeply to be replayed."
NOT_A_RECORDING = "This is not a session recording that Replaybook can read."
CUT_OFF = "This recording is cut off or damaged and can’t be read."
MOBILE = (
    "This recording was made by a mobile app, which stores sketches of screens and no page, so it can’t be replayed."
)
EMPTY = "This recording is empty."
NO_SNAPSHOT = "This recording holds no picture of the page to start from, so it can’t be replayed."
TOO_LARGE = {
    "bytes": "This recording is too large to be replayed: it holds more than %(limit)s bytes.",
    "bytes once unpacked": (
        "This recording is too large to be replayed: it holds more than %(limit)s bytes once unpacked."
    ),
    "pieces": "This recording is too large to be replayed: it holds more than %(limit)s pieces.",
    "events": "This recording is too large to be replayed: it holds more than %(limit)s events.",
    "page elements": "This recording is too large to be replayed: it holds more than %(limit)s page elements.",
}
"""The sentence for each thing that is counted."""


class TooLarge(Unfilmable):
    """The recording is over one of these limits."""


def too_large(what: str, limit: int) -> TooLarge:
    """Returns the refusal for a limit; `what` is one of the keys of `TOO_LARGE`."""
    return TooLarge(TOO_LARGE[what], limit=f"{limit:,}")
