"""The settings that belong to no provider. They are read once, at the roof, together with those of every provider."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

import msgspec
from msgspec import Meta

from bot.kernel.setting_rules import check_values
from bot.kernel.setting_values import passwords
from bot.kernel.settings_table import VARIABLE, ProviderSettings, Secret
from bot.kernel.settings_web import WebSettings

P = TypeVar("P", bound=ProviderSettings)


class Settings(WebSettings, frozen=True, kw_only=True):
    """What an operator can set that belongs to no provider, and with it the settings of every provider."""

    data: Annotated[Path, Meta(description="Folder for everything that is kept on disk.")] = Path(".replaybook")
    files: Annotated[
        str,
        Meta(
            description="Where recordings, clips and pictures are: `file:` for REPLAYBOOK_DATA, `file:/path` for "
            "another folder, or `s3://bucket/prefix` (needs the extra `s3`); see docs/files.md."
        ),
    ] = "file:"
    files_endpoint: Annotated[
        str | None,
        Meta(description="Address of the object store; without it, Amazon's.", extra={VARIABLE: "AWS_ENDPOINT_URL"}),
    ] = None
    files_region: Annotated[
        str | None, Meta(description="Region of the bucket, else us-east-1.", extra={VARIABLE: "AWS_REGION"})
    ] = None
    files_key: Annotated[
        Secret | None,
        Meta(
            description="Key of the object store; without it, the machine's role.",
            extra={VARIABLE: "AWS_ACCESS_KEY_ID"},
        ),
    ] = None
    files_secret: Annotated[
        Secret | None, Meta(description="The secret of this key.", extra={VARIABLE: "AWS_SECRET_ACCESS_KEY"})
    ] = None
    files_token: Annotated[
        Secret | None,
        Meta(description="The token of a key that is lent for a while.", extra={VARIABLE: "AWS_SESSION_TOKEN"}),
    ] = None
    redis_url: Annotated[
        Secret | None,
        Meta(
            description="Redis 7 or Valkey to use; without it the bot starts a private one. See docs/replicas.md.",
            extra={VARIABLE: "REDIS_URL"},
        ),
    ] = None
    database_url: Annotated[
        Secret | None,
        Meta(
            description="PostgreSQL 14 or newer for the records that people's work depends on; without it they are "
            "in Redis. Needs the extra `postgres`; see docs/postgres.md.",
            extra={VARIABLE: "DATABASE_URL"},
        ),
    ] = None
    database_connections: Annotated[
        int, Meta(ge=1, le=500, description="Most connections of a process to PostgreSQL; work waits for one.")
    ] = 10
    migrate_at_start: Annotated[
        bool, Meta(description="Whether a process that starts does first what `replaybook migrate` does.")
    ] = False
    host: Annotated[str, Meta(description="Address the bot's web server listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Its port; 0 takes any free one.")] = 8400
    public_url: Annotated[
        str | None,
        Meta(
            description="Address people reach the bot at, for links in messages; it may have a path, as /replaybook.",
            pattern="^https?://",
        ),
    ] = None
    slack_api_url: Annotated[
        str | None, Meta(description="Base address of Slack's Web API; without it, Slack.", pattern="^https?://")
    ] = None
    slack_bot_token: Annotated[
        Secret | None, Meta(description="Bot token of the Slack app (xoxb-...).", extra={VARIABLE: "SLACK_BOT_TOKEN"})
    ] = None
    slack_signing_secret: Annotated[
        Secret | None,
        Meta(description="Signing secret, for events over HTTP.", extra={VARIABLE: "SLACK_SIGNING_SECRET"}),
    ] = None
    slack_app_token: Annotated[
        Secret | None, Meta(description="App token, for Socket Mode (xapp-...).", extra={VARIABLE: "SLACK_APP_TOKEN"})
    ] = None
    slack_client_id: Annotated[
        str | None, Meta(description="Client ID of the Slack app, for OAuth.", extra={VARIABLE: "SLACK_CLIENT_ID"})
    ] = None
    slack_client_secret: Annotated[
        Secret | None,
        Meta(description="Client secret of the Slack app, for OAuth.", extra={VARIABLE: "SLACK_CLIENT_SECRET"}),
    ] = None
    token_keys: Annotated[
        tuple[Secret, ...],
        Meta(
            description="Keys that encrypt the tokens of workspaces, with commas, the newest first; with one of them "
            "any workspace can install the app. Needs the extra `oauth`; see docs/installs.md."
        ),
    ] = ()
    install_teams: Annotated[
        tuple[str, ...],
        Meta(
            description="Ids of the workspaces and organizations that may install the app, with commas; none: any "
            "whose administrator opens the install page."
        ),
    ] = ()
    source: Annotated[
        str,
        Meta(description="Provider of signals and replays; `auto` is the outside system that is set up, else `local`."),
    ] = "auto"
    notebooks: Annotated[
        str,
        Meta(
            description="Provider that keeps post-mortems; `auto` is the outside system that is set up, else `local`."
        ),
    ] = "auto"
    tracker: Annotated[
        str,
        Meta(description="Provider of tickets for features whose tracker owners.yaml doesn't name; `auto` as above."),
    ] = "auto"
    trackers: Annotated[
        tuple[Annotated[str, Meta(pattern="^[TE][A-Z0-9]+=[a-z0-9_]+$")], ...],
        Meta(description="Providers of tickets of single workspaces, with commas: `T0123=github,T0456=jira`."),
    ] = ()
    tracker_project: Annotated[
        str, Meta(description="Project of tickets for features that owners.yaml doesn't name.")
    ] = ""
    team_settings: Annotated[
        Path | None,
        Meta(description="File that says what holds in which workspace; see docs/workspaces.md."),
    ] = None
    browser: Annotated[
        str | None, Meta(description="Path of a Chromium to render clips with; without it one is looked for.")
    ] = None
    browser_sandbox: Annotated[
        Literal["auto", "on", "off"], Meta(description="Chromium's sandbox; `auto` is on unless run as root.")
    ] = "auto"
    owners: Annotated[Path, Meta(description="File that says who owns which feature.")] = Path("owners.yaml")
    fix_checks: Annotated[
        tuple[Annotated[str, Meta(pattern="^[1-9][0-9]{0,3}[mhd]$")], ...],
        Meta(
            min_length=1, description="How long after a fix its numbers are compared: `30m`, `2h`, `3d`, with commas."
        ),
    ] = ("1h", "24h", "7d")
    watch_minutes: Annotated[
        int, Meta(ge=1, le=60, description="Minutes between two looks at a watch or a live answer.")
    ] = 5
    watch_days: Annotated[int, Meta(ge=1, le=90, description="Days after which a watch ends by itself.")] = 30
    watches_per_channel: Annotated[int, Meta(ge=1, le=15, description="Most watches of one channel.")] = 10
    watches_per_team: Annotated[int, Meta(ge=1, le=1000, description="Most watches of all channels together.")] = 50
    watch_questions: Annotated[
        int, Meta(ge=1, le=500, description="Most looks at watches and live answers in a minute; the rest waits.")
    ] = 20
    live_hours: Annotated[int, Meta(ge=1, le=24, description="Hours for which an answer can be kept live.")] = 4
    postmortem_templates: Annotated[
        tuple[Annotated[str, Meta(pattern="^[0-5]=[a-z0-9][a-z0-9_-]*$")], ...],
        Meta(description="Templates of post-mortems by severity, with commas: `1=full,4=lightweight`; else `full`."),
    ] = ()
    postmortem_folder: Annotated[
        Path | None, Meta(description="Folder with post-mortem templates of your own; see docs/postmortems.md.")
    ] = None
    intake_keys: Annotated[
        tuple[Secret, ...],
        Meta(
            description="Keys that senders of events must show, or their digests (`sha256:…`), with commas; without "
            "any key, only this machine may send, and only where REPLAYBOOK_HOST and REPLAYBOOK_PUBLIC_URL are its own."
        ),
    ] = ()
    intake_senders: Annotated[
        Path | None,
        Meta(description="File with the keys, pages, rates and quotas of each sender; see docs/intake.md."),
    ] = None
    intake_forward: Annotated[
        str | None,
        Meta(description="Where the intake sends on what Datadog's SDK sends: `datadog` for DD_SITE, or an address."),
    ] = None
    presets: Annotated[
        tuple[str, ...],
        Meta(description="Phrases for a facet and its value, with commas: `paying users=plan:paid`."),
    ] = ()
    policies: Annotated[Path | None, Meta(description="File that says who may do what; see docs/policies.md.")] = None
    audit_days: Annotated[int, Meta(ge=1, le=3650, description="Days that the audit log is kept; docs/audit.md.")] = 365
    allowed_assets: Annotated[
        tuple[str, ...], Meta(description="Origins that pictures and styles in a recording may be fetched from.")
    ] = ()
    shutdown_wait_s: Annotated[
        float,
        Meta(
            ge=0,
            le=60,
            description="Seconds that a process which was told to end goes on serving while /readyz says 503, for "
            "balancers to see it.",
        ),
    ] = 0.0
    log_format: Annotated[
        Literal["auto", "console", "json"], Meta(description="`auto` is console on a terminal and JSON elsewhere.")
    ] = "auto"
    traces_base: Annotated[
        str | None,
        Meta(
            description="Base address of an OTLP receiver (HTTP) for traces, as of every OpenTelemetry program; other "
            "`OTEL_…` variables count, too. Needs the extra `otel`; see docs/operations.md.",
            extra={VARIABLE: "OTEL_EXPORTER_OTLP_ENDPOINT"},
            pattern="^https?://",
        ),
    ] = None
    traces_endpoint: Annotated[
        str | None,
        Meta(
            description="Whole address for traces, instead.",
            extra={VARIABLE: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"},
            pattern="^https?://",
        ),
    ] = None
    traces_headers: Annotated[
        Secret | None,
        Meta(
            description="Headers for the receiver, such as its key: `name=value`, with commas.",
            extra={VARIABLE: "OTEL_EXPORTER_OTLP_HEADERS"},
        ),
    ] = None
    default_locale: Annotated[
        str,
        Meta(
            description="Language for people whose Slack profile gives none: `en` or `ko`; a week of `en-US` begins on "
            "Sunday."
        ),
    ] = "en"
    default_zone: Annotated[str, Meta(description="Time zone for people whose Slack profile gives none.")] = "UTC"
    clock_ahead_s: Annotated[
        float,
        Meta(
            ge=-1_000_000_000,
            le=1_000_000_000,
            description="Seconds that the bot's clock is ahead of the system's, for demonstrations and tests.",
        ),
    ] = 0.0
    retention_days: Annotated[int, Meta(ge=1, le=3650, description="Days that recordings and events are kept.")] = 30
    clip_width: Annotated[int, Meta(ge=200, le=1920, description="Width of a clip in pixels.")] = 800
    clip_fps: Annotated[int, Meta(ge=1, le=30, description="Frames a second of a clip.")] = 10
    clip_max_bytes: Annotated[int, Meta(ge=50_000, le=1_000_000_000, description="Most bytes a clip may have.")] = (
        4_000_000
    )
    clip_loops: Annotated[int, Meta(ge=0, le=100, description="How often a GIF plays; 0 is for ever.")] = 3
    clip_camera: Annotated[
        bool, Meta(description="Whether clips go close to what was clicked and to what appears; else the whole page.")
    ] = True
    clip_seconds: Annotated[int, Meta(ge=2, le=60, description="Most seconds a clip lasts.")] = 15

    providers: tuple[ProviderSettings, ...] = ()
    """As `bot.providers.registry` reads them; of a provider that isn't here everything is at its default."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings that belong to no provider. Raises Misunderstood naming the variable."""
        settings = super().from_env(environ)
        check_values(settings)
        return settings

    def of(self, kind: type[P]) -> P:
        """The settings of one provider."""
        return next((settings for settings in self.providers if isinstance(settings, kind)), kind())

    def with_provider(self, settings: ProviderSettings) -> Self:
        """The same settings but for those of this provider."""
        others = (each for each in self.providers if type(each) is not type(settings))
        return msgspec.structs.replace(self, providers=(*others, settings))

    def to_env(self) -> dict[str, str]:
        """The variables of all settings that are not at their default, those of providers included."""
        own = super().to_env()
        return own | {name: text for settings in self.providers for name, text in settings.to_env().items()}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, those of providers included, for the log to remove."""
        return (
            *super().secrets,
            *passwords(self.redis_url or ""),  # errors name an address without them, or one alone
            *passwords(self.database_url or ""),
            *(secret for settings in self.providers for secret in settings.secrets),
        )


def variable(name: str) -> str:
    """The environment variable of a setting that belongs to no provider."""
    return Settings.variable(name)


__all__ = ["Secret", "Settings", "variable"]
