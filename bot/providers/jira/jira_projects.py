"""What a project wants for a new issue: its types, their fields, and people by e-mail address."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec

from bot.backlog.ticket import FieldKind, FieldOption, RequiredField
from bot.kernel.errors import Missing, Misunderstood
from bot.providers.jira import jira_calls as calls
from bot.providers.jira.jira_client import JiraClient
from bot.providers.jira.jira_issue import JiraPerson, NamedValue, priority_of

USUAL_TYPES = ("bug", "task", "story")
OURS = frozenset({"project", "issuetype", "summary", "description", "reporter", "parent"})
"""Fields that we always fill, or that Jira does."""
PLANNED = frozenset({"labels", "duedate", "priority", "assignee"})
"""Fields that a follow-up has of its own, so that nobody is asked for them twice."""
CASCADE = "option-with-child"
MOST_PAGES = 20


class CreatedType(msgspec.Struct):
    id: str
    name: str = ""
    subtask: bool = False


class FieldSchema(msgspec.Struct):
    type: str = ""
    items: str = ""
    custom: str = ""


class AllowedValue(msgspec.Struct):
    id: str = ""
    value: str = ""
    name: str = ""


class CreateField(msgspec.Struct, rename="camel"):
    name: str = ""
    field_id: str = ""
    key: str = ""
    required: bool = False
    has_default_value: bool = False
    schema: FieldSchema = msgspec.field(default_factory=FieldSchema)
    allowed_values: list[AllowedValue] = []

    @property
    def id(self) -> str:
        """Data Center names it `fieldId` alone, older versions `key`."""
        return self.field_id or self.key

    @property
    def wanted(self) -> bool:
        return self.required and not self.has_default_value and self.id not in OURS

    @property
    def asked(self) -> bool:
        return self.wanted and self.id not in PLANNED

    @property
    def kind(self) -> FieldKind:
        if self.schema.type == CASCADE:
            return FieldKind.OTHER
        if self.schema.type == "array":
            return FieldKind.CHOICES if self.allowed_values else FieldKind.OTHER
        if self.allowed_values:
            return FieldKind.CHOICE
        kinds = {"string": FieldKind.TEXT, "number": FieldKind.NUMBER, "date": FieldKind.DATE}
        return kinds.get(self.schema.type, FieldKind.OTHER)

    @property
    def document(self) -> bool:
        """Whether Cloud takes a document for it."""
        return self.schema.custom.endswith(":textarea") or self.id == "environment"

    def required_field(self) -> RequiredField:
        options = (FieldOption(one.id, one.value or one.name) for one in self.allowed_values)
        return RequiredField(self.id, self.name, self.kind, tuple(options))

    def priority_id(self, wanted: str) -> str:
        """Id of the priority that is `P1` to `P5`, empty where the project has none of this name."""
        same = (one.id for one in self.allowed_values if priority_of(NamedValue(one.id, one.name)) == wanted)
        return next(same, "")


class _TypePage(msgspec.Struct):
    """Cloud calls them `issueTypes`, Data Center `values`."""

    types: list[CreatedType] = msgspec.field(name="issueTypes", default_factory=list)
    values: list[CreatedType] = []
    total: int = 0


class _FieldPage(msgspec.Struct):
    fields: list[CreateField] = []
    values: list[CreateField] = []
    total: int = 0


class JiraProjects:
    """Of one Jira. `default` is the project of features whose own isn't there, `wanted_type` the setting."""

    def __init__(self, client: JiraClient, default: str, wanted_type: str) -> None:
        self._client = client
        self._default = default
        self._wanted_type = wanted_type.casefold()

    async def named(self, name: str) -> tuple[str, list[CreatedType]]:
        """Key of the project and its types. Raises Misunderstood where nothing can be made there."""
        for project in dict.fromkeys((name.strip().upper(), self._default.upper())):
            try:
                types = await self._types(project) if project else []
            except Missing:
                continue
            if types:
                return project, types
        raise Misunderstood(
            "Jira has no project “%(name)s” in which its account may create issues.", at=name, name=name[:40]
        )

    async def type_of(self, project: str, types: Sequence[CreatedType], *, part: bool = False) -> CreatedType:
        """The type of a new issue, of one that is a `part` of another a subtask's where there is one."""
        if part and (subtasks := [kind for kind in types if kind.subtask]):
            return subtasks[0]
        standard = [kind for kind in types if not kind.subtask]
        wanted = [self._wanted_type] if self._wanted_type else [*USUAL_TYPES]
        for name in wanted:
            for kind in standard:
                if name in (kind.name.casefold(), kind.id):
                    return kind
        if self._wanted_type or not standard:
            raise Misunderstood(
                "The Jira project %(project)s has no type of issues “%(wanted)s”; it has: %(types)s.",
                project=project,
                wanted=self._wanted_type,
                types=", ".join(kind.name for kind in types) or "–",
            )
        return standard[0]

    async def fields(self, project: str, kind: CreatedType) -> dict[str, CreateField]:
        """The fields of the create screen, by id."""
        every = dict[str, CreateField]()
        for _ in range(MOST_PAGES):
            page = await self._client.send(calls.type_fields(project, kind.id, len(every)), _FieldPage)
            fields = page.fields or page.values
            every |= {field.id: field for field in fields}
            if not fields or len(every) >= page.total:
                break
        return every

    async def person(self, email: str) -> dict[str, str]:
        """The one account with this address, as a field's value; empty where Jira doesn't show it or has several."""
        if not email:
            return {}
        people = await self._client.send(calls.people(email, cloud=self._client.cloud), list[JiraPerson])
        same = [person for person in people if person.email.casefold() == email.casefold()] or people
        if len(same) != 1 or (same[0].email and same[0].email.casefold() != email.casefold()):
            return {}
        return {"accountId": same[0].account} if self._client.cloud else {"name": same[0].name}

    async def _types(self, project: str) -> list[CreatedType]:
        every = list[CreatedType]()
        for _ in range(MOST_PAGES):
            page = await self._client.send(calls.issue_types(project, len(every)), _TypePage)
            types = page.types or page.values
            every += types
            if not types or len(every) >= page.total:
                break
        return every


def value_of(field: CreateField, given: Sequence[str], document: Any) -> Any:
    """A field's value from what people entered; `document` makes one of a text. Raises Misunderstood."""
    ids = {one.id for one in field.allowed_values}
    match field.kind:
        case FieldKind.CHOICE | FieldKind.CHOICES if not ids.issuperset(given):
            raise Misunderstood("“%(field)s” doesn’t have this choice any more.", field=field.name)
        case FieldKind.CHOICE:
            return {"id": given[0]}
        case FieldKind.CHOICES:
            return [{"id": id} for id in given]
        case FieldKind.NUMBER:
            try:
                number = float(given[0])
            except ValueError:
                number = math.nan
            if not math.isfinite(number):
                raise Misunderstood("“%(field)s” takes a number.", field=field.name)
            return number
    return document(given[0]) if field.document else given[0]
