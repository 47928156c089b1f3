"""The timeline's entries, each in parts that change apart from one another: what Slack says of a message, and people.

Slack delivers late, twice and in any order, so what it says is ordered by the time of its event (`event_ts`). Joining
the same news in whatever order gives the same entry; what was deleted or unpinned leaves a tombstone that outlives it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from bot.notebook.cell_kind import CellData
from bot.notebook.key_times import KeyTime, KeyTimeKind, KeyTimes

_OF_TIME, _REASON, _SET_BY = "time/", "*reason", "*set_by"


class EntryKind(StrEnum):
    """What an entry that the bot makes is about. Its words are in `templates/notebook/_entries.j2`."""

    RELEASE = "release"
    ONSET = "onset"
    PEAK = "peak"
    BACK = "back"
    DECLARED = "declared"
    QUESTION = "question"
    CLIP = "clip"
    OWNER_ASKED = "owner_asked"
    ANSWERED = "answered"
    TICKET = "ticket"
    CHECKED = "checked"


class Switch(msgspec.Struct, frozen=True, omit_defaults=True):
    """On or off, as of a Unix time: the newest counts, and of two at one time the one that is on."""

    on: bool = False
    at: float = 0.0


class Picture(msgspec.Struct, frozen=True):
    """An image of a message, kept under Files as `file`. `id` is the file's in Slack, the size is in pixels."""

    id: str
    file: str
    width: int
    height: int
    alt: str


class Correction(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person wrote over an entry on the page: markdown, a time, or both."""

    by: str
    text: str | None = None
    at: datetime | None = None


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that happened. `key` is its source: a message's ts, or the meaning of what the bot noted by itself."""

    key: str
    at: datetime
    text: str
    """As it was sent."""
    who: str = ""
    link: str = ""
    revision: float = 0.0
    """When the text was written or edited last, in Slack's own time."""
    deleted: bool = False
    """A message that is gone for good; nothing brings its text back."""
    markdown: str = ""
    """The same as markdown, hostile text in it inert; empty where only `text` is known."""
    what: str = ""
    """The kind of an entry that the bot noted by itself, worded where it is shown; empty for messages."""
    values: tuple[tuple[str, str], ...] = ()
    """What its words are filled with, by name."""
    unpinned: Switch = Switch()
    marked: bool = False
    """Added with the message shortcut: stays, pinned or not."""
    files: tuple[str, ...] = ()
    """The ids of the images that the message has now."""
    pictures: tuple[Picture, ...] = ()
    corrected: Correction | None = None
    hidden: bool = False
    starred: bool = False

    @property
    def named(self) -> dict[str, str]:
        return dict(self.values)

    @property
    def key_time(self) -> KeyTime | None:
        """The key time that the entry is of."""
        if not (self.what and self.key.startswith(_OF_TIME)):
            return None
        values = self.named
        reason, set_by = values.pop(_REASON, ""), values.pop(_SET_BY, "")
        return KeyTime(KeyTimeKind(self.key.removeprefix(_OF_TIME)), self.at, reason, values, set_by)

    @property
    def when(self) -> datetime:
        return self.corrected.at if self.corrected and self.corrected.at else self.at

    @property
    def rewritten(self) -> str | None:
        """What a person wrote in place of the text; None where nobody did."""
        return self.corrected.text if self.corrected else None

    @property
    def shown_pictures(self) -> tuple[Picture, ...]:
        return () if self.deleted else tuple(picture for picture in self.pictures if picture.id in self.files)

    @property
    def listed(self) -> bool:
        """Whether it belongs into the timeline, hidden or not. What a person rewrote stays in any case."""
        if self.rewritten is not None:
            return True
        is_read = bool(self.what or self.text or self.revision)
        return is_read and not self.deleted and (self.marked or not self.unpinned.on)


class Timeline(CellData, frozen=True, tag="timeline"):
    """Entries in the order of their times."""

    marker: ClassVar[str] = "timeline"
    entries: tuple[Entry, ...] = ()

    @property
    def shown(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.listed and not entry.hidden)

    @property
    def hidden(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.listed and entry.hidden)

    @property
    def starred(self) -> tuple[Entry, ...]:
        """What a short export takes."""
        return tuple(entry for entry in self.shown if entry.starred)

    def entry(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key == key), None)

    def with_entry(self, entry: Entry) -> Timeline:
        """Returns the timeline with this entry in place of the one with its key."""
        others = (other for other in self.entries if other.key != entry.key)
        return Timeline(tuple(sorted((*others, entry), key=lambda each: (each.when, each.key))))


def joined(entries: tuple[Entry, ...], news: Entry) -> tuple[Entry, ...]:
    """Returns the entries with the news in them; the same ones where nothing is new."""
    known = next((entry for entry in entries if entry.key == news.key), None)
    after = news if known is None else _joined(known, news)
    return entries if after == known else Timeline(entries).with_entry(after).entries


def _joined(known: Entry, news: Entry) -> Entry:
    """What people did on the page stays, whatever comes."""
    if known.deleted or news.deleted:
        return _tombstone(known, news)
    content = news if news.what or news.revision > known.revision else known
    pictures = {picture.id: picture for picture in (*news.pictures, *known.pictures)}
    return msgspec.structs.replace(
        content,
        who=content.who or known.who or news.who,
        link=content.link or known.link or news.link,
        unpinned=news.unpinned if news.what else _newest(known.unpinned, news.unpinned),
        marked=known.marked or news.marked,
        pictures=tuple(pictures[id] for id in sorted(pictures)),
        corrected=known.corrected,
        hidden=known.hidden,
        starred=known.starred,
    )


def _tombstone(known: Entry, news: Entry) -> Entry:
    """Of a deleted message nothing stays but that it is deleted, and what a person wrote in its place."""
    kept = known.corrected if known.rewritten is not None else None
    return Entry(
        known.key,
        known.at,
        "",
        revision=max(known.revision, news.revision),
        deleted=True,
        corrected=kept,
        hidden=known.hidden,
        starred=known.starred and kept is not None,
    )


def _newest(one: Switch, other: Switch) -> Switch:
    return max(one, other, key=lambda switch: (switch.at, switch.on))


def noted(key: str, at: datetime, what: EntryKind, /, *, who: str = "", link: str = "", **values: str) -> Entry:
    """Returns an entry of the bot's own, keyed by what it means."""
    return Entry(key, at, "", who=who, link=link, what=what, values=tuple(sorted(values.items())))


OF_KEY_TIMES = {
    KeyTimeKind.TRIGGER: EntryKind.RELEASE,
    KeyTimeKind.IMPACT_START: EntryKind.ONSET,
    KeyTimeKind.PEAK: EntryKind.PEAK,
    KeyTimeKind.IMPACT_END: EntryKind.BACK,
}
"""What only the data tell. Questions and answers have entries of their own."""


def entries_of(times: KeyTimes, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Returns the entries of the key times as they are now. One that no longer holds is taken out of the timeline."""
    held = {_key(time.kind): time for kind in OF_KEY_TIMES if (time := times.of(kind)) and time.at}
    gone = {_key(kind) for kind in OF_KEY_TIMES} - set(held)
    return (
        *(_of_key_time(time, time.at) for time in held.values() if time.at),
        *(msgspec.structs.replace(entry, unpinned=Switch(on=True)) for entry in entries if entry.key in gone),
    )


def _of_key_time(time: KeyTime, at: datetime) -> Entry:
    values = tuple(sorted({**time.values, _REASON: time.reason, _SET_BY: time.set_by}.items()))
    return Entry(_key(time.kind), at, "", what=OF_KEY_TIMES[time.kind], values=values)


def _key(kind: KeyTimeKind) -> str:
    return f"{_OF_TIME}{kind}"
