"""The texts that people see in Slack, as they stand in templates and code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract
from jinja2.ext import babel_extract

from bot.kernel import errors
from bot.kernel.paths import ROOT, TEMPLATES

CODE = ("bot/backlog", "bot/services", "bot/slack", "bot/jobs", "bot/cli", "handlers")
RAISED = ("bot", "handlers")
"""Where errors are raised: each may end up in a thread, on a page or in a terminal."""
KINDS = frozenset(
    [name for name, kind in vars(errors).items() if isinstance(kind, type)]
    + ["SlackInternalError", "DatadogRefused", "UnsureOutcome", "EditConflict", "NotReady", "TooLarge", "NoSuchTarget"]
    + ["NoSuchValue", "ConfluenceRefused", "TitleTaken", "LinearRefused", "LinearUnsure", "LinearNotSent"]
    + ["JiraRefused", "JiraUnsure", "JiraNotSent"]
)
ASKING = {"Call": 4, "_read": 1, "JiraCall": 2, "LinearDocument": 1, "Phrase": 0, "PostHogCall": 3}
"""Where among the arguments of a call it stands what the call is for."""

Parts = tuple[str, ...]


def slack_templates() -> list[Path]:
    """Every template of a message, a modal or the home tab, and what these include."""
    rooms = [
        path
        for room in ("signals", "replay", "channels", "backlog", "home", "postmortems", "previews", "watches")
        for path in (TEMPLATES / room).glob("*.j2")
    ]
    told = [path for path in (TEMPLATES / "notebook").glob("[!_]*.j2") if not path.name.endswith(".md.j2")]
    return sorted(
        [*rooms, *told, TEMPLATES / "failed.j2", TEMPLATES / "not_sent.j2", TEMPLATES / "private_sentence.j2"]
    )


def in_template(path: Path) -> Iterator[Parts]:
    """Each text, or the singular and plural of one."""
    with path.open("rb") as source:
        for _, _, message, _ in babel_extract(source, ["_", "ngettext"], [], {}):
            parts = (message,) if isinstance(message, str) else tuple(part for part in message or () if part)
            if parts:  # `_(signal_names[signal])` names no text
                yield parts


def in_code(folder: str) -> Iterator[Parts]:
    keywords = {"_": None, "text": None, "plural": (1, 2), "private_sentence": (2,)}
    for path in _modules(folder):
        with path.open("rb") as source:
            for _, message, _, _ in extract("python", source, keywords=keywords):
                parts = (message,) if isinstance(message, str) else tuple(message or ("",))
                # A message's name ("backlog/what") goes through a method of the same name; it is no text.
                if parts[0] and (" " in parts[0] or "/" not in parts[0]):
                    yield parts


def raised(folder: str) -> Iterator[Parts]:
    """Sentences of our errors that are written out where they are raised."""
    for path in _modules(folder):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args:
                sentence = node.args[0]
                if isinstance(sentence, ast.Constant) and isinstance(sentence.value, str):
                    yield (sentence.value,)


def asked_for(folder: str) -> Iterator[Parts]:
    """What the calls to outside systems are for, as it stands within the sentences of their errors."""
    for path in _modules(folder):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "WHAT":
                yield (str(ast.literal_eval(node.value)),)
            if isinstance(node, ast.ClassDef) and node.name == "Asked":
                yield from ((str(ast.literal_eval(each.value)),) for each in node.body if isinstance(each, ast.Assign))
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKING):
                continue
            named = node.args[ASKING[node.func.id]]
            if isinstance(named, ast.Constant):
                yield (str(named.value),)


def raised_with_values_inside(folder: str) -> Iterator[str]:
    """Where an error's sentence is put together as it is raised, so that no catalog can have it."""
    for path in _modules(folder):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS):
                continue
            if node.args and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
                yield f"{path.name}:{node.lineno}"


def _modules(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.is_file() else sorted(path.rglob("*.py"))
