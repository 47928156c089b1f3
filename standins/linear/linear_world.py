"""What the stand-in keeps: one workspace with its teams, people, issues and files, and the faults of a test."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.kernel.clock import Clock
from standins.http_faults import HttpFault, HttpFaults

STATES = (
    ("Triage", "triage"),
    ("Backlog", "backlog"),
    ("Todo", "unstarted"),
    ("In Progress", "started"),
    ("Done", "completed"),
    ("Canceled", "canceled"),
    ("Duplicate", "duplicate"),
)
PAST_TRIAGE = 1  # the state of a new issue


class LinearError(Exception):
    """Is answered in `errors`, with the type and the code by which Linear's SDK tells errors apart."""

    def __init__(self, message: str, kind: str = "invalid input", code: str = "INPUT_ERROR", words: str = "") -> None:
        super().__init__(message)
        self.extensions = {"type": kind, "code": code, "userError": True, "userPresentableMessage": words or message}


def not_found(entity: str) -> LinearError:
    return LinearError(f"Entity not found: {entity}", words=f"Could not find referenced {entity}.")


def forbidden(words: str) -> LinearError:
    return LinearError("Forbidden", "forbidden", "FORBIDDEN", words)


@dataclass(slots=True)
class LinearFault(HttpFault):
    """A request is its operation: "IssueCreate", or "PUT /upload/…". A `code` is answered as an error of GraphQL."""

    code: str = field(default="", kw_only=True)


@dataclass(slots=True)
class LinearState:
    name: str
    type: str
    position: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(slots=True)
class StoredLinearTeam:
    key: str
    name: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    states: list[LinearState] = field(default_factory=list)
    last: int = 0
    visible: bool = True
    """Whether the key may see the team and its issues."""

    def __post_init__(self) -> None:
        if not self.states:
            self.states = [LinearState(name, kind, float(at)) for at, (name, kind) in enumerate(STATES)]


@dataclass(slots=True)
class LinearUser:
    name: str
    email: str
    admin: bool = False
    active: bool = True
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(slots=True)
class LinearLabel:
    """`team` is None for a label of the whole workspace."""

    name: str
    team: StoredLinearTeam | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    group: bool = False
    retired: datetime | None = None


@dataclass(slots=True)
class LinearComment:
    id: str
    body: str
    created: datetime


@dataclass(slots=True)
class StoredLinearAttachment:
    """`changes` counts how often the same address was sent."""

    id: str
    url: str
    title: str
    subtitle: str
    created: datetime
    metadata: dict[str, Any] = field(default_factory=dict)
    changes: int = 0


@dataclass(slots=True)
class LinearChange:
    """One entry of an issue's history; `before` and `after` have what was changed, by the names of the input."""

    by: LinearUser
    at: datetime
    before: dict[str, Any]
    after: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(slots=True)
class StoredLinearIssue:
    id: str
    team: StoredLinearTeam
    number: int
    title: str
    state: LinearState
    created: datetime
    updated: datetime
    description: str = ""
    priority: int = 0
    due: str | None = None
    assignee: LinearUser | None = None
    labels: list[LinearLabel] = field(default_factory=list)
    parent: StoredLinearIssue | None = None
    started: datetime | None = None
    completed: datetime | None = None
    canceled: datetime | None = None
    archived: datetime | None = None
    trashed: bool = False
    deleted: bool = False
    """Gone for good: nobody can read it."""
    comments: list[LinearComment] = field(default_factory=list)
    attachments: list[StoredLinearAttachment] = field(default_factory=list)
    previous: list[str] = field(default_factory=list)
    history: list[LinearChange] = field(default_factory=list)

    @property
    def identifier(self) -> str:
        return f"{self.team.key}-{self.number}"


@dataclass(slots=True)
class LinearHook:
    """A webhook as it was set up. Without a team it hears of all public ones."""

    url: str
    secret: str
    types: tuple[str, ...] = ("Issue", "Comment")
    team: StoredLinearTeam | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    label: str = ""


@dataclass(slots=True)
class LinearUpload:
    """A file. `token` is what the signed address carries; there is no data before it was put there."""

    name: str
    media_type: str
    size: int
    token: str
    data: bytes | None = None


@dataclass(slots=True)
class LinearWorld:
    """One workspace, Nordic Outfitters, with two teams. The first person is the key's own."""

    clock: Clock
    api_key: str = "lin_api_stand_in_0123456789abcdef"
    url_key: str = "nordic-outfitters"
    url: str = ""
    """The stand-in's own address, once it is served."""
    app_url: str = ""
    """Where people open issues, if it isn't the same."""
    teams: list[StoredLinearTeam] = field(
        default_factory=lambda: [StoredLinearTeam("SHOP", "The shop"), StoredLinearTeam("OPS", "Operations")]
    )
    users: list[LinearUser] = field(default_factory=lambda: [LinearUser("Replaybook", "bot@example.com", admin=True)])
    labels: list[LinearLabel] = field(default_factory=lambda: [LinearLabel("Bug")])
    makes_labels: bool = True
    """Whether the key may make labels."""
    issues: list[StoredLinearIssue] = field(default_factory=list)
    uploads: list[LinearUpload] = field(default_factory=list)
    hooks: list[LinearHook] = field(default_factory=list)
    faults: HttpFaults[LinearFault] = field(default_factory=HttpFaults)
    operations: list[str] = field(default_factory=list)
    """Names of all requests, in their order."""
    complexities: list[float] = field(default_factory=list)
    requests_limit: int = 5_000
    complexity_limit: int = 250_000
    window_s: float = 3600.0
    requests_used: int = 0
    complexity_used: float = 0.0
    window_began: datetime | None = None
    holds_webhooks: bool = False
    waiting: list[Callable[..., Awaitable[int]]] = field(default_factory=list)
    """Webhooks that are held back, in their order: each is sent when it is called, as often as it is, and gives the
    status of the answer, 0 where there was none."""
    deliver: Callable[[str, StoredLinearIssue, dict[str, Any], LinearUser], None] = lambda *_: None
    """Hears of every change: what was done, the issue, what was there before, and who did it."""

    def seen(self) -> Iterator[StoredLinearIssue]:
        """The issues that the key may see, those in the bin included."""
        return (issue for issue in self.issues if issue.team.visible and not issue.deleted)

    def issue(self, id: str) -> StoredLinearIssue:
        """By id or identifier, also one that the issue had before it was moved. Raises LinearError."""
        wanted = id.upper()
        for issue in self.seen():
            if id == issue.id or wanted == issue.identifier or wanted in issue.previous:
                return issue
        raise not_found("Issue")

    def team_by_id(self, id: str) -> StoredLinearTeam:
        for team in self.teams:
            if id == team.id and team.visible:
                return team
        raise not_found("Team")

    def space_left(self) -> timedelta:
        """How long the window of the limits still lasts; a new one begins where the last has ended."""
        now = self.clock()
        if self.window_began is None or now - self.window_began >= timedelta(seconds=self.window_s):
            self.window_began, self.requests_used, self.complexity_used = now, 0, 0.0
        return self.window_began + timedelta(seconds=self.window_s) - now
