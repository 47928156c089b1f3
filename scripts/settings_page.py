"""Writes docs/settings.md from the settings themselves: `python -m scripts.settings_page`."""

from __future__ import annotations

from bot.kernel.paths import ROOT
from bot.kernel.settings import Settings
from bot.kernel.settings_table import SettingsTable
from bot.providers.registry import providers

PAGE = ROOT / "docs" / "settings.md"
HEAD = """\
# Settings

Everything is set by environment variables, read once at the start. An empty variable counts as not set. A value that
can't be used stops the start with one sentence that names the variable and says what it takes; `replaybook doctor`
names a variable that is misspelt. Values of secrets (tokens, keys, the address of Redis) are removed from everything
that is logged.

This page is written by `python -m scripts.settings_page`.
"""


def page() -> str:
    """The whole page: first what belongs to no provider, then each provider that has settings."""
    parts = [HEAD, _table(Settings)]
    for provider in providers().values():
        if provider.settings.table():
            title = provider.title[0].upper() + provider.title[1:]
            parts += [f"## {title} (`{provider.name}`)\n", _table(provider.settings)]
    return "\n".join(parts)


def _table(kind: type[SettingsTable]) -> str:
    rows = (
        f"| `{variable}` | {f'`{default}`' if default else 'none'} | {description} |"
        for variable, default, description in kind.table()
    )
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    PAGE.write_text(page())
