"""How settings are read from the environment: tables whose fields carry their own documentation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Self, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from bot.kernel.errors import Misunderstood
from bot.kernel.setting_forms import expected

PREFIX = "REPLAYBOOK_"
VARIABLE = "variable"
"""Names in a field's `Meta.extra` the variable that others (hosts, Slack's own tools) have already settled on."""


PLACEHOLDER = "…"
"""What stands for a secret in our examples: as a secret it would be known to everybody."""


class Secret(str):
    """Text that must not be seen: its repr hides it, and the log replaces it (see telemetry)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(***)" if self else "Secret('')"


class SettingsTable(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that are read together from the environment. The description of each field is its documentation."""

    prefix: ClassVar[str] = PREFIX
    """How the variables begin whose fields don't name another."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables of `environ`; an empty one counts as not set. Raises Misunderstood naming the variable."""
        given = {name: environ.get(cls.variable(name), "").strip() for name in _types(cls)}
        return cls(**{name: _value(cls, name, text) for name, text in given.items() if text})

    @classmethod
    def variable(cls, name: str) -> str:
        """The environment variable of a setting: `clip_fps` is REPLAYBOOK_CLIP_FPS."""
        return str((_meta(_types(cls)[name]).extra or {}).get(VARIABLE) or f"{cls.prefix}{name.upper()}")

    @classmethod
    def table(cls) -> list[tuple[str, str, str]]:
        """(variable, default, description) of every setting, as the documentation shows it."""
        defaults = cls()
        return [
            (cls.variable(name), _written(getattr(defaults, name)), str(_meta(annotated).description))
            for name, annotated in _types(cls).items()
        ]

    def to_env(self) -> dict[str, str]:
        """By variable, what another process must be given to read the same settings. Defaults are left out."""
        usual = type(self)()
        values = {name: getattr(self, name) for name in _types(type(self))}
        changed = {name: value for name, value in values.items() if value != getattr(usual, name)}
        return {self.variable(name): _written(value, ",") for name, value in changed.items()}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, for the log to remove."""
        values = (getattr(self, field) for field in self.__struct_fields__)
        flat = (item for value in values for item in (value if isinstance(value, tuple) else (value,)))
        return tuple(str(item) for item in flat if isinstance(item, Secret) and item)


class ProviderSettings(SettingsTable, frozen=True, kw_only=True):
    """Settings of one outside system. They stand in its provider's folder."""

    @property
    def configured(self) -> bool:
        """Whether somebody has set the provider up, so that `auto` may choose it."""
        return False


@cache
def _types(kind: type[SettingsTable]) -> Mapping[str, Any]:
    """The annotated types by field. What isn't annotated isn't read from the environment."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: hint for name, hint in hints.items() if get_origin(hint) is Annotated}


def _meta(annotated: Any) -> Meta:
    return next(meta for meta in get_args(annotated)[1:] if isinstance(meta, Meta))


def _written(value: object, separator: str = ", ") -> str:
    return separator.join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)


def _value(kind: type[SettingsTable], name: str, text: str) -> Any:
    annotated = _types(kind)[name]
    raw: object = text
    if get_origin(get_args(annotated)[0]) is tuple:
        raw = [item.strip() for item in text.split(",") if item.strip()]
    try:
        value = msgspec.convert(raw, _required(annotated), strict=False, dec_hook=_own_types)
    except msgspec.ValidationError:
        raise wrong_value(kind.variable(name), text, expected(annotated)) from None
    if PLACEHOLDER in text and any(
        isinstance(each, Secret) for each in (value if isinstance(value, tuple) else [value])
    ):
        raise Misunderstood(
            "%(variable)s still has the “…” of an example; put the value itself there.", variable=kind.variable(name)
        )
    return value


def wrong_value(variable: str, text: str, why: str) -> Misunderstood:
    """The refusal of a value. Secrets take any text, so the text is never one."""
    return Misunderstood(
        "%(variable)s can’t be “%(text)s”: %(why)s.", at=variable, variable=variable, text=text, why=why
    )


def _required(annotated: Any) -> Any:
    """The annotated type without None, so that the text "null" is text."""
    bare, *metas = get_args(annotated)
    if get_origin(bare) is UnionType:
        bare = get_args(bare)[0]
    return Annotated[(bare, *metas)]


def _own_types(kind: type, value: Any) -> Any:
    return kind(value)
