"""Reads objects from outside of which one field may be null or of another type than documented.

Types that threads decode into need a `Decoder` made at the import of their module: msgspec (0.22) crashes the
process where two threads look at a type for the first time at once. Whatever is inside of it is looked at with it.
"""

from __future__ import annotations

from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def convert_leniently(value: object, kind: type[T]) -> T:
    """Returns decoded JSON as `kind`, a Struct. What doesn't fit is left out, at any depth, as if it had not been sent.

    Raises msgspec.ValidationError where a required field doesn't fit or `value` is no object.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        if not isinstance(value, dict):
            raise
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.encode_name in value:
            try:
                fields[field.name] = _fitting(value[field.encode_name], field.type)
            except msgspec.ValidationError:
                if field.required:
                    raise
        elif field.required:
            raise msgspec.ValidationError(f"Object missing required field `{field.encode_name}`")
    return kind(**fields)


def _fitting(value: object, kind: Any) -> Any:
    """Returns what fits of a field's value. Of a union that part counts which the value looks like."""
    if get_origin(kind) in (Union, UnionType):
        struct = next((part for part in get_args(kind) if _is_struct(part)), None)
        listed = next((part for part in get_args(kind) if get_origin(part) is list), None)
        kind = struct if struct and isinstance(value, dict) else listed if isinstance(value, list) and listed else kind
    if _is_struct(kind):
        return convert_leniently(value, kind)
    if get_origin(kind) is list and isinstance(value, list):
        return [fits for element in value for fits in _fitting_element(element, get_args(kind)[0])]
    return msgspec.convert(value, kind)


def _fitting_element(element: object, kind: Any) -> list[Any]:
    try:
        return [_fitting(element, kind)]
    except msgspec.ValidationError:
        return []


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)
