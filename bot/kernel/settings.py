"""Every setting, in one table. Read once from the environment, at the roof."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from bot.kernel.errors import Misunderstood

PREFIX = "REPLAYBOOK_"
# Variables with a name that others (hosts, Slack's own tools) have already settled on.
USUAL_NAMES = {
    "redis_url", "slack_bot_token", "slack_signing_secret", "slack_app_token", "dd_api_key", "dd_app_key", "dd_site",
}  # fmt: skip


class Secret(str):
    """Text that must not be seen: its repr hides it, and the log replaces it (see telemetry)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(***)" if self else "Secret('')"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator can set. The second half of each line is its documentation."""

    data: Annotated[Path, Meta(description="Folder for everything that is kept on disk.")] = Path(".replaybook")
    redis_url: Annotated[
        Secret | None, Meta(description="Redis 7 or Valkey to use; without it the bot starts a private one.")
    ] = None
    host: Annotated[str, Meta(description="Address the bot's web server listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Its port; 0 takes any free one.")] = 8400
    public_url: Annotated[
        str | None, Meta(description="Address people reach the bot at, for links in messages.", pattern="^https?://")
    ] = None
    slack_api_url: Annotated[
        str | None, Meta(description="Base address of Slack's Web API; without it, Slack.", pattern="^https?://")
    ] = None
    slack_bot_token: Annotated[Secret | None, Meta(description="Bot token of the Slack app (xoxb-...).")] = None
    slack_signing_secret: Annotated[Secret | None, Meta(description="Signing secret, for events over HTTP.")] = None
    slack_app_token: Annotated[Secret | None, Meta(description="App token, for Socket Mode (xapp-...).")] = None
    source: Annotated[
        str,
        Meta(
            description="Where signals and replays come from: `local` or `datadog`; `auto` is Datadog if it has keys."
        ),
    ] = "auto"
    notebooks: Annotated[
        str, Meta(description="Where post-mortems are kept: `local` or `datadog`; `auto` is Datadog if it has keys.")
    ] = "auto"
    tracker: Annotated[
        str, Meta(description="Where tickets are kept: `local` or `datadog`; `auto` is Datadog if it has keys.")
    ] = "auto"
    tracker_project: Annotated[
        str, Meta(description="Project of tickets for features that owners.yaml doesn't name.")
    ] = ""
    dd_api_key: Annotated[Secret | None, Meta(description="API key of the Datadog organization to ask.")] = None
    dd_app_key: Annotated[
        Secret | None, Meta(description="Application key; docs/datadog.md lists its permissions.")
    ] = None
    dd_site: Annotated[str, Meta(description="Datadog's site.", pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")] = (
        "datadoghq.com"
    )
    datadog_url: Annotated[
        str | None, Meta(description="Base address of Datadog's API; without it, the site's.", pattern="^https?://")
    ] = None
    datadog_app_url: Annotated[
        str | None,
        Meta(
            description="Where people open Datadog, as https://acme.datadoghq.com; without it, the site's address.",
            pattern="^https?://",
        ),
    ] = None
    datadog_incidents: Annotated[
        tuple[str, ...], Meta(description="Incidents of channels that Datadog doesn't know: `C0123=142`, with commas.")
    ] = ()
    browser: Annotated[
        str | None, Meta(description="Path of a Chromium to render clips with; without it one is looked for.")
    ] = None
    browser_sandbox: Annotated[
        Literal["auto", "on", "off"], Meta(description="Chromium's sandbox; `auto` is on unless run as root.")
    ] = "auto"
    owners: Annotated[Path, Meta(description="File that says who owns which feature.")] = Path("owners.yaml")
    intake_keys: Annotated[
        tuple[Secret, ...], Meta(description="Keys that senders of events must show, with commas; none: loopback only.")
    ] = ()
    intake_forward: Annotated[
        str | None,
        Meta(
            description="Where the intake sends on what Datadog's SDK sends: `datadog` for DD_SITE, or an address.",
            pattern="^(datadog|https?://.+)$",
        ),
    ] = None
    presets: Annotated[
        tuple[str, ...],
        Meta(description="Phrases for a facet and its value, with commas: `paying users=plan:paid`."),
    ] = ()
    model_url: Annotated[
        str | None,
        Meta(
            description="OpenAI-compatible API (`https://…/v1`) that offers readings of questions not understood.",
            pattern="^https?://",
        ),
    ] = None
    model_key: Annotated[Secret | None, Meta(description="Key of that API.")] = None
    model: Annotated[str, Meta(description="Name of the model to ask there.")] = ""
    model_sees_names: Annotated[
        bool, Meta(description="Whether names of buttons may be sent to it; they come from your pages.")
    ] = False
    allowed_assets: Annotated[
        tuple[str, ...], Meta(description="Origins that pictures and styles in a recording may be fetched from.")
    ] = ()
    log_format: Annotated[
        Literal["auto", "console", "json"], Meta(description="`auto` is console on a terminal and JSON elsewhere.")
    ] = "auto"
    default_locale: Annotated[str, Meta(description="Language for people whose Slack profile gives none.")] = "en"
    default_zone: Annotated[str, Meta(description="Time zone for people whose Slack profile gives none.")] = "UTC"
    clock_ahead_s: Annotated[
        float, Meta(description="Seconds that the bot's clock is ahead of the system's, for demonstrations and tests.")
    ] = 0.0
    retention_days: Annotated[int, Meta(ge=1, description="Days that recordings and events are kept.")] = 30
    clip_width: Annotated[int, Meta(ge=200, le=1920, description="Width of a clip in pixels.")] = 800
    clip_fps: Annotated[int, Meta(ge=1, le=30, description="Frames a second of a clip.")] = 10
    clip_max_bytes: Annotated[int, Meta(ge=50_000, description="Most bytes a clip may have.")] = 4_000_000
    clip_seconds: Annotated[int, Meta(ge=2, le=30, description="Most seconds a clip lasts.")] = 15

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read the variables of `environ`; an empty one counts as not set. Raises Misunderstood naming the variable."""
        given: dict[str, Any] = {}
        for name, kind in _types().items():
            if (value := environ.get(variable(name), "").strip()) != "":
                given[name] = _value(name, kind, value)
        return cls(**given)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, for the log to remove."""
        values = (getattr(self, field) for field in self.__struct_fields__)
        flat = (item for value in values for item in (value if isinstance(value, tuple) else (value,)))
        known = [str(item) for item in flat if isinstance(item, Secret) and item]
        password = urlsplit(self.redis_url or "").password  # errors tell an address without it, or it alone
        return (*known, *((password, unquote(password)) if password else ()))


def variable(name: str) -> str:
    """The environment variable of a setting: `clip_fps` is REPLAYBOOK_CLIP_FPS."""
    return name.upper() if name in USUAL_NAMES else f"{PREFIX}{name.upper()}"


def table() -> list[tuple[str, str, str]]:
    """(variable, default, description) of every setting, as docs/settings.md shows it."""
    defaults = Settings()
    return [(variable(name), _shown(getattr(defaults, name)), _description(kind)) for name, kind in _types().items()]


def _types() -> dict[str, Any]:
    return get_type_hints(Settings, include_extras=True)


def _description(kind: Any) -> str:
    return next(str(meta.description) for meta in get_args(kind)[1:])


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)


def _value(name: str, kind: Any, text: str) -> Any:
    bare = get_args(kind)[0]
    raw: object = [item.strip() for item in text.split(",") if item.strip()] if get_origin(bare) is tuple else text
    try:
        value = msgspec.convert(raw, _required(kind), strict=False, dec_hook=_own_types)
    except msgspec.ValidationError as error:
        raise _wrong(name, text, str(error)) from None
    if name == "default_zone" and not _is_zone(text):
        raise _wrong(name, text, "there is no such time zone")
    return value


def _wrong(name: str, text: str, why: str) -> Misunderstood:
    """Secrets take any text, so the text is never one."""
    return Misunderstood(f"{variable(name)} can't be “{text}”: {why}.", at=variable(name))


def _is_zone(name: str) -> bool:
    try:
        return ZoneInfo(name).key == name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _required(kind: Any) -> Any:
    """The annotated type without None, so that the text "null" is text."""
    bare, *metas = get_args(kind)
    if get_origin(bare) is UnionType:
        bare = get_args(bare)[0]
    return Annotated[(bare, *metas)]


def _own_types(kind: type, value: Any) -> Any:
    return kind(value)
