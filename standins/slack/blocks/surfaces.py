"""The rules for a message, a modal or a home tab as one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from standins.slack.blocks import text_objects
from standins.slack.blocks.layout_blocks import ANY
from standins.slack.blocks.rules import Problem, Rule, anything, choice, flag, items, record, string

Json = dict[str, Any]

IN_MESSAGES, IN_MODALS, ON_HOME = "message", "modal", "home"
EVERYWHERE = {"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
ALLOWED = {
    IN_MESSAGES: EVERYWHERE
    | {"card", "carousel", "container", "context_actions", "data_table", "data_visualization", "file", "markdown"}
    | {"plan", "table", "task_card"},
    IN_MODALS: EVERYWHERE | {"alert"},
    ON_HOME: EVERYWHERE | {"data_visualization"},
}
AT_MOST = {"table": 1, "data_visualization": 2}  # in one message
MARKDOWN_IN_ALL = 12_000
ONLY_IN = {"file_input": {IN_MODALS}, "workflow_button": {IN_MESSAGES}}

MESSAGE_BLOCKS = items(ANY, 0, 50)
VIEW_BLOCKS = items(ANY, 1, 100)
VIEW: dict[str, Rule] = {
    "type": string(),
    "private_metadata": string(0, 3000),
    "callback_id": string(0, 255),
    "external_id": string(0, 255),
}
MODAL = record(
    {"title": text_objects.plain(24), "blocks": VIEW_BLOCKS},
    {
        **VIEW,
        "close": text_objects.plain(24),
        "submit": text_objects.plain(24),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
)
HOME = record({"blocks": VIEW_BLOCKS}, {**VIEW, "title": anything, "close": anything, "submit": anything})
VIEW_TYPE = choice(IN_MODALS, ON_HOME)


def check_message(message: Json) -> list[Problem]:
    """Checks the `blocks` of a message and of its attachments, and no other argument."""
    blocks = message.get("blocks")
    problems = list(_blocks(blocks or [], "/blocks", IN_MESSAGES))
    for n, attachment in enumerate(message.get("attachments") or []):
        if not isinstance(attachment, dict):
            problems.append(Problem(f"/attachments/{n}", "type", "must be an object"))
        else:
            problems.extend(_blocks(attachment.get("blocks") or [], f"/attachments/{n}/blocks", IN_MESSAGES))
    return problems


def check_view(view: Json) -> list[Problem]:
    """Checks a modal or a home tab, as it is given to views.*."""
    kind = view.get("type")
    if problems := list(VIEW_TYPE(kind, "/type")):
        return problems
    problems = list((MODAL if kind == IN_MODALS else HOME)(view, ""))
    if problems:
        return problems
    problems.extend(_surface(view["blocks"], "/blocks", str(kind)))
    if kind == IN_MODALS and not view.get("submit") and any(block["type"] == "input" for block in view["blocks"]):
        problems.append(Problem("/submit", "required", "a modal with input blocks needs submit"))
    return problems


def _blocks(blocks: Any, at: str, surface: str) -> Iterator[Problem]:
    problems = list(MESSAGE_BLOCKS(blocks, at))
    yield from problems or _surface(blocks, at, surface)


def _surface(blocks: list[Json], at: str, surface: str) -> Iterator[Problem]:
    """Checks blocks that are valid by themselves: whether they are allowed here, and together."""
    for n, block in enumerate(blocks):
        if block["type"] not in ALLOWED[surface]:
            yield Problem(f"{at}/{n}/type", "surface", f"{block['type']} blocks are not available in a {surface}")
        yield from _action_ids(block, f"{at}/{n}", surface)
    yield from _twice([block.get("block_id") for block in blocks], at, "block_id")
    yield from _totals(blocks, at)


def _action_ids(block: Json, at: str, surface: str) -> Iterator[Problem]:
    elements = _elements(block)
    yield from _twice([element.get("action_id") for element in elements], at, "action_id")
    for element in elements:
        if surface not in ONLY_IN.get(element.get("type", ""), {surface}):
            yield Problem(at, "surface", f"{element['type']} is not available in a {surface}")


def _elements(block: Json) -> list[Json]:
    parts = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
    return [part for part in parts if isinstance(part, dict)]


def _twice(names: list[str | None], at: str, what: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for n, name in enumerate(names):
        if name is not None and name in seen:
            yield Problem(f"{at}/{n}", "unique", f"{what} `{name}` already exists")
        if name is not None:
            seen.add(name)


def _totals(blocks: list[Json], at: str) -> Iterator[Problem]:
    for kind, most in AT_MOST.items():
        if sum(block["type"] == kind for block in blocks) > most:
            yield Problem(at, "max_items", f"no more than {most} {kind} blocks allowed")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN_IN_ALL:
        yield Problem(at, "max_length", f"markdown blocks hold no more than {MARKDOWN_IN_ALL} characters in all")
    loading = [e for block in blocks for e in _elements(block) if e.get("focus_on_load")]
    if len(loading) > 1:
        yield Problem(at, "unique", "only one element may have focus_on_load")
