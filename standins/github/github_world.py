"""What the stand-in keeps, the faults that a test brings about, and the webhooks that it would send."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.kernel.clock import Clock
from standins.http_faults import HttpFault, HttpFaults


class GitHubDenied(Exception):
    """Is answered with `status`, in GitHub's form."""

    def __init__(
        self, status: int, message: str, headers: dict[str, str] | None = None, errors: list[Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.errors = errors or []


@dataclass(slots=True)
class StoredIssueComment:
    id: int
    body: str
    created: datetime
    updated: datetime


@dataclass(slots=True)
class StoredIssue:
    id: int
    repo: str
    number: int
    title: str
    body: str
    created: datetime
    updated: datetime
    state: str = "open"
    reason: str | None = None
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    closed: datetime | None = None
    closed_by: str = ""
    parent: int | None = None
    deleted: bool = False
    pull: bool = False
    comments: list[StoredIssueComment] = field(default_factory=list)


@dataclass(slots=True)
class SentRequest:
    method: str
    path: str
    body: Any
    status: int = 0


@dataclass(frozen=True, slots=True)
class StoredHook:
    """A webhook that was or would be sent. The same `id` is sent again by a redelivery."""

    event: str
    payload: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(slots=True)
class GitHubWorld:
    """`accounts` are known people, by login with the address that they show; those in `assignable` may be assigned.

    `moved` has where issues were transferred to: (repository, number) → the same.
    """

    clock: Clock
    token: str = "github_pat_standin"  # noqa: S105 - of nobody
    web: str = "https://github.com"
    api: str = ""
    repos: list[str] = field(default_factory=lambda: ["acme/shop", "acme/ops"])
    hidden: set[str] = field(default_factory=set)
    """Repositories that the token may no longer see."""
    accounts: dict[str, str] = field(default_factory=lambda: {"jisoo-k": "", "mina-k": "mina@nordic.example"})
    assignable: set[str] = field(default_factory=lambda: {"jisoo-k", "mina-k"})
    issues: list[StoredIssue] = field(default_factory=list)
    moved: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    requests: list[SentRequest] = field(default_factory=list)
    faults: HttpFaults[HttpFault] = field(default_factory=HttpFaults)
    hooks: list[StoredHook] = field(default_factory=list)
    on_hook: Callable[[StoredHook], None] | None = None
    """Is told of each webhook as it comes up; without it they only wait in `hooks`."""
    app_tokens: set[str] = field(default_factory=set)
    proves_app: Callable[[str], bool] | None = None
    """Whether a JWT is that of the App."""
    comment_ids: int = 0

    def find(self, repo: str, number: int) -> StoredIssue | None:
        wanted = (repo.casefold(), number)
        return next((each for each in self.issues if (each.repo.casefold(), each.number) == wanted), None)

    def add(self, repo: str, title: str, body: str = "", **more: Any) -> StoredIssue:
        numbers = [each.number for each in self.issues if each.repo == repo]
        numbers += [number for place, number in self.moved if place == repo]
        now, id = self.clock(), 1000 + len(self.issues)
        issue = StoredIssue(id, repo, max(numbers, default=0) + 1, title, body, now, now, **more)
        self.issues.append(issue)
        return issue
