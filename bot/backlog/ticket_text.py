"""The text of a new ticket for trackers that keep plain text, and for those that read Markdown."""

from __future__ import annotations

import re

from bot.backlog.ticket import NewTicket, TicketLink

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~@-])")
_BARE = re.compile(r"https?://[^\s<>\"]+")


def plain_text(new: NewTicket) -> str:
    """Returns the description, then a line for each fact and each link."""
    facts = "\n".join(f"{fact.label}: {fact.value}" for fact in new.facts)
    links = "\n".join(f"{link.label}: {link.url}" for link in new.links)
    return "\n\n".join(part for part in (new.description.strip(), facts, links) if part)


def markdown_text(new: NewTicket) -> str:
    """Returns the same as Markdown. Nothing of what others wrote becomes a mark, a mention or a reference."""
    facts = "\n".join(f"- **{escaped(fact.label)}:** {escaped(fact.value)}" for fact in new.facts)
    links = "\n".join(f"- {markdown_link(link)}" for link in new.links)
    images = "\n\n".join(f"![{escaped(link.label)}]({_address(link.image)})" for link in new.links if link.image)
    parts = (escaped_lines(new.description), facts, links, images)
    return "\n\n".join(part for part in parts if part)


def markdown_link(link: TicketLink) -> str:
    return f"[{escaped(link.label)}]({_address(link.url)})"


def escaped_lines(text: str) -> str:
    """Returns text of several lines as Markdown; each line stays one."""
    return "\n".join(f"{escaped(line)}  " if line.strip() else "" for line in text.strip().splitlines()).strip()


def escaped(text: str) -> str:
    """Returns one line as Markdown. Web addresses stay as they are, since trackers make links of them."""
    line = " ".join(text.split())
    parts, at = [], 0
    for found in _BARE.finditer(line):
        parts += [_escaped(line[at : found.start()]), found.group()]
        at = found.end()
    return "".join([*parts, _escaped(line[at:])])


def _escaped(text: str) -> str:
    """An `@` is followed by an invisible joiner: mentions are made of text that was escaped, too."""
    return _MARKS.sub(r"\\\1", text).replace("\\@", "@\u2060")


def _address(url: str) -> str:
    return url.replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
