"""What the stand-in keeps, and the faults that a test brings about."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from standins.http_faults import HttpFault, HttpFaults


class ConfluenceRefusal(Exception):
    """Is answered with `status`, in the form of the API that was called."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers or {}


@dataclass(slots=True)
class PageAttachment:
    """An attachment; `versions` counts how often it was sent."""

    name: str
    media_type: str
    data: bytes
    versions: int = 1


@dataclass(slots=True)
class StoredPage:
    """`messages` has one for each version, the last one's at the end."""

    id: str
    space: str
    parent: str
    title: str
    body: str
    messages: list[str] = field(default_factory=lambda: [""])
    files: dict[str, PageAttachment] = field(default_factory=dict)
    trashed: bool = False

    @property
    def version(self) -> int:
        return len(self.messages)


@dataclass(slots=True)
class ConfluenceWorld:
    """One site with one space, `OPS`, whose number is not its key."""

    email: str = "bot@example.com"
    token: str = "confluence-token"  # noqa: S105 - the stand-in's own
    space_key: str = "OPS"
    space_id: str = "65601"
    home: str = "65700"
    may_write: bool = True
    most_bytes: int = 10_000_000
    pages: dict[str, StoredPage] = field(default_factory=dict)
    faults: HttpFaults[HttpFault] = field(default_factory=HttpFaults)
    requests: list[str] = field(default_factory=list)
    """Each as "METHOD /path"."""

    def __post_init__(self) -> None:
        self.pages[self.home] = StoredPage(self.home, self.space_id, "", "Operations", "<p>Home</p>")

    def titled(self, title: str) -> StoredPage | None:
        return next((page for page in self.pages.values() if page.title == title and not page.trashed), None)

    def edited(self, id: str, change: Callable[[str], str], message: str = "") -> None:
        """What a person does in the editor, which saves its own form of the page."""
        page = self.pages[id]
        page.body = rewritten(change(page.body))
        page.messages.append(message)


def rewritten(body: str) -> str:
    """The body as the editor saves it: macros and tables get ids and layouts of its own."""
    body = re.sub(
        r'<ac:structured-macro ac:name="(\w+)"(?: ac:schema-version="1")?>',
        lambda match: (
            f'<ac:structured-macro ac:name="{match[1]}" ac:schema-version="1" ac:local-id="{uuid.uuid4()}" '
            f'ac:macro-id="{uuid.uuid4()}">'
        ),
        body,
    )
    body = body.replace("<table>", '<table data-layout="default"><colgroup><col /></colgroup>')
    return body.replace("<br />", "<br/>").replace("’", "&rsquo;")
