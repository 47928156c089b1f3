"""The queries and mutations that are sent to Linear. Each fits the schema of linear/linear, packages/sdk (MIT)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LinearDocument:
    """`points` is what it costs at most: a tenth for a property, one for an object, times the page of a connection.

    `what` completes "when asked for …". A create has an id of ours, so that it can be looked for when its answer is
    lost.
    """

    text: str
    what: str
    points: int
    creates: bool = False
    each: int = 0
    """What one of `first` costs, where that is a variable."""

    def cost(self, variables: Mapping[str, Any]) -> int:
        return self.points + self.each * int(variables.get("first", 0))

    @property
    def name(self) -> str:
        return self.text.split(maxsplit=1)[1].split("(")[0].split()[0]


MANY = 50
"""Issues in one request."""
NEWEST_CHANGES = 10
"""Entries of the history that are read with each of many issues."""
_ISSUE = """
fragment IssueParts on Issue {
  id identifier title description url priority dueDate createdAt updatedAt startedAt completedAt canceledAt archivedAt
  trashed previousIdentifiers state { name type } assignee { name email } team { id key }
}
"""
_CHANGE = "createdAt actor { name } fromDueDate toDueDate fromPriority toPriority fromAssignee { id } toAssignee { id }"

VIEWER = LinearDocument(
    "query Viewer { viewer { id name email admin organization { name urlKey } } }", "the key’s own account", 4
)
TEAM_NAMES = LinearDocument(
    "query TeamNames($after: String) { teams(first: 100, after: $after) { nodes { id key name } "
    "pageInfo { hasNextPage endCursor } } }",
    "teams",
    300,
)
TEAM = LinearDocument(
    "query Team($id: ID!) { teams(filter: {id: {eq: $id}}, first: 1) { nodes { id key name "
    "states(first: 100) { nodes { id name type position } } } } }",
    "a team",
    150,
)
LABELS = LinearDocument(
    "query Labels($filter: IssueLabelFilter!) { issueLabels(filter: $filter, first: 50) "
    "{ nodes { id name isGroup retiredAt } } }",
    "labels",
    80,
)
LABEL = LinearDocument("query Label($id: String!) { issueLabel(id: $id) { id } }", "a label", 2)
CREATE_LABEL = LinearDocument(
    "mutation IssueLabelCreate($input: IssueLabelCreateInput!) { issueLabelCreate(input: $input) { success } }",
    "a new label",
    2,
    creates=True,
)
PEOPLE = LinearDocument(
    "query People($email: String!) { users(filter: {email: {eqIgnoreCase: $email}, active: {eq: true}}, first: 2) "
    "{ nodes { id name email } } }",
    "people",
    6,
)
ISSUE = LinearDocument(
    f"query Issue($id: String!) {{ issue(id: $id) {{ ...IssueParts "
    f"history(first: 30) {{ nodes {{ {_CHANGE} toState {{ type }} }} }} }} }}{_ISSUE}",
    "an issue",
    240,
)
ISSUES = LinearDocument(
    f"query Issues($filter: IssueFilter!, $first: Int!) {{ "
    f"issues(filter: $filter, first: $first) {{ nodes {{ ...IssueParts }} }} }}{_ISSUE}",
    "issues",
    3,
    each=8,
)
FOLLOWED = LinearDocument(
    f"query Followed($filter: IssueFilter!, $first: Int!) {{ issues(filter: $filter, first: $first, "
    f"includeArchived: true) {{ nodes {{ ...IssueParts history(first: {NEWEST_CHANGES}) "
    f"{{ nodes {{ {_CHANGE} toState {{ type }} }} }} }} }} }}{_ISSUE}",
    "issues",
    3,
    each=80,
)
CREATE_ISSUE = LinearDocument(
    f"mutation IssueCreate($input: IssueCreateInput!) {{ issueCreate(input: $input) {{ success "
    f"issue {{ ...IssueParts }} }} }}{_ISSUE}",
    "a new issue",
    10,
    creates=True,
)
UPDATE_ISSUE = LinearDocument(
    f"mutation IssueUpdate($id: String!, $input: IssueUpdateInput!) {{ issueUpdate(id: $id, input: $input) {{ success "
    f"issue {{ ...IssueParts }} }} }}{_ISSUE}",
    "a change of an issue",
    10,
)
COMMENT = LinearDocument("query Comment($id: String!) { comment(id: $id) { id } }", "a comment", 2)
CREATE_COMMENT = LinearDocument(
    "mutation CommentCreate($input: CommentCreateInput!) { commentCreate(input: $input) { success } }",
    "a new comment",
    2,
    creates=True,
)
ATTACHMENTS = LinearDocument(
    "query Attachments($id: String!) { issue(id: $id) { id description attachments(first: 100) "
    "{ nodes { id url title subtitle metadata } } } }",
    "the links of an issue",
    160,
)
SET_ATTACHMENT = LinearDocument(
    "mutation AttachmentCreate($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { success } }",
    "a link on an issue",
    2,
)
DELETE_ATTACHMENT = LinearDocument(
    "mutation AttachmentDelete($id: String!) { attachmentDelete(id: $id) { success } }", "a link on an issue", 2
)
UPLOAD = LinearDocument(
    "mutation FileUpload($contentType: String!, $filename: String!, $size: Int!) { fileUpload("
    "contentType: $contentType, filename: $filename, size: $size) { success uploadFile { assetUrl uploadUrl "
    "headers { key value } } } }",
    "room for a file",
    8 + 50,
)
WEBHOOKS = LinearDocument(
    "query Webhooks { webhooks(first: 50) { nodes { url enabled resourceTypes } } }", "webhooks", 70
)
ALL = (
    VIEWER,
    TEAM_NAMES,
    TEAM,
    LABELS,
    LABEL,
    CREATE_LABEL,
    PEOPLE,
    ISSUE,
    ISSUES,
    FOLLOWED,
    CREATE_ISSUE,
    UPDATE_ISSUE,
    COMMENT,
    CREATE_COMMENT,
    ATTACHMENTS,
    SET_ATTACHMENT,
    DELETE_ATTACHMENT,
    UPLOAD,
    WEBHOOKS,
)
