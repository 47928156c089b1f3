"""The text of a new ticket for trackers that keep plain text, and for those that read Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from bot.backlog.ticket import NewTicket, TicketLink
from bot.kernel.escape import JOINER, clean, cut

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~@-])")
_BARE = re.compile(r"https?://[^\s<>\"]+")
_REFERENCE = re.compile(r"(?<=#)(?=\w)|(?<=GH\\-)(?=\d)", re.IGNORECASE)


def one_line(text: str, most: int) -> str:
    """Returns one line of at most so many characters, without those that nobody sees; empty where nothing is left."""
    line = clean(text)
    return "" if line == "…" and "…" not in text else cut(line, most)


def title_of(new: NewTicket, most: int) -> str:
    return one_line(new.title, most) or "Replaybook"


def fitted(new: NewTicket, most: int, written: Callable[[NewTicket], str]) -> NewTicket:
    """Returns the ticket with a description so short that what is `written` fits: facts and links stay complete."""
    while new.description and (long := len(written(new))) > most:
        kept = min(len(new.description) * most // long, len(new.description) - 2)
        new = replace(new, description=f"{new.description[:kept].rstrip()}…" if kept > 0 else "")
    return new


def plain_text(new: NewTicket) -> str:
    """Returns the description, then a line for each fact and each link."""
    facts = "\n".join(f"{clean(fact.label)}: {clean(fact.value)}" for fact in new.facts)
    links = "\n".join(f"{clean(link.label)}: {clean(link.url)}" for link in new.links)
    description = "\n".join(clean(line.strip()) for line in new.description.strip().splitlines())
    return "\n\n".join(part for part in (description, facts, links) if part)


def markdown_text(new: NewTicket) -> str:
    """Returns the same as Markdown. Nothing of what others wrote becomes a mark, a mention or a reference."""
    facts = "\n".join(f"- **{escaped(fact.label)}:** {escaped(fact.value)}" for fact in new.facts)
    links = "\n".join(f"- {markdown_link(link)}" for link in new.links)
    images = "\n\n".join(
        f"![{escaped(link.label)}]({_address(link.image)})" for link in new.links if _BARE.match(link.image)
    )
    parts = (escaped_lines(new.description), facts, links, images)
    return "\n\n".join(part for part in parts if part)


def markdown_link(link: TicketLink) -> str:
    """Returns a link, or its words alone where it leads to no web address."""
    return f"[{escaped(link.label)}]({_address(link.url)})" if _BARE.match(link.url) else escaped(link.label)


def escaped_lines(text: str) -> str:
    """Returns text of several lines as Markdown; each line stays one."""
    return "\n".join(f"{escaped(line)}  " if line.strip() else "" for line in text.strip().splitlines()).strip()


def escaped(text: str) -> str:
    """Returns one line as Markdown. Web addresses stay as they are, since trackers make links of them."""
    line = clean(text)
    parts, at = [], 0
    for match in _BARE.finditer(line):
        parts += [_escaped(line[at : match.start()]), match.group()]
        at = match.end()
    return "".join([*parts, _escaped(line[at:])])


def _escaped(text: str) -> str:
    """Trackers make mentions and references (`#12`, `GH-12`) of escaped text, too: an invisible joiner parts them."""
    return _REFERENCE.sub(JOINER, _MARKS.sub(r"\\\1", text)).replace("\\@", f"@{JOINER}")


def _address(url: str) -> str:
    return (
        clean(url).replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
    )
