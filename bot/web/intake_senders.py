"""Who may send to the intake: keys of senders, and the pages that each of them sends from.

Keys come from `REPLAYBOOK_INTAKE_KEYS`, and by sender from the file that `REPLAYBOOK_INTAKE_SENDERS` names. Only their
digests are held. A key is a long random text (`replaybook intake-key` makes one), so that SHA-256 suffices.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bot.kernel.errors import Misunderstood

HASHED = "sha256:"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FIELDS = {"name", "keys", "origins", "per_minute", "mb_per_day"}


@dataclass(frozen=True, slots=True)
class IntakeSender:
    """`keys` are digests by name. Without origins any page may send; `per_minute` and `mb_per_day` are None for no end.

    `per_minute` counts deliveries, `mb_per_day` megabytes as they are sent, a day in UTC.
    """

    name: str
    keys: Mapping[str, str] = field(default_factory=dict)
    origins: tuple[str, ...] = ()
    per_minute: int | None = None
    mb_per_day: float | None = None

    def knows(self, digest: str) -> bool:
        known = [hmac.compare_digest(digest, key) for key in self.keys.values()]  # all, whatever the first says
        return any(known)

    def takes_from(self, origin: str | None) -> bool:
        """Whether a page of this origin may send. A browser always says which origin it is."""
        return not self.origins or (bool(origin) and any(_matches(str(origin), each) for each in self.origins))


def digest_of(key: str) -> str:
    return HASHED + sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def new_key() -> str:
    """Returns a key of 256 bits."""
    return secrets.token_urlsafe(32)


def _matches(origin: str, pattern: str) -> bool:
    """`https://*.shop.example` stands for every host below shop.example, and not for that one itself."""
    if "*" not in pattern:
        return origin.lower() == pattern
    scheme, _, rest = pattern.partition("*")
    return origin.lower().startswith(scheme) and origin.lower().endswith(rest) and len(origin) > len(scheme + rest)


def of_settings(keys: Sequence[str]) -> tuple[IntakeSender, ...]:
    """The one sender of `REPLAYBOOK_INTAKE_KEYS`, each a key or its digest."""
    if not keys:
        return ()
    digests = (key if _DIGEST.fullmatch(key) else digest_of(key) for key in keys)
    return (IntakeSender("default", {str(number): each for number, each in enumerate(digests, 1)}),)


def read_senders(path: Path) -> tuple[IntakeSender, ...]:
    """Blocking. Raises Misunderstood that names the sender and the field."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise Misunderstood("%(file)s can’t be read: %(why)s.", file=path, why=why) from None
    except (yaml.YAMLError, RecursionError):
        raise Misunderstood("%(file)s is not YAML.", file=path) from None
    rows = content.get("senders") if isinstance(content, dict) and set(content) == {"senders"} else None
    if not isinstance(rows, list) or not rows:
        raise _wrong(path, "the file", "it needs a list called senders, and nothing else")
    senders = tuple(_sender(path, row, f"senders[{at}]") for at, row in enumerate(rows))
    _check_unique(path, senders)
    return senders


def _check_unique(path: Path, senders: Sequence[IntakeSender]) -> None:
    names = [sender.name for sender in senders]
    digests = [key for sender in senders for key in sender.keys.values()]
    for name in names:
        if names.count(name) > 1 or name == "default":
            raise _wrong(path, name, "this name is taken")
    if len(set(digests)) < len(digests):
        raise _wrong(path, "keys", "one is there twice")


def _sender(path: Path, row: Any, at: str) -> IntakeSender:
    if not isinstance(row, dict):
        raise _wrong(path, at, "it needs a name and keys")
    name = row.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _wrong(path, f"{at}.name", "it needs letters, digits, dots and hyphens, 64 at most")
    if unknown := sorted(map(str, set(row) - _FIELDS)):
        raise _wrong(path, name, f"“{unknown[0]}” is no field of a sender")
    return IntakeSender(
        name,
        _keys(path, name, row.get("keys")),
        _origins(path, name, row.get("origins", [])),
        _number(path, f"{name}.per_minute", row.get("per_minute"), whole=True),
        _number(path, f"{name}.mb_per_day", row.get("mb_per_day")),
    )


def _keys(path: Path, name: str, keys: Any) -> dict[str, str]:
    """A key in clear text is refused: the file needs none."""
    if not isinstance(keys, dict) or not keys:
        raise _wrong(path, f"{name}.keys", "it needs a digest for each name of a key")
    for key, digest in keys.items():
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise _wrong(path, f"{name}.keys.{key}", "it must be a digest, which `replaybook intake-key` makes")
    return {str(key): digest for key, digest in keys.items()}


def _origins(path: Path, name: str, origins: Any) -> tuple[str, ...]:
    at, why = f"{name}.origins", "an origin looks like https://shop.example or https://*.shop.example"
    if not isinstance(origins, list):
        raise _wrong(path, at, why)
    return tuple(_origin(each) or _refuse(path, at, why) for each in origins)


def _refuse(path: Path, at: str, why: str) -> str:
    raise _wrong(path, at, why)


def _origin(text: Any) -> str:
    """As browsers write it, without the port that its scheme has anyway; empty for what is none."""
    try:
        parts = urlsplit(text.lower()) if isinstance(text, str) else None
        port = parts.port if parts else None
    except ValueError:
        return ""
    if not parts or parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        return ""
    host = parts.hostname.removeprefix("*.")
    if parts.path or parts.query or parts.fragment or "*" in host:
        return ""
    shown = "" if port in {None, 443 if parts.scheme == "https" else 80} else f":{port}"
    bracketed = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{bracketed}{shown}"


def _number(path: Path, at: str, value: Any, *, whole: bool = False) -> Any:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or not 0 < value < 1e9:
        raise _wrong(path, at, "it must be a number above 0")
    return value


def _wrong(path: Path, at: str, why: str) -> Misunderstood:
    return Misunderstood("%(file)s isn’t right at %(place)s: %(why)s.", file=path, place=at, why=why)
