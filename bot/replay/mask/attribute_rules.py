"""Which attributes of which elements are shown, typed or pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.replay.mask.css_selectors import Chain
from bot.replay.mask.style_findings import makes_editable

_SPOKEN = frozenset({"aria-label", "aria-description", "aria-placeholder", "aria-valuetext", "aria-roledescription"})
SHOWN = _SPOKEN | {"title", "alt", "placeholder", "label", "value", "summary", "content"}
FILED = frozenset({"src", "srcset", "imagesrcset", "poster", "data", "background", "style"})
"""Attributes that name a file, or say how the page looks. They stay as they are, so no style may write one out."""
LINKED = frozenset({"a", "area"})
"""Elements of which `href` says where a link leads, and nothing else."""
TOLD = frozenset({"cite", "datetime", "download"})
"""What styles sometimes write out of a link, a quotation or a date."""
PICTURED = frozenset({"src", "srcset", "poster", "rr_dataURL", "href", "xlink:href", "data"})
PICTURES = frozenset({"img", "image", "video", "canvas", "input", "picture", "source", "object", "embed", "feimage"})
EVERYWHERE = frozenset({"background", "poster", "rr_dataURL"})
"""Attributes that are pictures on any element."""
LABELS = frozenset({"submit", "button", "reset", "image"})
"""Kinds of <input> whose value is what stands on the button."""
_EDITABLE_ROLES = frozenset({"textbox", "searchbox", "spinbutton"})
CODE = frozenset({"style", "script", "noscript", "template"})


@dataclass(slots=True)
class KnownAttributes:
    """What later events need to know of a node: tag, attributes, parent, and whether its text is typed or hidden.

    The tag of a text is empty.
    """

    tag: str
    attributes: dict[str, str]
    parent: int | None
    typed: bool = False
    hidden: bool = False
    drawn: bool = False
    """Whether it is a part of a drawing (SVG), whose attributes are its shape."""


def is_typed(known: KnownAttributes) -> bool:
    """Whether `value` is what somebody entered: fields, and elements of an application's own that stand for fields."""
    if known.tag == "input":
        return known.attributes.get("type", "text").lower() not in LABELS
    return known.tag == "textarea" or "-" in known.tag


def is_editable(attributes: Sequence[Mapping[str, str]]) -> bool:
    """Whether people can write into it, now or later: `attributes` are those of all times."""
    return any(
        one.get("contenteditable", "false").lower() != "false"
        or not _EDITABLE_ROLES.isdisjoint(one.get("role", "").lower().split())
        or makes_editable(one.get("style", ""))
        for one in attributes
    )


def is_told(known: KnownAttributes, name: str) -> bool:
    """Whether a style may well write the attribute out though no browser shows it by itself."""
    return name in TOLD or name.startswith("data-") or (name == "href" and known.tag in LINKED)


def is_kept(known: KnownAttributes, name: str) -> bool:
    """Whether the page would look otherwise if this attribute said something else."""
    if is_told(known, name):
        return False
    return known.drawn or name in FILED or name in ("href", "xlink:href", "_csstext") or name.startswith("rr_")


def within(node: int, known: Mapping[int, KnownAttributes], later: Mapping[int, Mapping[str, list[str]]]) -> Chain:
    """The element and those around it, innermost first, with every attribute that they ever have."""
    chain: list[tuple[str, dict[str, list[str]]]] = []
    at: int | None = node
    met: set[int] = set()  # a recording may say of two elements that each is in the other
    while at is not None and at not in met and (one := known.get(at)) is not None:
        met.add(at)
        if one.tag:
            ever = {name: [value] for name, value in one.attributes.items()}
            for name, values in later.get(at, {}).items():
                ever.setdefault(name, []).extend(values)
            chain.append((one.tag, ever))
        at = one.parent
    return chain
