"""The root of the schema: queries and mutations on the world. Their arguments fit the schema already."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from standins.linear import issue_changes
from standins.linear.linear_filters import compares_all, fits, page
from standins.linear.linear_objects import (
    Shown,
    labels_page,
    shown_attachment,
    shown_comment,
    shown_hook,
    shown_issue,
    shown_label,
    shown_team,
    shown_user,
)
from standins.linear.linear_world import (
    LinearError,
    LinearHook,
    LinearUpload,
    LinearWorld,
    StoredLinearAttachment,
    StoredLinearIssue,
    forbidden,
    not_found,
)

MOST_FILE = 50_000_000


class LinearOperations:
    """`request` of each method is graphql-core's ResolveInfo, which isn't needed."""

    def __init__(self, world: LinearWorld) -> None:
        self._world = world

    def viewer(self, _: Any) -> Shown:
        return shown_user(self._world, self._world.users[0])

    def organization(self, _: Any) -> Any:
        return self.viewer(_)["organization"]

    def issue(self, _: Any, id: str) -> Shown:
        return shown_issue(self._world, self._world.issue(id))

    def issues(
        self, _: Any, filter: Any = None, first: int | None = None, after: str | None = None, **more: Any
    ) -> Shown:
        return self._page([issue for issue in self._listed(more) if fits(issue, filter)], first, after)

    def searchIssues(  # noqa: N802 - the schema's own name
        self, _: Any, term: str, filter: Any = None, first: int | None = None, after: str | None = None, **more: Any
    ) -> Shown:
        words = term.casefold().split()
        issues = [
            issue
            for issue in self._listed(more)
            if fits(issue, filter) and all(word in f"{issue.title} {issue.description}".casefold() for word in words)
        ]
        return self._page(issues, first, after)

    def attachmentsForURL(  # noqa: N802
        self, _: Any, url: str, first: int | None = None, after: str | None = None, **__: Any
    ) -> Shown:
        attachments = [(issue, one) for issue in self._world.seen() for one in issue.attachments if one.url == url]
        return page([shown_attachment(self._world, issue, one) for issue, one in attachments], first, after)

    def comment(self, _: Any, id: str | None = None, **__: Any) -> Shown:
        for issue in self._world.seen():
            for comment in issue.comments:
                if comment.id == id:
                    return shown_comment(self._world, issue, comment)
        raise not_found("Comment")

    def teams(self, _: Any, filter: Any = None, first: int | None = None, after: str | None = None, **__: Any) -> Shown:
        fitting = [
            team
            for team in self._world.teams
            if team.visible and compares_all({"id": team.id, "key": team.key}, filter)
        ]
        return page([shown_team(self._world, team) for team in fitting], first, after)

    def users(self, _: Any, filter: Any = None, first: int | None = None, after: str | None = None, **__: Any) -> Shown:
        fitting = [
            user for user in self._world.users if compares_all({"email": user.email, "active": user.active}, filter)
        ]
        return page([shown_user(self._world, user) for user in fitting], first, after)

    def issueLabels(self, _: Any, **given: Any) -> Shown:  # noqa: N802
        return labels_page(self._world, self._world.labels, **given)

    def issueLabel(self, _: Any, id: str) -> Shown:  # noqa: N802
        issue_label = next((label for label in self._world.labels if label.id == id), None)
        if issue_label is None:
            raise not_found("IssueLabel")
        return shown_label(self._world, issue_label)

    def issueLabelCreate(self, _: Any, input: dict[str, Any], **__: Any) -> Shown:  # noqa: N802
        return self._done(issueLabel=shown_label(self._world, issue_changes.label(self._world, input)))

    def webhooks(self, _: Any, first: int | None = None, after: str | None = None, **__: Any) -> Shown:
        self._admin()
        return page([shown_hook(self._world, hook) for hook in self._world.hooks], first, after)

    def issueCreate(self, _: Any, input: dict[str, Any]) -> Shown:  # noqa: N802
        issue = issue_changes.created(self._world, input, self._world.users[0])
        return self._done(issue=shown_issue(self._world, issue))

    def issueUpdate(self, _: Any, id: str, input: dict[str, Any]) -> Shown:  # noqa: N802
        issue = self._world.issue(id)
        issue_changes.updated(self._world, issue, input, self._world.users[0])
        return self._done(issue=shown_issue(self._world, issue))

    def commentCreate(self, _: Any, input: dict[str, Any]) -> Shown:  # noqa: N802
        issue = self._world.issue(input.get("issueId") or "")
        made = issue_changes.comment(self._world, issue, input)
        return self._done(comment=shown_comment(self._world, issue, made))

    def attachmentCreate(self, _: Any, input: dict[str, Any]) -> Shown:  # noqa: N802
        """The address is what an attachment is known by: sent again, it changes the one that is there."""
        issue = self._world.issue(input["issueId"])
        if not input["url"].startswith(("https://", "http://")):
            raise LinearError("Argument Validation Error", words="url must be a URL address.")
        if not input["title"].strip():
            raise LinearError("Argument Validation Error", words="title must not be empty.")
        known = next((one for one in issue.attachments if one.url == input["url"]), None)
        if known is None:
            known = StoredLinearAttachment(str(uuid.uuid4()), input["url"], "", "", self._world.clock())
            issue.attachments.append(known)
        known.title, known.subtitle = input["title"], input.get("subtitle") or ""
        known.metadata, known.changes = input.get("metadata") or {}, known.changes + 1
        return self._done(attachment=shown_attachment(self._world, issue, known))

    def attachmentDelete(self, _: Any, id: str) -> Shown:  # noqa: N802
        for issue in self._world.seen():
            for one in issue.attachments:
                if one.id == id:
                    issue.attachments.remove(one)
                    return self._done(entityId=id)
        raise not_found("Attachment")

    def fileUpload(  # noqa: N802
        self,
        _: Any,
        contentType: str,  # noqa: N803
        filename: str,
        size: int,
        **more: Any,
    ) -> Shown:
        if not 0 < size <= MOST_FILE:
            raise LinearError("Argument Validation Error", words="The file is too large.")
        upload = LinearUpload(filename, contentType, size, secrets.token_urlsafe(24))
        self._world.uploads.append(upload)
        number = len(self._world.uploads)
        file = {
            "assetUrl": f"{self._world.url}/assets/{number}/{filename}",
            "uploadUrl": f"{self._world.url}/upload/{number}?signature={upload.token}",
            "contentType": contentType,
            "filename": filename,
            "size": size,
            "headers": [{"key": "x-goog-content-length-range", "value": f"{size},{size}"}],
            "metaData": more.get("metaData"),
        }
        return self._done(uploadFile=file)

    def webhookCreate(self, _: Any, input: dict[str, Any]) -> Shown:  # noqa: N802
        self._admin()
        team = self._world.team_by_id(input["teamId"]) if input.get("teamId") else None
        if (team is None) != bool(input.get("allPublicTeams")):
            raise LinearError("Argument Validation Error", words="Either teamId or allPublicTeams must be given.")
        secret = input.get("secret") or secrets.token_hex(16)
        hook = LinearHook(input["url"], secret, tuple(input["resourceTypes"]), team, label=input.get("label") or "")
        self._world.hooks.append(hook)
        return self._done(webhook=shown_hook(self._world, hook))

    def _done(self, **made: Any) -> Shown:
        return {"success": True, "lastSyncId": float(len(self._world.operations)), **made}

    def _admin(self) -> None:
        if not self._world.users[0].admin:
            raise forbidden("You need to be an admin of the workspace.")

    def _listed(self, more: dict[str, Any]) -> list[StoredLinearIssue]:
        """Newest first, without those that are archived unless they are asked for."""
        kept = [issue for issue in self._world.seen() if more.get("includeArchived") or issue.archived is None]
        return sorted(kept, key=lambda issue: issue.created, reverse=True)

    def _page(self, issues: list[StoredLinearIssue], first: int | None, after: str | None) -> Shown:
        return page([shown_issue(self._world, issue) for issue in issues], first, after)
