"""Issues as GitHub's REST API gives them, keys as people write them, and what an issue is to us.

A key is `owner/repo#12`. An issue is done when it was closed as completed, and closed without a fix otherwise. A
priority is one of the labels P1 to P4, as repositories have no field of their own for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

import msgspec

from bot.backlog.ticket import Status, Ticket, TicketFields

PRIORITIES = ("P1", "P2", "P3", "P4")
_KEY = re.compile(r"(?<![\w./-])([A-Za-z0-9-]{1,39})/([A-Za-z0-9._-]{1,100})#([1-9]\d{0,9})(?!\w)")
_NUMBER = re.compile(r"(?<![\w/#])#([1-9]\d{0,9})(?!\w)")
_PATH = re.compile(r"/([A-Za-z0-9-]{1,39})/([A-Za-z0-9._-]{1,100})/issues/([1-9]\d{0,9})/?")
_URL = re.compile(r"https?://[^\s<>|\"]+")
_REPO = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")


class Account(msgspec.Struct):
    login: str = ""


class Label(msgspec.Struct):
    name: str | None = None


class Issue(msgspec.Struct):
    id: int
    number: int
    html_url: str
    title: str
    state: str
    created_at: datetime
    body: str | None = None
    state_reason: str | None = None
    labels: list[Label | str] = []
    assignees: list[Account] | None = None
    closed_at: datetime | None = None
    closed_by: Account | None = None
    updated_at: datetime | None = None
    pull_request: object = None

    @property
    def label_names(self) -> list[str]:
        names = (each if isinstance(each, str) else each.name for each in self.labels)
        return [name for name in names if name]


class GitHubComment(msgspec.Struct):
    id: int
    body: str | None = None


class FoundIssues(msgspec.Struct):
    items: list[Issue] = []


class FoundAccounts(msgspec.Struct):
    items: list[Account] = []


def is_repo(text: str) -> bool:
    return _REPO.fullmatch(text) is not None


def split_key(key: str) -> tuple[str, int] | None:
    """("acme/shop", 12) of a key; None for whatever isn't one."""
    match = _KEY.fullmatch(key.strip())
    return (f"{match[1]}/{match[2]}", int(match[3])) if match else None


def key_in_url(url: str, web: str) -> str | None:
    own, parts = urlsplit(web), _parts(url)
    match = _PATH.fullmatch(parts.path) if parts and (parts.scheme, parts.netloc) == (own.scheme, own.netloc) else None
    return f"{match[1]}/{match[2]}#{match[3]}" if match else None


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def key_in_text(text: str, web: str, repo: str) -> str | None:
    """The key in what a person typed or pasted; `#12` alone is of the repository of the settings."""
    addressed = (key_in_url(url, web) for url in _URL.findall(text))
    if key := next(filter(None, addressed), None):
        return key
    plain = _URL.sub(" ", text)
    if matches := _KEY.findall(plain):
        owner, name, number = matches[-1]
        return f"{owner}/{name}#{number}"
    number_only = _NUMBER.findall(plain)
    return f"{repo}#{number_only[-1]}" if number_only and repo else None


def key_of(issue: Issue) -> str:
    """By its address for people, which names the repository as it is called now."""
    match = _PATH.fullmatch(urlsplit(issue.html_url).path)
    return f"{match[1]}/{match[2]}#{match[3]}" if match else ""


def ticket_of(issue: Issue, emails: Mapping[str, str]) -> Ticket:
    """`emails` are people's addresses by their account in lower case."""
    status = _status(issue)
    account = issue.assignees[0].login if issue.assignees else ""
    priority = next((name for name in issue.label_names if name in PRIORITIES), "")
    return Ticket(
        key=key_of(issue),
        title=issue.title,
        description=issue.body or "",
        status=status,
        status_name=f"{issue.state} ({issue.state_reason})" if issue.state_reason else issue.state,
        link=issue.html_url if issue.html_url.startswith(("https://", "http://")) else "",
        created=issue.created_at,
        done_at=issue.closed_at if status is Status.DONE else None,
        fields=TicketFields(priority=priority, assignee=account, assignee_email=emails.get(account.casefold(), "")),
        id=str(issue.id),
        closed_by=issue.closed_by.login if issue.closed_by and status is not Status.OPEN else "",
        closed_at=issue.closed_at if status is Status.CLOSED else None,
        resolution=(issue.state_reason or "").replace("_", " ") if status is Status.CLOSED else "",
        updated=issue.updated_at,
    )


def _status(issue: Issue) -> Status:
    if issue.state != "closed":
        return Status.OPEN
    return Status.DONE if issue.state_reason == "completed" else Status.CLOSED


def with_priority(labels: Sequence[str], priority: str) -> list[str]:
    """The labels with this priority and no other."""
    return [*(name for name in labels if name not in PRIORITIES), priority]
