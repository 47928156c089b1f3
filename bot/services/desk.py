"""The ports of every room, built once at the roof and passed to whoever handles an event or a job.

Two things are not on it, because not every process has them: the source of numbers (on one machine the bot's process
owns its files) and the studio (only a worker has browsers). Who needs one takes it as an argument of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.backlog.owner_lookup import AllOwners
from bot.backlog.request import Request
from bot.backlog.tracker import Tracker, Trackers
from bot.kernel.messages import Messages
from bot.kernel.settings import Settings
from bot.notebook.notebook_text import NotebookText
from bot.notebook.ports import Files, NotebookStore
from bot.notebook.shown_clip import ShownClip
from bot.queue.queue import Queue
from bot.services.clips.clip_settings import ClipSettings
from bot.signals.asked_question import AskedQuestion
from bot.signals.language.model_rewriting import Rewriter
from bot.signals.presets import Presets
from bot.slack.clients import Clients
from bot.slack.outbox import Outbox
from bot.slack.people import People
from bot.state.due_index import DueIndex
from bot.state.leases import Leases
from bot.state.once import Once
from bot.state.records import Records


@dataclass(frozen=True, slots=True)
class Desk:
    settings: Settings
    public_url: str
    """Where people reach the bot's own pages, without a slash at the end."""
    clock: Callable[[], datetime]
    messages: Messages
    people: People
    clients: Clients
    outbox: Outbox
    queue: Queue
    """Jobs of the bot's own process."""
    films: Queue
    """Jobs of workers, which have browsers."""
    once: Once
    owners: AllOwners
    notebooks: NotebookStore
    files: Files
    words: NotebookText
    trackers: Trackers
    claims: Leases
    """Which questions are being answered right now."""
    asked: Records[AskedQuestion]
    pages: Records[tuple[str, str]]
    """By the secret of an answer's page: the team and the question."""
    shown: Records[ShownClip]
    channels: Records[ClipSettings]
    """What people set for the clips of their channel."""
    requests: Records[Request]
    threads: Records[str]
    """The question that a thread is about: what follow-ups in it go on from."""
    clips: Records[tuple[str, ...]]
    """The clips that were shown for a question, in order."""
    ledger: DueIndex
    presets: Presets = field(default_factory=dict)
    rewriter: Rewriter | None = None
    """Reads what the grammar refuses; None unless one is configured."""

    @property
    def tracker(self) -> Tracker:
        """The tracker of the settings; a request's own is `trackers.of(request.tracker)`."""
        return self.trackers.of()
