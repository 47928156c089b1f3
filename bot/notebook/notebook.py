"""A notebook and its parts.

A cell either belongs to people, who write its markdown, or is managed: it carries a marker, and the bot may rewrite
it for as long as nobody else did. What a managed cell knows is in `data`; its markdown is written from that, so that a
notebook elsewhere (Datadog's, for example) needs to keep nothing but text with our marker in it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from bot.kernel.locale import Locale
from bot.notebook.cell_data import Comment, Data, Discussion, FollowUp, FollowUps, Heading
from bot.notebook.head import Head
from bot.notebook.key_times import KeyTimes
from bot.notebook.timeline import Entry, Timeline


def digest(markdown: str) -> str:
    """A short fingerprint of a text, to tell whether it is still the one that was seen or written."""
    return hashlib.sha256(markdown.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Cell(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part of a notebook. `written` is the digest of what the bot wrote last, empty for people's cells."""

    id: str
    markdown: str = ""
    marker: str | None = None
    data: Data | None = None
    written: str = ""
    author: str = ""
    """Who wrote a person's cell, or edited a managed one, as people know them."""
    removed: bool = False
    """Removed by a person: not shown, kept up to date, can be put back."""
    files: tuple[str, ...] = ()
    """Stored files that its text may go on showing: of a managed cell that became a person's, those that it names; of
    any cell, those of a clip that it names and that has a newer one by now."""

    @property
    def kind(self) -> str:
        return self.data.kind if self.data else "markdown"

    @property
    def managed(self) -> bool:
        return self.marker is not None

    @property
    def edited(self) -> bool:
        """A managed cell that a person rewrote."""
        return self.managed and self.written != digest(self.markdown)

    @property
    def heading(self) -> str:
        """The markdown of a section's title, empty when people took it away."""
        first = self.markdown.strip().partition("\n")[0]
        return first.lstrip("#").strip() if self.section and first.startswith("#") else ""

    @property
    def body(self) -> str:
        """The text that people edit: of a section's opening, what they wrote below the title."""
        if not self.heading:
            return self.markdown
        return self.markdown.strip().partition("\n")[2].strip("\n")

    @property
    def section(self) -> str:
        """The name of the section that this cell opens, empty if it opens none."""
        return self.data.section if isinstance(self.data, Heading) else ""


class Notebook(msgspec.Struct, frozen=True, omit_defaults=True):
    """A post-mortem. `version` counts its saves; 0 was never saved. `language` and `zone` are those of its texts."""

    id: str
    team: str
    channel: str
    title: str
    created: datetime
    version: int = 0
    language: str = "en"
    zone: str = "UTC"
    cells: tuple[Cell, ...] = ()
    channel_name: str = ""
    link: str = ""
    """Where it is read at a provider; empty for one that the bot's own page shows."""
    head: Head = Head()

    @property
    def locale(self) -> Locale:
        """The language and zone of its texts. The year in which it was opened stands at its top, and nowhere else."""
        return Locale.of(self.language, self.zone).as_of(self.created)

    @property
    def path(self) -> str:
        return f"/notebooks/{self.id}"

    def cell_path(self, marker: str) -> str:
        """Where the managed cell is shown; the notebook itself while there is none."""
        cell = self.managed(marker)
        return f"{self.path}#cell-{cell.id}" if cell else self.path

    @property
    def shown(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if not cell.removed)

    @property
    def removed(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.removed)

    def cell(self, id: str) -> Cell | None:
        return next((cell for cell in self.cells if cell.id == id), None)

    def managed(self, marker: str) -> Cell | None:
        return next((cell for cell in self.cells if cell.marker == marker), None)

    @property
    def comments(self) -> tuple[Comment, ...]:
        cell = self.managed(Discussion.marker)
        return cell.data.shown if cell and isinstance(cell.data, Discussion) else ()

    @property
    def timeline(self) -> tuple[Entry, ...]:
        cell = self.managed(Timeline.marker)
        return cell.data.shown if cell and isinstance(cell.data, Timeline) else ()

    @property
    def key_times(self) -> KeyTimes:
        cell = self.managed(KeyTimes.marker)
        return cell.data if cell and isinstance(cell.data, KeyTimes) else KeyTimes()

    @property
    def follow_ups(self) -> tuple[FollowUp, ...]:
        cell = self.managed(FollowUps.marker)
        return cell.data.rows if cell and isinstance(cell.data, FollowUps) else ()
