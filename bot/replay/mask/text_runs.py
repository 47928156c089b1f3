"""Text that reads as one though it lies in several nodes: `<b>jisoo</b>@example.com` is an address, too.

It follows which texts stand beside one another. A run is the text between two breaks: a block, a line break, a cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_SECTIONS = frozenset(
    {
        "html",
        "body",
        "head",
        "main",
        "section",
        "article",
        "aside",
        "header",
        "footer",
        "nav",
        "form",
        "fieldset",
        "legend",
        "dialog",
    }
)
_BLOCKS = frozenset(
    {
        "div",
        "p",
        "pre",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hgroup",
        "address",
        "blockquote",
        "figure",
        "figcaption",
        "details",
        "summary",
        "hr",
        "br",
    }
)
_LISTS = frozenset(
    {
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "menu",
        "table",
        "caption",
        "colgroup",
        "col",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
    }
)
_BOXES = frozenset(
    {
        "button",
        "select",
        "optgroup",
        "option",
        "textarea",
        "iframe",
        "frame",
        "frameset",
        "video",
        "style",
        "script",
        "title",
        "template",
        "noscript",
    }
)
_DRAWN = frozenset({"text", "foreignobject", "desc"})
"""Of drawings; a <text> stands where its own coordinates say, which may be beside another one, and may be not."""
BREAKS = _SECTIONS | _BLOCKS | _LISTS | _BOXES
MOST_ORDERED = 2_000
"""Among more children than this a late one goes to the end: finding its place would cost too much."""
MOST_AROUND = 8
"""Elements around a piece of a text of a drawing; nobody styles a piece with more."""
MOST_WORK = 20_000_000
"""Steps that looking for runs may take in all; a recording that wants more is hostile."""


@dataclass(slots=True)
class Spot:
    """A node: an element with its children, or a text (`text` is None for elements)."""

    parent: int | None
    breaks: bool
    text: str | None = None
    children: list[int] = field(default_factory=list)
    drawn: bool = False
    """Whether it is a text of a drawing, with the pieces of it."""


@dataclass(slots=True)
class TextRuns:
    spots: dict[int, Spot] = field(default_factory=dict)
    _steps: int = 0

    def element(self, id: int, parent: int | None, tag: str, before: int | None = None) -> None:
        self._put(id, Spot(parent, tag in BREAKS or not tag, drawn=tag in _DRAWN), before)

    def text(self, id: int, parent: int | None, text: str, before: int | None = None) -> None:
        self._put(id, Spot(parent, False, text), before)

    def remove(self, id: int) -> None:
        spot = self.spots.pop(id, None)
        above = self.spots.get(spot.parent) if spot and spot.parent is not None else None
        if above and len(above.children) <= MOST_ORDERED and id in above.children:
            above.children.remove(id)

    def runs(self, touched: Iterable[int]) -> list[list[int]]:
        """Ids of texts that read as one, for every run that one of these texts is in. Raises ValueError: too much."""
        wanted = set(touched)
        blocks = dict.fromkeys(self._block(id) for id in touched)
        found = [run for block in blocks for run in self._inside(block) if not wanted.isdisjoint(run)]
        alone = wanted.difference(*found)  # what a recording says of them makes no page
        return [*found, *([id] for id in sorted(alone))]

    def drawn(self, id: int) -> int | None:
        """The text of a drawing that this one is a piece of."""
        at = self.spots[id].parent
        for _ in range(MOST_AROUND):
            spot = self.spots.get(at) if at is not None else None
            if spot is None or spot.breaks or spot.drawn:
                return at if spot and spot.drawn else None
            at = spot.parent
        return None

    def _put(self, id: int, spot: Spot, before: int | None) -> None:
        if id in self.spots:
            self.remove(id)
        self.spots[id] = spot
        above = self.spots.get(spot.parent) if spot.parent is not None else None
        if above is None:
            return
        if before is not None and len(above.children) <= MOST_ORDERED and before in above.children:
            above.children.insert(above.children.index(before), id)
        else:
            above.children.append(id)

    def _block(self, id: int) -> int:
        """The nearest node around that breaks the line, else the outermost one."""
        at = id
        for _ in range(len(self.spots)):
            parent = self.spots[at].parent
            if parent is None or parent not in self.spots:
                break
            at = parent
            if self.spots[at].breaks:
                break
        return at

    def _inside(self, block: int) -> Iterator[list[int]]:
        run: list[int] = []
        todo = [block]
        met: set[int] = set()  # a recording may say of two nodes that each is in the other
        while todo:
            self._steps += 1
            if self._steps > MOST_WORK:
                raise ValueError("too many pieces of text")
            id = todo.pop()
            spot = self.spots.get(id)
            if spot is None or id in met:
                continue
            met.add(id)
            if spot.text is not None:
                run.append(id)
            elif spot.breaks and id != block:
                yield run
                run = []
            else:
                todo += reversed(spot.children)
        yield run
