"""Links to the bot's own pages, found in what people write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

LinkKind = Literal["notebooks", "answers", "files"]
PATH = re.compile(r"/(notebooks|answers|files)/([\w.-]{1,200})")
ENDS = ".,;:!?)]}'*_~`"
URL = re.compile(r"https?://[^\s<>|\"]+")


@dataclass(frozen=True, slots=True)
class OwnLink:
    """A notebook by its id, an answer by the secret of its page, or a stored file by its name; `url` as it was said."""

    kind: LinkKind
    id: str
    url: str


def own_link(public_url: str, url: str) -> OwnLink | None:
    """Returns what a link leads to; None for any other page, and for every other server."""
    try:
        base, link = urlsplit(public_url), urlsplit(url)
        same = (base.scheme, base.hostname, base.port) == (link.scheme, link.hostname, link.port)
    except ValueError:
        return None
    prefix = base.path.rstrip("/")
    if not same or link.username is not None or not link.path.startswith(f"{prefix}/"):
        return None
    match = PATH.fullmatch(link.path.removeprefix(prefix).rstrip("/"))
    return OwnLink(match[1], match[2], url) if match else None  # type: ignore[arg-type]  # PATH has these words alone


def own_links_in(public_url: str, text: str) -> Iterator[OwnLink]:
    for url in URL.findall(text):
        if link := own_link(public_url, url.rstrip(ENDS)):
            yield link


def is_links_alone(public_url: str, text: str) -> bool:
    """Whether a message is links to our pages and nothing else; labels that Slack gives them say nothing."""
    rest = URL.sub(lambda found: "" if own_link(public_url, found[0].rstrip(ENDS)) else found[0], text)
    return rest != text and not re.search(r"\w", re.sub(r"<\|[^<>]*>", " ", rest))
