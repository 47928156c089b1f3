"""What the stand-in keeps: projects with their types and fields, people, issues, and the faults of a test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.kernel.clock import Clock
from standins.http_faults import HttpFault, HttpFaults

CATEGORIES = {"new": (2, "To Do"), "indeterminate": (4, "In Progress"), "done": (3, "Done")}
PRIORITIES = {"1": "Highest", "2": "High", "3": "Medium", "4": "Low", "5": "Lowest"}
RESOLUTIONS = {"10000": "Done", "10001": "Won't Do", "10002": "Duplicate", "10003": "Cannot Reproduce"}


class JiraError(Exception):
    """Is answered with `status`: sentences for all of it, or for a field."""

    def __init__(self, status: int, *messages: str, fields: dict[str, str] | None = None) -> None:
        super().__init__("; ".join(messages) or str(fields))
        self.status = status
        self.messages = list(messages)
        self.fields = fields or {}
        self.headers: dict[str, str] = {}


def no_issue() -> JiraError:
    return JiraError(404, "Issue does not exist or you do not have permission to see it.")


@dataclass(frozen=True, slots=True)
class JiraStatus:
    id: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class JiraStep:
    """A transition to a status. With `asks` its screen wants a resolution, otherwise it sets one itself."""

    id: str
    name: str
    to: JiraStatus
    asks: bool = False
    resolution: str = ""


TO_DO = JiraStatus("10000", "To Do", "new")
IN_PROGRESS = JiraStatus("3", "In Progress", "indeterminate")
CLOSED = JiraStatus("10002", "Done", "done")
STEPS = (
    JiraStep("11", "To Do", TO_DO),
    JiraStep("21", "In Progress", IN_PROGRESS),
    JiraStep("31", "Won't do", CLOSED, resolution="10001"),
    JiraStep("41", "Done", CLOSED, asks=True),
    JiraStep("51", "Duplicate", CLOSED, resolution="10002"),
)


@dataclass(slots=True)
class JiraField:
    """A field of a create screen. `custom` is the end of its custom type: `textfield`, `textarea`, `select`, …"""

    id: str
    name: str
    type: str
    required: bool = False
    custom: str = ""
    options: dict[str, str] = field(default_factory=dict)
    default: bool = False
    items: str = ""


@dataclass(slots=True)
class JiraType:
    id: str
    name: str
    subtask: bool = False
    fields: list[JiraField] = field(default_factory=list)
    epic: bool = False

    @property
    def level(self) -> int:
        return 1 if self.epic else -1 if self.subtask else 0


@dataclass(slots=True)
class JiraProject:
    id: str
    key: str
    name: str
    types: list[JiraType] = field(
        default_factory=lambda: [
            JiraType("10001", "Task"),
            JiraType("10004", "Bug"),
            JiraType("10003", "Sub-task", True),
        ]
    )
    last: int = 0
    visible: bool = True
    permissions: set[str] = field(
        default_factory=lambda: {
            "BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "ADD_COMMENTS", "CREATE_ATTACHMENTS", "LINK_ISSUES",
            "TRANSITION_ISSUES", "ASSIGN_ISSUES", "SCHEDULE_ISSUES",
        }
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class JiraUser:
    id: str
    """The account of Cloud, or the name of Data Center."""
    name: str
    email: str


@dataclass(slots=True)
class JiraComment:
    id: str
    body: Any
    created: datetime
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class JiraAttachment:
    id: str
    name: str
    media_type: str
    data: bytes
    created: datetime


@dataclass(slots=True)
class JiraLink:
    """A remote link; `changes` counts how often it was sent."""

    id: int
    global_id: str
    body: dict[str, Any]
    changes: int = 0


@dataclass(frozen=True, slots=True)
class JiraChange:
    by: JiraUser
    at: datetime
    items: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class StoredJiraIssue:
    id: str
    project: JiraProject
    number: int
    type: JiraType
    summary: str
    created: datetime
    updated: datetime
    description: Any = None
    status: JiraStatus = TO_DO
    resolution: str = ""
    resolved: datetime | None = None
    priority: str = "3"
    due: str | None = None
    assignee: JiraUser | None = None
    labels: list[str] = field(default_factory=list)
    parent: str = ""
    custom: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    comments: list[JiraComment] = field(default_factory=list)
    attachments: list[JiraAttachment] = field(default_factory=list)
    links: list[JiraLink] = field(default_factory=list)
    changes: list[JiraChange] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    creator: JiraUser | None = None
    archived: bool = False
    writes: list[datetime] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.project.key}-{self.number}"


@dataclass(frozen=True, slots=True)
class JiraHook:
    """A webhook of the administration, signed with `secret`, or a rule that sends a fixed `token`."""

    url: str
    secret: str = ""
    token: str = ""


@dataclass(slots=True)
class JiraWorld:
    """One site with two projects. The first person is the token's own; `cloud` says which of the two Jiras it is."""

    clock: Clock
    cloud: bool = True
    email: str = "bot@example.com"
    token: str = "jira-token"  # noqa: S105 - the stand-in's own
    url: str = ""
    app_url: str = ""
    """Where people open issues, if it isn't the same."""
    projects: list[JiraProject] = field(
        default_factory=lambda: [JiraProject("10010", "SHOP", "The shop"), JiraProject("10011", "OPS", "Operations")]
    )
    users: list[JiraUser] = field(
        default_factory=lambda: [JiraUser("5b10a2844c20165700ede21g", "Replaybook", "bot@example.com")]
    )
    shows_addresses: bool = True
    """Whether people let their e-mail addresses be seen."""
    issues: list[StoredJiraIssue] = field(default_factory=list)
    hooks: list[JiraHook] = field(default_factory=list)
    faults: HttpFaults[HttpFault] = field(default_factory=HttpFaults)
    requests: list[str] = field(default_factory=list)
    index_lag_s: float = 0.0
    """How long a new issue isn't found by a search."""
    most_bytes: int = 10_000_000
    writes_in: tuple[int, float] = (20, 2.0)
    """So many writes to one issue in so many seconds; one more is refused with `jira-per-issue-on-write`."""
    holds_webhooks: bool = False
    waiting: list[Callable[..., Awaitable[int]]] = field(default_factory=list)
    """Webhooks that are held back, in their order: each is sent when it is called, as often as it is, and gives the
    status of the answer, 0 where there was none."""
    deliver: Callable[[str, StoredJiraIssue, JiraChange | None], None] = lambda *_: None

    def project(self, name: str) -> JiraProject:
        """By key or id. Raises JiraError."""
        for project in self.projects:
            if name.upper() in (project.key, project.id) and project.visible:
                return project
        raise JiraError(404, f"No project could be found with key '{name}'.")

    def seen(self) -> Iterator[StoredJiraIssue]:
        return (issue for issue in self.issues if issue.project.visible)

    def issue(self, name: str) -> StoredJiraIssue:
        """By id, key, or a key that it had before it was moved. Raises JiraError."""
        wanted = name.upper()
        for issue in self.seen():
            if wanted in (issue.id, issue.key, *issue.former):
                return issue
        raise no_issue()
