"""Wiki text, which Data Center keeps: nothing that others wrote becomes a mark, a macro, a mention or a picture.

https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
"""

from __future__ import annotations

import re

from bot.backlog.ticket import NewTicket, TicketLink
from bot.kernel.escape import clean

_MARKS = re.compile(r"([\\*_?{}\[\]+^~!|#-])")
_ADDRESS = re.compile(r"https?://[^\s<>\"|\]\[{}]+")
_HEAD = re.compile(r"^(\s*)(h[1-6]\.|bq\.)", re.IGNORECASE)


def wiki_ticket(new: NewTicket) -> str:
    """The description, then a list of facts and one of links."""
    facts = "\n".join(f"* *{wiki_line(fact.label)}:* {wiki_line(fact.value)}" for fact in new.facts)
    links = "\n".join(f"* {wiki_link(link)}" for link in new.links)
    return "\n\n".join(part for part in (wiki_lines(new.description), facts, links) if part)


def wiki_lines(text: str) -> str:
    return "\n".join(wiki_line(line.strip()) for line in text.strip().splitlines())


def wiki_line(text: str) -> str:
    """Returns one line, its marks escaped. Addresses stay, since Jira makes links of them."""
    line = clean(text)
    parts, at = list[str](), 0
    for match in _ADDRESS.finditer(line):
        parts += [_escaped(line[at : match.start()]), match.group()]
        at = match.end()
    escaped = "".join([*parts, _escaped(line[at:])])
    return _HEAD.sub(lambda head: f"{head[1]}{head[2][:-1]}\\.", escaped)


def wiki_link(link: TicketLink) -> str:
    if not link.url.startswith(("https://", "http://")):
        return wiki_line(link.label)
    address = re.sub(r"[\s|\[\]{}]", lambda match: f"%{ord(match.group()):02X}", link.url)
    return f"[{wiki_line(link.label).replace('|', '')}|{address}]"


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)
