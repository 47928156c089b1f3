"""What an issue shows of us beside its text: links that are kept up to date, and files.

Linear knows an attachment by its address. Which of them is ours says its `metadata`, by the link's id or the file's
name, so that an address may change and a file isn't attached twice.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bot.backlog.ticket import BackLink, TicketFile
from bot.backlog.ticket_text import escaped, one_line
from bot.kernel.errors import Missing
from bot.providers.linear import linear_documents as documents
from bot.providers.linear.linear_client import LinearClient

OURS = "replaybook"
MOST_TITLE, MOST_SUBTITLE = 200, 500


class LinearAttachment(msgspec.Struct):
    id: str
    url: str
    title: str = ""
    subtitle: str | None = None
    metadata: dict[str, Any] = {}

    @property
    def our_id(self) -> str:
        return str(self.metadata.get(OURS, ""))


class _Attachments(msgspec.Struct):
    nodes: list[LinearAttachment] = []


class _LinearAttachments(msgspec.Struct):
    id: str
    attachments: _Attachments
    description: str | None = None


class _OneWithAttachments(msgspec.Struct):
    issue: _LinearAttachments


class _UploadHeader(msgspec.Struct):
    key: str
    value: str


class _UploadRoom(msgspec.Struct, rename="camel"):
    asset_url: str
    upload_url: str
    headers: list[_UploadHeader] = []


class _Upload(msgspec.Struct):
    room: _UploadRoom = msgspec.field(name="uploadFile")


class _Uploaded(msgspec.Struct):
    upload: _Upload = msgspec.field(name="fileUpload")


class LinearAttachments:
    """Every call raises Missing where there is no such issue, and Upstream."""

    def __init__(self, client: LinearClient) -> None:
        self._client = client

    async def link(self, key: str, link: BackLink) -> None:
        """Leaves the links as they should be: nothing is sent where they are so already."""
        issue = await self._of(key)
        await self._as_it_should_be(issue, link.id, link)
        for more in link.more:
            await self._as_it_should_be(issue, f"{link.id}/{more.label}", BackLink(link.id, more.url, more.label))

    async def _as_it_should_be(self, issue: _LinearAttachments, id: str, link: BackLink) -> None:
        ours = [one for one in issue.attachments.nodes if one.our_id == id]
        title = one_line(link.title, MOST_TITLE) or link.url
        subtitle = one_line(link.summary, MOST_SUBTITLE)
        wanted = (link.url, title, subtitle, link.resolved)
        if not any((one.url, one.title, one.subtitle or "", one.metadata.get("resolved")) == wanted for one in ours):
            await self._set(issue.id, link.url, title, subtitle, {OURS: id, "resolved": link.resolved})
        for one in ours:
            if one.url != link.url:
                await self._delete(one.id)

    async def attach(self, key: str, file: TicketFile) -> None:
        """Once for the file's name, and not where the issue's text shows it already.

        Where a try died after the upload, the file is uploaded again and shown once.
        """
        issue = await self._of(key)
        shown = shown_inline(file) in (issue.description or "")
        if not shown and not any(one.our_id == file.name for one in issue.attachments.nodes):
            address = await self.upload(file)
            await self._set(issue.id, address, one_line(file.alt or file.name, MOST_TITLE), "", {OURS: file.name})

    async def upload(self, file: TicketFile) -> str:
        """Linear's address of the file, which people of the workspace can open."""
        room = (
            await self._client.run(
                documents.UPLOAD, _Uploaded, contentType=file.media_type, filename=file.name, size=len(file.data)
            )
        ).upload.room
        headers = {"Content-Type": file.media_type, "Cache-Control": "public, max-age=31536000"}
        await self._client.put(room.upload_url, file.data, headers | {one.key: one.value for one in room.headers})
        return room.asset_url

    async def _of(self, key: str) -> _LinearAttachments:
        return (await self._client.run(documents.ATTACHMENTS, _OneWithAttachments, id=key)).issue

    async def _set(self, issue: str, url: str, title: str, subtitle: str, metadata: dict[str, Any]) -> None:
        """Repeatable: an attachment of this address is changed."""
        sent = {"issueId": issue, "url": url, "title": title, "metadata": metadata}
        sent |= {"subtitle": subtitle} if subtitle else {}
        await self._client.run(documents.SET_ATTACHMENT, dict, input=sent)

    async def _delete(self, id: str) -> None:
        try:
            await self._client.run(documents.DELETE_ATTACHMENT, dict, id=id)
        except Missing:
            return  # deleted already


def shown_inline(file: TicketFile) -> str:
    """How Markdown that shows the file begins, up to its address."""
    return f"![{escaped(file.alt or file.name)}]"
