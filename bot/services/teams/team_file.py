"""The file in which whoever runs the bot says what holds in which workspace: REPLAYBOOK_TEAM_SETTINGS."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bot.backlog.owners import Owners
from bot.kernel.errors import Misunderstood
from bot.kernel.locale import LANGUAGES
from bot.services.teams.team_settings import FIELDS, LONGEST_DAYS, OWN, PROVIDED, TeamRules

TEAM = re.compile(r"[TE][A-Z0-9]{2,30}")


class TeamFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For every workspace, and for some by their ids, which replaces single fields of the former."""

    default: TeamRules = TeamRules()
    teams: Mapping[str, TeamRules] = {}


@dataclass(frozen=True, slots=True)
class InstallationRules:
    """The file as it was at the start, with the owners that it names."""

    file: TeamFile = field(default_factory=TeamFile)
    owners: Mapping[str, Owners] = field(default_factory=dict)

    def of(self, team: str) -> TeamRules:
        special = self.file.teams.get(team)
        if special is None:
            return self.file.default
        changed = {name: value for name in FIELDS if (value := getattr(special, name)) not in ("", (), 0)}
        return msgspec.structs.replace(self.file.default, **changed)

    def names(self, part: str) -> frozenset[str]:
        """Returns the providers that are named for a part in any workspace."""
        return frozenset(name for rules in _each(self.file) for name in _names(rules, part))

    @property
    def trackers(self) -> frozenset[str]:
        """Returns the trackers that are named, also by the features of owners."""
        return self.names("tracker").union(*(owners.trackers for owners in self.owners.values()))

    @classmethod
    def load(
        cls, path: Path | None, known: Mapping[str, Collection[str]], trackers: Mapping[str, str]
    ) -> InstallationRules:
        """Blocking. `known` has the names of providers by part, `trackers` those of REPLAYBOOK_TRACKERS by workspace.

        Raises Misunderstood that says what is wrong with the file.
        """
        file = _read(path) if path else TeamFile()
        teams = dict(file.teams)
        for team, name in trackers.items():
            rules = teams.get(team, TeamRules())
            teams[team] = rules if rules.tracker else msgspec.structs.replace(rules, tracker=name)
        if path is None:
            return cls(TeamFile(teams=teams))
        for at, rules in (("default", file.default), *file.teams.items()):
            _check(path, at, rules, known)
        places = {rules.owners for rules in _each(file) if rules.owners}
        owners = {place: _owners(path, place, known["tracker"]) for place in sorted(places)}
        return cls(TeamFile(file.default, teams), owners)


def _each(file: TeamFile) -> Iterator[TeamRules]:
    yield file.default
    yield from file.teams.values()


def _names(rules: TeamRules, part: str) -> tuple[str, ...]:
    value: str | tuple[str, ...] = getattr(rules, part)
    return value if isinstance(value, tuple) else (value,) if value else ()


def _read(path: Path) -> TeamFile:
    try:
        content: Any = yaml.safe_load(path.read_text("utf-8"))
        return msgspec.convert(content or {}, TeamFile)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise Misunderstood("%(file)s can’t be read: %(why)s.", file=path, why=why) from None
    except (yaml.YAMLError, RecursionError):
        raise Misunderstood("%(file)s is not YAML.", file=path) from None
    except msgspec.ValidationError as error:
        raise Misunderstood("%(file)s isn’t right: %(why)s.", file=path, why=str(error)) from None


def _check(path: Path, at: str, rules: TeamRules, known: Mapping[str, Collection[str]]) -> None:
    """Raises Misunderstood."""
    if at != "default" and not TEAM.fullmatch(at):
        raise _wrong(path, at, "it is no id of a workspace (T…) or an organization (E…)")
    for part in PROVIDED:
        for name in _names(rules, part):
            if name not in known[part]:
                raise _wrong(path, f"{at}.{part}", f"there is no “{name}”; there are {', '.join(known[part])}")
    if rules.language and rules.language not in {OWN, *LANGUAGES}:
        raise _wrong(path, f"{at}.language", f"it is one of {', '.join((OWN, *LANGUAGES))}")
    if not 0 <= rules.retention_days <= LONGEST_DAYS:
        raise _wrong(path, f"{at}.retention_days", f"it is a number of days from 1 to {LONGEST_DAYS}")


def _owners(path: Path, place: str, trackers: Collection[str]) -> Owners:
    """The owners of a file beside this one. Raises Misunderstood, also where there is none."""
    file = path.parent / place
    if not file.is_file():
        raise _wrong(path, "owners", f"there is no file {file}")
    return Owners.load(file, trackers)


def _wrong(path: Path, place: str, why: str) -> Misunderstood:
    return Misunderstood("%(file)s isn’t right at %(place)s: %(why)s.", file=path, place=place, why=why)
