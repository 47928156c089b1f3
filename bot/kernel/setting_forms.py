"""What an operator may write for a setting, in words: the validator's own speak of types and patterns."""

from __future__ import annotations

from types import UnionType
from typing import Any, Literal, get_args, get_origin

from msgspec import Meta

ADDRESS = "^https?://"


def expected(annotated: Any) -> str:
    """Returns the end of a sentence that says which values the annotated type of a setting takes."""
    bare, *metas = get_args(annotated)
    if get_origin(bare) is UnionType:
        bare = get_args(bare)[0]
    meta = next(meta for meta in metas if isinstance(meta, Meta))
    if bare is bool:
        return "it is true or false"
    if bare in (int, float):
        return f"it is a {'whole number' if bare is int else 'number'}{_range(meta)}"
    if get_origin(bare) is Literal:
        *most, last = map(str, get_args(bare))
        return f"it is {', '.join(most)} or {last}"
    if meta.pattern == ADDRESS:
        return "it begins with https:// or http://"
    return f"it isn't written as it should be. {str(meta.description).removesuffix('.')}"


def _range(meta: Meta) -> str:
    """Every number of ours has two ends; what others add may have none."""
    return "" if meta.ge is None or meta.le is None else f" from {meta.ge} to {meta.le}"
