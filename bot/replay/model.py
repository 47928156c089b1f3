"""What the steps from a recording to a clip hand to one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.signals.question import Signal
from bot.signals.source import Moment

Box = Sequence[float] | None
"""Left, top, right and bottom, in px of the picture, as the stage measured them; None where there is nothing."""
Point = tuple[float, float] | tuple[float, float, Box, Box, Box, Box] | None
"""Where the pointer is in the picture, in px; None where it isn't.

Then the box of what was pressed last and that of its label, and both of what is pressed next.
"""


@dataclass(frozen=True, slots=True)
class DetectedAction:
    """One action found in a recording. `at_ms` is its first click, from the first event; `epoch_ms` the same moment.

    `types` is empty for a click that frustrated nobody. `x` and `y` are in CSS px of the viewport.
    """

    at_ms: int
    epoch_ms: int
    types: tuple[Signal, ...]
    selector: str
    name: str
    clicks: int
    x: float
    y: float
    view_href: str
    error: str = ""
    """The first error joined to the action, as recorded; hostile text."""
    window: str = ""
    """The browser tab, where the session had several; see `Recording.in_window`."""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a recording that a clip shows, in ms from the first event. `failed_ms` is the first failed click.

    `moment` is that click as the source counted it, which is then what the words of the clip say of it.
    """

    start_ms: int
    end_ms: int
    failed_ms: int | None = None
    reason: str = ""
    moment: Moment | None = None

    @property
    def span_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript. `at_ms` counts from the start of the clip.

    `keep` is whether it stays where only some lines have room: the failed click, errors, how fast the clip runs.
    """

    at_ms: int
    text: str
    keep: bool = False


@dataclass(frozen=True, slots=True)
class ClipText:
    """The words of one clip, in one language."""

    caption: str
    alt_text: str
    transcript: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How a clip looks and what it may weigh. Widths in px, rates per second, sizes in bytes."""

    width: int = 800
    fps: int = 10
    max_bytes: int = 4_000_000
    format: str = "gif"
    """`gif` or `mp4`; the byte budget may still turn a GIF into an MP4 or a still picture."""
    loops: int = 3
    """How often a GIF plays; 0 is for ever."""
    camera: bool = False
    """Whether the view goes to what a clip is about; otherwise it shows the whole page."""


@dataclass(frozen=True, slots=True)
class Masks:
    """What is hidden at export. Form values are always masked."""

    text: bool = True
    """E-mail addresses, card and phone numbers in text."""
    selectors: tuple[str, ...] = ()
    """CSS selectors of elements all of whose text is hidden."""
    images: bool = False


@dataclass(frozen=True, slots=True)
class MaskReport:
    """How many values were hidden, by kind: `input`, `email`, `card`, `phone`, `selector`, `image`."""

    hidden: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.hidden.values())


@dataclass(frozen=True, slots=True)
class Clip:
    """A window of a recording, rendered. `timings_ms` has the keys load, capture, encode and total."""

    data: bytes
    kind: str
    width: int
    height: int
    duration_ms: int
    frames: int
    shots: int
    timings_ms: dict[str, float]
    caption: str
    alt_text: str
    transcript: tuple[Line, ...]
    masked: MaskReport
    window: Window
    steps: tuple[str, ...] = ()
    """What was done to it, in words: steps of the byte-budget ladder, flashes slowed down; empty when nothing was."""
    skipped: dict[str, int] = field(default_factory=dict)
    poster: bytes = b""
    """A video's picture of the failed click, as PNG, for where it does not play; empty for the other kinds."""
    words: Mapping[str, ClipText] = field(default_factory=dict)
    """Caption, alt text and transcript in every language we speak, by its tag: who reads of it later need not be who
    asked for it."""
    zoomed: bool = False
    """Whether the camera went closer to a part of the page."""

    def lines(self, most: int) -> list[Line]:
        """Returns at most so many lines of the transcript, in order; those to be kept first, then the earliest."""
        ranked = sorted(range(len(self.transcript)), key=lambda number: (not self.transcript[number].keep, number))
        return [self.transcript[number] for number in sorted(ranked[:most])]
