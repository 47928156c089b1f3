"""The providers there are. README.md in this folder says how to add one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from pkgutil import resolve_name

import msgspec

from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Settings, variable
from bot.kernel.settings_table import SettingsTable, wrong_value
from bot.providers.hooks import Hooks
from bot.providers.provider import Check, Doctor, IntakeAddress, PartName, Provider

ROWS: Mapping[str, str] = {
    "local": "bot.providers.local.provider:PROVIDER",
    "datadog": "bot.providers.datadog.provider:PROVIDER",
    "posthog": "bot.providers.posthog.provider:PROVIDER",
    "jira": "bot.providers.jira.provider:PROVIDER",
    "linear": "bot.providers.linear.provider:PROVIDER",
    "confluence": "bot.providers.confluence.provider:PROVIDER",
    "github": "bot.providers.github.provider:PROVIDER",
    "model": "bot.providers.model.provider:PROVIDER",
}
"""Name → its row. A package may add rows with entry points of the group `replaybook.providers`."""
GROUP = "replaybook.providers"
AUTO = "auto"


@cache
def added_rows() -> Mapping[str, str]:
    """The rows of other packages, read once: that opens a file of every one that is installed."""
    return {point.name: point.value for point in entry_points(group=GROUP)}


def providers() -> dict[str, Provider]:
    """Every provider by name. A row of ours wins over an entry point of the same name."""
    return {name: resolve_name(row) for name, row in {**added_rows(), **ROWS}.items()}


def read_settings(environ: Mapping[str, str]) -> Settings:
    """All settings, those of every provider included. Raises Misunderstood naming the variable."""
    settings = Settings.from_env(environ)
    theirs = tuple(provider.settings.from_env(environ) for provider in providers().values())
    settings = msgspec.structs.replace(settings, providers=theirs)
    forward_address(settings)
    return settings


def variables() -> frozenset[str]:
    """The names of all settings, those of every provider included."""
    tables: list[type[SettingsTable]] = [Settings, *(provider.settings for provider in providers().values())]
    return frozenset(name for table in tables for name, _, _ in table.table())


def names_with(part: PartName) -> list[str]:
    """Names of the providers that have a part, such as those that can be the tracker."""
    return sorted(name for name, provider in providers().items() if part in provider.parts)


def set_up_with(part: PartName, settings: Settings) -> list[str]:
    """Names of the providers that are set up and have a part, where all of them are used."""
    rows = providers().values()
    return sorted(row.name for row in rows if part in row.parts and settings.of(row.settings).configured)


def provider_of(part: PartName, name: str, settings: Settings) -> Provider | None:
    """The provider that a setting chooses for a part; for `auto` the best that is set up, None when there is none.

    Raises Misunderstood for a name that no provider has, and for one without that part.
    """
    known = providers()
    if name == AUTO:
        able = [row for row in known.values() if part in row.parts and settings.of(row.settings).configured]
        return max(able, key=lambda row: row.priority, default=None)
    if name not in known or part not in known[name].parts:
        names = ", ".join(names_with(part))
        if name == getattr(settings, part, None):
            raise wrong_value(variable(part), name, f"it is {AUTO}, or one of {names}")
        raise Misunderstood(
            "“%(name)s” can’t be chosen for %(part)s; %(names)s can be.", at=name, name=name, part=part, names=names
        )
    return known[name]


def keeps_events(settings: Settings) -> bool:
    """Whether the embedded store of events is needed: questions are answered from it, or the intake is set up."""
    wanted = bool(settings.intake_keys) or settings.intake_senders is not None or settings.intake_forward is not None
    return wanted or answers_from_own(settings)


def answers_from_own(settings: Settings) -> bool:
    """Whether questions are answered from what the intake keeps, and not by another system."""
    numbers = provider_of("source", settings.source, settings)
    return numbers is None or numbers.name == "local"


def forward_address(settings: Settings) -> str | None:
    """Where the intake sends on what it was sent (see bot.web.tee), or None where it keeps it to itself.

    Raises Misunderstood for what is neither an address nor a provider with an intake.
    """
    forward = settings.intake_forward
    if forward is None or forward.startswith(("https://", "http://")):
        return forward
    able = {name: provider.intake for name, provider in providers().items() if provider.intake}
    if forward not in able:
        raise Misunderstood(
            "REPLAYBOOK_INTAKE_FORWARD is an address or one of: %(names)s.", at=forward, names=", ".join(sorted(able))
        )
    address: IntakeAddress = resolve_name(able[forward])
    return address(settings)


def all_hooks() -> dict[str, Hooks]:
    """What is known of the webhooks of each provider that sends them."""
    return {name: resolve_name(provider.hooks) for name, provider in providers().items() if provider.hooks}


def checks(settings: Settings) -> dict[str, Check]:
    """What the doctor looks at in the providers that are set up, by the provider's title and the check's name."""
    by_name: dict[str, Check] = {}
    for provider in providers().values():
        if provider.doctor:
            doctor: Doctor = resolve_name(provider.doctor)
            by_name |= {f"{provider.title} {name}": check for name, check in doctor(settings).items()}
    return by_name
