"""Policies: who may ask, clip, use the notebook, answer, change settings and set watches.

The installation's file bounds what channels allow: whoever does something must be allowed by both.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bot.kernel.errors import Misunderstood

Who = tuple[str, ...]
"""User groups (S…), people (U… or W…) and words: `everyone`, `admins` (of the workspace), `nobody`."""
EVERYONE, ADMINS, NOBODY = "everyone", "admins", "nobody"


class Right(StrEnum):
    ASK = "ask"
    CLIP = "clip"
    NOTEBOOK = "notebook"
    ANSWER = "answer"
    SETTINGS = "settings"
    WATCH = "watch"


class Policy(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Nobody named is everyone; of `answer`, whoever was asked, their group and their deputies.

    `answer` names who may answer on behalf of those. None is what the other policy says, and no clips where neither
    says anything.
    """

    ask: Who = ()
    clip: Who = ()
    notebook: Who = ()
    answer: Who = ()
    settings: Who = ()
    watch: Who = ()
    clips_in_shared_channels: bool | None = None
    clips_for_guests: bool | None = None

    def of(self, right: Right) -> Who:
        who: Who = getattr(self, right.value)
        return who

    @property
    def contradiction(self) -> Right | None:
        """The first right that is nobody's and somebody's."""
        return next((right for right in Right if NOBODY in self.of(right) and len(set(self.of(right))) > 1), None)


class InstallationPolicies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says: for every channel, and for some by their ids, which replaces single fields of the former."""

    default: Policy = Policy()
    channels: Mapping[str, Policy] = {}

    def of(self, channel: str) -> Policy:
        special = self.channels.get(channel)
        if special is None:
            return self.default
        changed = {name: value for name, value in msgspec.structs.asdict(special).items() if value not in ((), None)}
        return msgspec.structs.replace(self.default, **changed)

    @classmethod
    def load(cls, path: Path | None) -> InstallationPolicies:
        """Blocking. Without a file nothing is restricted. Raises Misunderstood that says what is wrong with it."""
        if path is None:
            return cls()
        try:
            content: Any = yaml.safe_load(path.read_text("utf-8"))
            policies = msgspec.convert(content or {}, cls)
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or "it is no text"
            raise Misunderstood("%(file)s can’t be read: %(why)s.", file=path, why=why) from None
        except (yaml.YAMLError, RecursionError):
            raise Misunderstood("%(file)s is not YAML.", file=path) from None
        except msgspec.ValidationError as error:
            raise Misunderstood("%(file)s isn’t right: %(why)s.", file=path, why=str(error)) from None
        _check_names(path, policies)
        return policies


def _check_names(path: Path, policies: InstallationPolicies) -> None:
    for policy in (policies.default, *policies.channels.values()):
        if right := policy.contradiction:
            sentence = "%(file)s names nobody and others for “%(right)s”; leave one of them out."
            raise Misunderstood(sentence, file=path, right=right)
        for name in (name for right in Right for name in policy.of(right)):
            if name not in {EVERYONE, ADMINS, NOBODY} and not is_id(name):
                raise Misunderstood(
                    "%(file)s names “%(name)s”, which is no id of a group or person, and none of everyone, admins and "
                    "nobody.",
                    file=path,
                    name=name,
                )


def is_id(name: str) -> bool:
    return name[:1] in {"S", "U", "W"} and name.isalnum() and name.upper() == name and len(name) > 3
