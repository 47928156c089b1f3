"""What managed cells know: one Struct a kind. Stored as JSON, told apart by the field `kind`.

Every text in here came from outside (Slack, recordings, the page) and is plain text, but for what is called markdown.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, TypeAlias

import msgspec

from bot.notebook.cell_kind import CellData
from bot.notebook.impact import DraftedSummary, Impact
from bot.notebook.key_times import KeyTimes
from bot.notebook.timeline import Entry, Timeline
from bot.signals.answer import Caveat
from bot.signals.answer_text import caveats_from_sentences
from bot.signals.periods import SHORTEST_DAY


class Heading(CellData, frozen=True, tag="heading"):
    """Opens a section of the template. What was written before templates has a section alone."""

    section: str
    title: str = ""
    """What the template calls it; empty for the section's usual name."""
    hint: str = ""
    """What is to be written there; empty for the usual hint."""
    holds: tuple[str, ...] = ()
    """Other sections whose facts go here, too."""


class Number(CellData, frozen=True, tag="number"):
    """An answer, reduced to the facts that a post-mortem keeps. Shares are ratios; counts are of one period."""

    question: str
    start: datetime
    end: datetime
    by_signal: dict[str, int]
    actions: int
    people: int
    sessions: int
    before: int | None = None
    """What was asked for, in the same span before or the period below; None when that wasn't compared."""
    before_start: datetime | None = None
    before_end: datetime | None = None
    """The period that the question named to compare with; None where it is the same span before."""
    people_share: float | None = None
    sessions_share: float | None = None
    targets: tuple[str, ...] = ()
    top_error: str = ""
    source: str = ""
    source_title: str = ""
    definition: str = ""
    query: str = ""
    link: str = ""
    caveats: tuple[Caveat, ...] = ()
    """As in the answer. Each reader gets them in their own language."""
    partial: str = ""
    """The same as English sentences, in notebooks from before; `caveats` has them once it is read."""
    kept_from: datetime | None = None
    sample: bool = False
    asked_by: str = ""
    asked_at: datetime | None = None
    title: str = ""
    """The number asked for and what it is about, as the answer's message says it; empty in notebooks from before."""
    count: int | None = None
    """What was asked for (people, where the question is how many people); None stands for the signals."""
    began: tuple[str, ...] = ()
    """Which group stands out, since when, and with which version: the answer's sentences, in the reader's language."""

    def __post_init__(self) -> None:
        if self.partial:
            msgspec.structs.force_setattr(self, "caveats", caveats_from_sentences(self.partial))
            msgspec.structs.force_setattr(self, "partial", "")

    @property
    def asked(self) -> int:
        return self.signals if self.count is None else self.count

    @property
    def signals(self) -> int:
        return sum(self.by_signal.values())

    @property
    def trend(self) -> float | None:
        """Growth against what it is compared with as a ratio (0.5 is half as many again); None without a base."""
        return (self.asked - self.before) / self.before if self.before else None


class Bar(msgspec.Struct, frozen=True):
    """Signals in one slice of time."""

    start: datetime
    by_signal: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_signal.values())


class Chart(CellData, frozen=True, tag="chart"):
    """Signals over time. `bar_s` is the length of a slice in seconds, 0 when unknown."""

    title: str
    bars: tuple[Bar, ...]
    bar_s: int = 0
    zone: str = ""
    """Whose days they are: an IANA name; empty for the notebook's own."""

    @property
    def daily(self) -> bool:
        """Bars of whole days. A day of one zone is two halves of another's, so it is named as where it was asked."""
        return self.bar_s >= SHORTEST_DAY.total_seconds()


class Spoken(msgspec.Struct, frozen=True):
    """One line of a transcript. `at_ms` counts from the start of the clip."""

    at_ms: int
    text: str


class ClipWords(msgspec.Struct, frozen=True):
    """What is said of a clip, in one language."""

    caption: str
    alt_text: str
    transcript: tuple[Spoken, ...] = ()


class StoredClip(CellData, frozen=True, tag="clip"):
    """A clip and what proves where it came from. `file` names it in the data folder: its hash and kind."""

    file: str
    width: int
    height: int
    caption: str
    alt_text: str
    duration_ms: int = 0
    transcript: tuple[Spoken, ...] = ()
    recording: str = ""
    """SHA-256 of the recording's pieces: still tells which one it was when the provider has let it expire."""
    session: str = ""
    at: datetime | None = None
    definition: str = ""
    why: str = ""
    """Why this session was picked."""
    masked: int = 0
    hidden: dict[str, int] = msgspec.field(default_factory=dict)
    """What was masked, by kind; `masked` is their sum. Empty in clips from before it was kept."""
    link: str = ""
    poster: str = ""
    """The file with a video's picture of the failed click; empty for other kinds, and in videos from before."""
    kept: bool = False
    """A person added this very clip, so no later cut of the session takes its place."""
    words: dict[str, ClipWords] = msgspec.field(default_factory=dict)
    """The same words in every language, by its tag, until the clip is in a notebook, which has one of its own."""

    def told_in(self, language: str) -> StoredClip:
        """Returns the clip in the words of one language; as it is where it was made before they were kept."""
        if language not in self.words:
            return msgspec.structs.replace(self, words={})
        theirs = self.words[language]
        return msgspec.structs.replace(
            self, caption=theirs.caption, alt_text=theirs.alt_text, transcript=theirs.transcript, words={}
        )


class Comment(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person says on the notebook, as markdown. `via` is where: `slack` or `page`, where names are unproven."""

    key: str
    at: datetime
    text: str
    author: str
    via: str = "slack"
    link: str = ""
    revision: float = 0.0
    deleted: bool = False


class Discussion(CellData, frozen=True, tag="discussion"):
    marker: ClassVar[str] = "discussion"
    comments: tuple[Comment, ...] = ()

    @property
    def shown(self) -> tuple[Comment, ...]:
        return tuple(comment for comment in self.comments if not comment.deleted)


class FollowUp(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to do. `state` is a request's or a ticket's state; `revision` the request's version."""

    key: str
    what: str
    at: datetime
    owner: str = ""
    ticket: str = ""
    ticket_link: str = ""
    state: str = ""
    note: str = ""
    """The reason when it isn't done, or what the check afterwards found."""
    revision: float = 0.0
    owner_email: str = ""
    """By which other systems know the owner; never shown. Empty for a group, and where Slack doesn't tell it."""
    outcome: str = ""
    """What will be true afterwards."""
    type: str = ""
    """`mitigate`, `fix`, `prevent` or `detect`; like what follows, empty where nobody said, and in rows from before."""
    priority: str = ""
    due: date | None = None


class FollowUps(CellData, frozen=True, tag="followups"):
    marker: ClassVar[str] = "followups"
    rows: tuple[FollowUp, ...] = ()


class Acknowledged(CellData, frozen=True, tag="acknowledged"):
    """What the owner answered, for the backlog check. `state` is a request's; an older revision changes nothing."""

    feature: str
    who: str
    at: datetime
    state: str
    ticket: str = ""
    ticket_link: str = ""
    note: str = ""
    revision: float = 0.0


class EarlierTicket(msgspec.Struct, frozen=True, omit_defaults=True):
    """The ticket of an earlier failure like this one. `alike` is `error`, `selector` or `feature`."""

    ticket: str
    state: str
    at: datetime
    alike: str
    ticket_link: str = ""
    channel_name: str = ""
    link: str = ""
    fixed_in: str = ""
    """The version that brought the fix, where it is known."""


class SeenBefore(CellData, frozen=True, tag="seen_before"):
    """Earlier failures like the one that an owner was asked about, the surest first."""

    feature: str
    rows: tuple[EarlierTicket, ...]


Row: TypeAlias = Entry | Comment | FollowUp
"""One line of a managed cell that holds many."""
Answered: TypeAlias = Acknowledged | SeenBefore
Facts: TypeAlias = KeyTimes | Impact | DraftedSummary
Data: TypeAlias = Heading | Facts | Number | Chart | StoredClip | Timeline | FollowUps | Discussion | Answered
