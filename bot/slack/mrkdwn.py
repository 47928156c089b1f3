"""What people wrote in Slack as our markdown. The text is hostile: markup comes from this module alone.

Rules as Slack documents them ("Formatting message text"): `*bold*`, `_italic_`, `~strike~`, code, `&gt;` quotes,
`<address|label>`, `<@user>`, `<#channel>`, `<!subteam^group>`, `<!date^…|fallback>`, `:emoji:`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import msgspec

from bot.kernel.escape import straight
from bot.kernel.locale import Locale
from bot.kernel.paths import TEMPLATES
from bot.notebook.notebook_text import code, inert, never_a_block, target

MENTION = re.compile(r"<(?:@|#|!subteam\^)([A-Z0-9]{2,30})(?:\|[^<>\n]*)?>")


@dataclass(frozen=True, slots=True)
class Unnamed:
    """What stands for those whom nobody knows a name of; where that is empty, their id stays."""

    person: str = ""
    group: str = ""
    channel: str = ""

    @classmethod
    def of(cls, locale: Locale) -> Unnamed:
        return cls(locale.text("@someone"), locale.text("@some group"), locale.text("#private channel"))


_DEPTH = 3  # bold in italic in strike, and no deeper
_EMOJI = re.compile(r":[a-z0-9_+'-]{1,100}:")
_QUOTE = re.compile(r"\s*(?:&gt;|>)\s?(.*)")
_ITEM = re.compile(r"\s*(?:[•◦▪‣-]|(\d{1,3})[.)])\s+(.*)")


def _mark(char: str, name: str) -> str:
    """A pair of marks around something on one line. No two alternatives begin alike, so it never goes back."""
    it = re.escape(char)
    within = rf"(?:`[^`\n]*`|<[^<>\n]*>|(?<=[^\W_]){it}(?=[^\W_])|[^{it}`<\n])+"
    # Found ahead, then taken whole. `++` says the same, but doesn't work on groups before Python 3.11.5.
    return rf"(?<![^\W_])(?<!{it}){it}(?![\s{it}])(?=(?P<{name}>{within}))(?P={name})(?<!\s){it}(?![^\W_]|{it})"


_TOKEN = re.compile(
    rf"`(?P<code>[^`\n]+)`|<(?P<bracket>[^<>\n]+)>|(?P<emoji>{_EMOJI.pattern})"
    r"|(?P<url>https?://[^\s<>|]*[^\s<>|.,:;!?)\]'\"*_~`])"
    rf"|{_mark('*', 'strong')}|{_mark('_', 'em')}|{_mark('~', 's')}"
)
_MARKS = {"strong": "**", "em": "_", "s": "~~"}


def mentioned(text: str) -> Sequence[str]:
    """The ids of people, channels and groups that a text names, each once, in their order."""
    return list(dict.fromkeys(MENTION.findall(text)))


class Named:
    """What the ids in a text are called: by `names`, without `@` and `#`, else by Slack's label, else as `unnamed`."""

    def __init__(self, names: Mapping[str, str] | None = None, unnamed: Unnamed | None = None) -> None:
        self._names, self._unnamed = names or {}, unnamed or Unnamed()

    def person(self, id: str, label: str) -> str:
        return self._called("@", id, label, self._unnamed.person)

    def group(self, id: str, label: str) -> str:
        return self._called("@", id, label, self._unnamed.group)

    def channel(self, id: str, label: str) -> str:
        return self._called("#", id, label, self._unnamed.channel)

    def _called(self, sign: str, id: str, label: str, unnamed: str) -> str:
        name = self._names.get(id) or label.lstrip("@#")
        return f"{sign}{name}" if name else unnamed or f"{sign}{id}"


def to_markdown(text: str, names: Mapping[str, str] | None = None, unnamed: Unnamed | None = None) -> str:
    """`names` are those of the people, channels and groups by id, without `@` and `#`; others keep Slack's label."""
    known, parts = Named(names, unnamed), straight(text).split("```")
    if len(parts) % 2 == 0:  # the last fence is not closed: it is text
        parts[-2:] = ["```".join(parts[-2:])]
    written: list[tuple[str, str]] = []
    for at, part in enumerate(parts):
        if at % 2:
            written.append(("fence", _fenced(unescaped(part.strip("\n")))))
        else:
            written.extend(_line(line, known) for line in part.strip("\n").split("\n") if part.strip())
    return _joined(written)


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _joined(lines: list[tuple[str, str]]) -> str:
    """Another kind of block begins after an empty line; a new line of text is one to the reader, too."""
    whole, before = "", ""
    for kind, line in lines:
        if kind == "gap":
            before = kind
            continue
        if whole and kind == before:
            whole += "  \n" if kind in {"text", "quote"} else "\n"
        elif whole:
            whole += "\n\n"
        whole, before = whole + line, kind
    return whole.strip()


def _line(line: str, names: Named) -> tuple[str, str]:
    if not line.strip():
        return "gap", ""
    if quoted := _QUOTE.fullmatch(line):
        return "quote", f"> {never_a_block(_inline(quoted[1].strip(), names))}"
    if item := _ITEM.fullmatch(line):
        first = f"{item[1]}." if item[1] else "-"
        return ("numbers" if item[1] else "bullets"), f"{first} {never_a_block(_inline(item[2].strip(), names))}"
    return "text", never_a_block(_inline(line.strip(), names))


def _fenced(text: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text)), 3)
    return f"{fence}\n{text}\n{fence}"


def _inline(text: str, names: Named, depth: int = 0) -> str:
    written: list[str] = []
    at = 0
    for match in _TOKEN.finditer(text):
        written.append(inert(unescaped(text[at : match.start()])))
        written.append(_token(match, names, depth))
        at = match.end()
    return "".join(written) + inert(unescaped(text[at:]))


def _token(match: re.Match[str], names: Named, depth: int) -> str:
    kind, it = str(match.lastgroup), match[match.lastgroup or 0]
    match kind:
        case "code":
            return code(unescaped(it))
        case "emoji":
            return inert(_emoji(match))
        case "url":
            return _link(unescaped(it), unescaped(it))
        case "bracket":
            return _bracketed(it, names)
        case _ if depth >= _DEPTH:
            return inert(unescaped(match[0]))
        case _:
            return f"{_MARKS[kind]}{_inline(it, names, depth + 1)}{_MARKS[kind]}"


def _bracketed(content: str, names: Named) -> str:
    goal, _, label = (unescaped(part) for part in content.partition("|"))
    if goal.startswith("@"):
        return inert(names.person(goal[1:], label))
    if goal.startswith("#"):
        return inert(names.channel(goal[1:], label))
    if goal.startswith("!subteam^"):
        return inert(names.group(goal[9:], label))
    if goal.startswith("!"):  # a date has its fallback, @here and its like have their name
        return inert(label if goal.startswith("!date^") else f"@{goal[1:].partition('^')[0]}")
    return _link(goal, label)


def _emoji(match: re.Match[str]) -> str:
    name = match[0].strip(":")
    return "" if name.startswith("skin-tone-") else emoji(name) or match[0]


def _link(address: str, label: str) -> str:
    shown = _EMOJI.sub(_emoji, label)
    shown = " ".join((shown or address.removeprefix("mailto:").removeprefix("tel:")).split())
    where = target(address) if re.match(r"https?://", address, re.IGNORECASE) else ""
    return f"[{inert(shown)}]({where})" if where else inert(shown)


def emoji(name: str) -> str:
    """Returns the characters that Slack gives that name; empty when there is none (a workspace's own, say)."""
    return _table().get(name, "")


@cache
def _table() -> dict[str, str]:
    """Reads what `scripts/emoji_table.py` makes; the local workspace's page has the same."""
    return msgspec.json.decode((TEMPLATES / "emoji.json").read_bytes(), type=dict[str, str])
