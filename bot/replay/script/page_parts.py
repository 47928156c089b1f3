"""What a part of a page is by its names: a message; or a menu, an advert or the like, which answers no click."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bot.replay.detect.dom import DomNode

TROUBLE = frozenset({"err", "error", "errors", "invalid", "fail", "failed", "failure", "danger", "warning"})
"""Words that say of anything that something is wrong with it."""
_MESSAGE = re.compile(
    r"\b(alert|status|dialog|modal|assertive|polite|err|fail|danger|toast|warning|snackbar|notification|invalid|"
    r"message|msg|notice|note\b|feedback|flash)",
    re.IGNORECASE,
)
_ASIDE = frozenset(
    {"menu", "menus", "submenu", "megamenu", "dropdown", "nav", "navbar", "navigation", "tooltip", "tippy", "treeview"}
    | {"carousel", "slider", "slideshow", "slick", "swiper", "splide", "glide", "flickity", "owl"}
    | {"cookie", "cookies", "consent", "gdpr", "ccpa", "onetrust", "cookiebot"}
    | {"ad", "ads", "advert", "adverts", "advertisement", "advertising", "adslot", "adsbygoogle", "sponsored"}
    | {"spinner", "loader", "preloader", "skeleton", "progressbar", "intercom", "launcher", "livechat"}
)
_ADVERTISED = frozenset({"promo", "promotion", "hero", "sale", "campaign", "newsletter"})
"""Of these words one makes a banner an advert."""
_ASIDE_TAGS = frozenset({"nav", "header", "footer", "menu", "progress"})
_ASIDE_ROLES = frozenset(
    {"menu", "menubar", "menuitem", "listbox", "option", "tooltip", "tab", "tablist", "navigation", "tree", "banner"}
    | {"contentinfo", "progressbar", "marquee", "timer"}
)
_WHOLE = frozenset({"html", "body", "head"})
_LONGEST = 2_000
"""Letters of a class or a role that are looked at for what a part is."""


@lru_cache(maxsize=1_024)
def words_of(names: str) -> frozenset[str]:
    """Returns the words of a name, in small letters: those of `isOpen` and of `is-open` are the same."""
    parts = re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names).lower())
    return frozenset(filter(None, parts))


def is_aside(tag: str, attributes: Mapping[str, Any]) -> bool:
    """Whether it is a menu, a tooltip, a carousel, a banner for cookies, an advert, a spinner: no answer to a click."""
    return _kind(tag, *_named(attributes)) == "aside"


def is_message(node: DomNode) -> bool:
    """Whether an element is made for telling something."""
    return _kind(node.tag, *_named(node.attributes)) == "message"


def stands_aside(node: DomNode) -> bool:
    """Whether what is around a node, nearest first, says that it is no message before it says that it is one."""
    return _around(node) == "aside"


def stands_in_message(node: DomNode) -> bool:
    """Whether what is around a node, nearest first, says that it is a message."""
    return _around(node) == "message"


def _around(node: DomNode) -> str:
    kinds = (_kind(above.tag, *_named(above.attributes)) for above in node.lineage() if above.is_element)
    return next(filter(None, kinds), "")


def _named(attributes: Mapping[str, Any]) -> tuple[str, str, str]:
    role, live = attributes.get("role"), attributes.get("aria-live")
    names = [one[:_LONGEST] for name in ("class", "id") if isinstance(one := attributes.get(name), str)]
    return (
        role[:_LONGEST].lower() if isinstance(role, str) else "",
        live[:_LONGEST].lower() if isinstance(live, str) else "",
        " ".join(names),
    )


@lru_cache(maxsize=1_024)
def _kind(tag: str, role: str, live: str, names: str) -> str:
    """`message`, `aside`, or nothing. What is in trouble is a message, whatever else it is."""
    words = words_of(names)
    if tag in _WHOLE:
        return ""
    if not TROUBLE.isdisjoint(words):
        return "message"
    advert = "banner" in words and not _ADVERTISED.isdisjoint(words)
    if advert or tag in _ASIDE_TAGS or not _ASIDE.isdisjoint(words) or not _ASIDE_ROLES.isdisjoint(role.split()):
        return "aside"
    return "message" if tag == "dialog" or _MESSAGE.search(f"{role} {live} {names}") else ""
