"""What is written on issues: Markdown of which nothing that others said becomes a mark, and an invisible marker."""

from __future__ import annotations

import hashlib

from bot.backlog.ticket import BackLink, NewTicket
from bot.backlog.ticket_text import escaped, escaped_lines, fitted, markdown_link, markdown_text, one_line

MOST, MOST_TITLE, MOST_SUMMARY = 60_000, 250, 10_000
"""GitHub takes 65,536 characters."""


def marker(meaning: str) -> str:
    """A comment of HTML, which GitHub keeps and doesn't show."""
    return f"<!-- replaybook:{hashlib.sha256(meaning.encode()).hexdigest()[:16]} -->"


def body_of(new: NewTicket) -> str:
    return f"{markdown_text(fitted(new, MOST, markdown_text))[:MOST]}\n\n{marker(new.meaning)}".lstrip()


def signed_comment(text: str, meaning: str) -> str:
    return f"{escaped_lines(text)[:MOST]}\n\n{marker(meaning)}"


def linked_comment(link: BackLink) -> str:
    """Where to read on, and the numbers as they are now."""
    mark = "✅ " if link.resolved else ""
    words = escaped(one_line(link.title, MOST_TITLE))
    title = mark + (f"**[{words}]({link.url})**" if link.url else words)
    more = " · ".join(markdown_link(each) for each in link.more)
    images = "\n\n".join(f"![{escaped(each.label)}]({each.image})" for each in link.more if each.image)
    parts = (title, escaped_lines(link.summary[:MOST_SUMMARY]), more, images, marker(link.id))
    return "\n\n".join(part for part in parts if part)
