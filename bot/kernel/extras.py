"""Packages that only some installations need: the extras of pyproject.toml."""

from __future__ import annotations

from bot.kernel.errors import Misunderstood


def missing_extra(extra: str, setting: str) -> Misunderstood:
    """The refusal of a setting whose packages aren't installed."""
    return Misunderstood(
        "%(setting)s needs the extra “%(extra)s”, which isn’t installed: `make setup` installs it, and an image has it "
        "that is built with LOCK=requirements-all.lock.",
        setting=setting,
        extra=extra,
    )
