"""The fields of create screens, and what may be sent for them. Everything that isn't on the screen is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

from standins.jira.adf_check import checked_document, text_of
from standins.jira.jira_world import (
    PRIORITIES,
    JiraError,
    JiraField,
    JiraProject,
    JiraType,
    JiraUser,
    JiraWorld,
    StoredJiraIssue,
)

MOST_SUMMARY, MOST_TEXT = 255, 32_767
CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes:"
USUAL = (
    JiraField("summary", "Summary", "string", required=True),
    JiraField("issuetype", "Issue Type", "issuetype", required=True),
    JiraField("project", "Project", "project", required=True),
    JiraField("reporter", "Reporter", "user", required=True, default=True),
    JiraField("description", "Description", "string"),
    JiraField("priority", "Priority", "priority", options=PRIORITIES, default=True),
    JiraField("assignee", "Assignee", "user"),
    JiraField("duedate", "Due date", "date"),
    JiraField("labels", "Labels", "array", items="string"),
)
PARENT = JiraField("parent", "Parent", "issuelink", required=True)


def fields_of(kind: JiraType) -> list[JiraField]:
    """A field of the type's own stands for the usual one of its id."""
    fields = [*USUAL, *([PARENT] if kind.subtask else []), *kind.fields]
    return list({field.id: field for field in fields}.values())


def described(world: JiraWorld, field: JiraField) -> dict[str, Any]:
    """A field as createmeta describes it."""
    schema: dict[str, Any] = {"type": field.type}
    if field.items:
        schema["items"] = field.items
    if field.id.startswith("customfield_"):
        schema |= {"custom": f"{CUSTOM}{field.custom}", "customId": int(field.id.removeprefix("customfield_"))}
    else:
        schema["system"] = field.id
    meta: dict[str, Any] = {
        "fieldId": field.id,
        "key": field.id,
        "name": field.name,
        "required": field.required,
        "hasDefaultValue": field.default,
        "operations": ["set"],
        "schema": schema,
    }
    if field.options:
        word = "name" if field.type == "priority" else "value"
        meta["allowedValues"] = [
            {"self": f"{world.url}/option/{id}", "id": id, word: label} for id, label in field.options.items()
        ]
    return meta


def set_fields(world: JiraWorld, issue: StoredJiraIssue, sent: dict[str, Any], *, creating: bool) -> None:
    """Sets what was sent. Raises JiraError that names every field that is wrong; then nothing is set."""
    known = {field.id: field for field in fields_of(issue.type)}
    fixed = {"project", "issuetype"}
    wrong = {
        name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        for name in sent
        if name not in known and name != "parent"
    }
    if creating:
        wrong |= {
            field.id: f"{field.name} is required."
            for field in known.values()
            if field.required and not field.default and sent.get(field.id) in (None, "", [], {})
        }
    values = dict[str, Any]()
    for name, value in sent.items():
        if name in wrong or name in fixed:
            continue
        try:
            values[name] = _value(world, known.get(name, PARENT), value)
        except JiraError as error:
            wrong |= error.fields or {name: str(error)}
    if wrong:
        raise JiraError(400, fields=wrong)
    for name, value in values.items():
        _put(issue, name, value)


def chosen_type(project: JiraProject, sent: Any) -> JiraType:
    for kind in project.types:
        if isinstance(sent, dict) and (sent.get("id") == kind.id or sent.get("name") == kind.name):
            return kind
    raise JiraError(400, fields={"issuetype": "Specify a valid issue type"})


def _put(issue: StoredJiraIssue, name: str, value: Any) -> None:
    attribute = {"duedate": "due"}.get(name, name)
    if name.startswith("customfield_") or name == "environment":
        issue.custom[name] = value
    elif name != "reporter":
        setattr(issue, attribute, value)


def _value(world: JiraWorld, field: JiraField, value: Any) -> Any:
    """The value as it is kept. Raises JiraError."""
    if field.id == "summary":
        if not isinstance(value, str) or not value.strip() or len(value) > MOST_SUMMARY or "\n" in value:
            raise _wrong(field, f"Summary must be one line of at most {MOST_SUMMARY} characters.")
        return value
    if field.id in {"description", "environment"} or field.custom == "textarea":
        text = value and checked_document(value, field.id) if world.cloud else value
        if text is not None and len(text_of(text)) > MOST_TEXT:
            raise _wrong(
                field, f"The entered text is too long. It exceeds the allowed limit of {MOST_TEXT} characters."
            )
        return text if world.cloud else _string(field, value)
    by_type = {"user": _user, "priority": _option, "option": _option, "date": _date, "number": _number}
    if field.type == "array":
        return _list(world, field, value)
    if field.type == "issuelink":
        return world.issue(str(value.get("key") if isinstance(value, dict) else "")).key
    return by_type[field.type](world, field, value) if field.type in by_type else _string(field, value)


def _list(world: JiraWorld, field: JiraField, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(field, "data was not an array")
    if field.items == "option":
        return [_option(world, field, part) for part in value]
    if any(not isinstance(part, str) or " " in part or len(part) > 255 for part in value):
        raise _wrong(field, f"The label '{value}' contains spaces which is invalid.")
    return list(value)


def _user(world: JiraWorld, field: JiraField, value: Any) -> JiraUser | None:
    name = "accountId" if world.cloud else "name"
    if value is None:
        return None
    wanted = (value.get(name) or value.get("id")) if isinstance(value, dict) else None
    for user in world.users:
        if user.id == wanted:
            return user
    raise _wrong(field, "Specify a valid 'id' for user.")


def _option(world: JiraWorld, field: JiraField, value: Any) -> str | None:
    if value is None:
        return None
    id = str(value.get("id")) if isinstance(value, dict) else ""
    if id not in field.options:
        raise _wrong(field, f"Option id '{id}' is not valid")
    return id


def _date(world: JiraWorld, field: JiraField, value: Any) -> str | None:
    try:
        return None if value is None else date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise _wrong(field, 'Error parsing date string; expected format is "yyyy-MM-dd"') from None


def _number(world: JiraWorld, field: JiraField, value: Any) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise _wrong(field, "Operation value must be a number")
    return value


def _string(field: JiraField, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(field, "Operation value must be a string")
    return value


def _wrong(field: JiraField, words: str) -> JiraError:
    return JiraError(400, fields={field.id: words})
