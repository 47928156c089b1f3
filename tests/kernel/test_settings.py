"""Settings come from the environment; a wrong value is one sentence that names the variable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, ClassVar, get_args, get_type_hints
from unittest.mock import Mock

import pytest
from msgspec import Meta

from bot.app.base import public_address
from bot.kernel import settings_table
from bot.kernel.errors import Misunderstood
from bot.kernel.setting_values import is_base
from bot.kernel.settings import Secret, Settings
from bot.kernel.settings_table import VARIABLE, ProviderSettings, SettingsTable
from bot.providers.registry import providers, read_settings
from scripts.settings_page import PAGE, page


def test_nothing_has_to_be_set() -> None:
    settings = Settings.from_env({})
    assert (settings.host, settings.port, settings.data) == ("127.0.0.1", 8400, Path(".replaybook"))
    assert settings.redis_url is None
    assert settings.secrets == ()


def test_values_are_read_in_their_types() -> None:
    settings = Settings.from_env(
        {
            "REPLAYBOOK_PORT": "0",
            "REPLAYBOOK_DATA": "/srv/bot",
            "REPLAYBOOK_INTAKE_KEYS": "one, two,",
            "REPLAYBOOK_ALLOWED_ASSETS": "https://cdn.example",
            "REPLAYBOOK_BROWSER_SANDBOX": "off",
            "REPLAYBOOK_DEFAULT_ZONE": "Asia/Seoul",
            "REPLAYBOOK_CLOCK_AHEAD_S": "-3600",
            "REPLAYBOOK_SLACK_API_URL": "http://127.0.0.1:1/api/",
            "REDIS_URL": "rediss://:hidden@redis.example/0",
            "SLACK_BOT_TOKEN": "null",
        }
    )
    assert (settings.port, settings.data, settings.browser_sandbox) == (0, Path("/srv/bot"), "off")
    assert settings.intake_keys == ("one", "two")
    assert settings.allowed_assets == ("https://cdn.example",)
    assert settings.slack_bot_token == "null"
    assert settings.default_zone == "Asia/Seoul"
    assert settings.clock_ahead_s == -3600.0


def test_the_types_of_a_table_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For more than a hundred fields that takes a millisecond, and every field asks."""
    settings_table._types.cache_clear()
    work_out = Mock(side_effect=get_type_hints)
    monkeypatch.setattr(settings_table, "get_type_hints", work_out)
    for _ in range(2):
        assert Settings.from_env({"REPLAYBOOK_PORT": "1"}).to_env() == {"REPLAYBOOK_PORT": "1"}
    work_out.assert_called_once()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_env({"REPLAYBOOK_PORT": " ", "SLACK_BOT_TOKEN": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("REPLAYBOOK_PORT", "http", "it is a whole number from 0 to 65535."),
        ("REPLAYBOOK_PORT", "65536", "it is a whole number from 0 to 65535."),
        ("REPLAYBOOK_CLIP_SECONDS", "61", "from 2 to 60"),
        ("REPLAYBOOK_SHUTDOWN_WAIT_S", "long", "it is a number from 0 to 60."),
        ("REPLAYBOOK_MIGRATE_AT_START", "soon", "it is true or false."),
        ("REPLAYBOOK_BROWSER_SANDBOX", "maybe", "it is auto, on or off."),
        ("REPLAYBOOK_DEFAULT_ZONE", "Asia/Atlantis", "no such time zone"),
        ("REPLAYBOOK_DEFAULT_ZONE", "../../etc/passwd", "no such time zone"),
        ("REPLAYBOOK_DEFAULT_LOCALE", "klingon", "it is one of en, ko, alone or with a territory as in en-US."),
        ("REPLAYBOOK_DEFAULT_LOCALE", "fr-FR", "it is one of en, ko,"),
        ("REPLAYBOOK_PUBLIC_URL", "bot.example", "it begins with https:// or http://."),
        ("REPLAYBOOK_RETENTION_DAYS", "0", "it is a whole number from 1 to 3650."),
        ("REPLAYBOOK_CLOCK_AHEAD_S", "an hour", "it is a number from -1000000000 to 1000000000."),
        ("REPLAYBOOK_FIX_CHECKS", "1h, soon", "`30m`, `2h`, `3d`, with commas."),
        ("REPLAYBOOK_FIX_CHECKS", ",", "`30m`, `2h`, `3d`, with commas."),
    ],
)
def test_a_wrong_value_is_one_sentence_with_the_variable(name: str, value: str, why: str) -> None:
    with pytest.raises(Misunderstood) as caught:
        Settings.from_env({name: value})
    assert caught.value.sentence.startswith(f"{name} can’t be “{value}”")
    assert why in caught.value.sentence
    assert "\n" not in caught.value.sentence


def test_no_refusal_of_a_value_speaks_of_types_and_patterns() -> None:
    """Of all settings, those of providers included, with a text that most of them refuse."""
    refused = []
    tables: list[type[SettingsTable]] = [Settings, *(provider.settings for provider in providers().values())]
    for table in tables:
        for name, _, _ in table.table():
            try:
                table.from_env({name: "no, such value!"})
            except Misunderstood as error:
                refused.append(error.sentence)
    assert len(refused) > 20
    spoken = re.compile(r"`?(str|int|float|bool|array)`?\b|regex|enum|\^|[<>]=|None")
    assert [sentence for sentence in refused if spoken.search(sentence)] == []
    assert all(sentence.endswith(".") and not sentence.endswith("..") for sentence in refused)


def test_secrets_are_hidden_in_the_repr_and_known_to_the_log() -> None:
    settings = Settings.from_env({"SLACK_BOT_TOKEN": "xoxb-1", "REPLAYBOOK_INTAKE_KEYS": "k1,k2", "REDIS_URL": "r://p"})
    for value in ("xoxb-1", "k1", "k2", "r://p"):
        assert value in settings.secrets
        assert value not in repr(settings)
    assert repr(Secret("x")) == "Secret(***)"


class ShopSettings(ProviderSettings, frozen=True, kw_only=True):
    """Of an outside system that exists in this test alone."""

    prefix: ClassVar[str] = "REPLAYBOOK_SHOP_"

    token: Annotated[Secret | None, Meta(description="A token.", extra={VARIABLE: "SHOP_TOKEN"})] = None
    projects: Annotated[tuple[str, ...], Meta(description="Projects, with commas.")] = ()
    tries: Annotated[int, Meta(ge=1, description="How often to try.")] = 3


def test_settings_of_a_provider_are_read_under_its_prefix_or_a_settled_name() -> None:
    shop = ShopSettings.from_env({"SHOP_TOKEN": "t-1", "REPLAYBOOK_SHOP_PROJECTS": "A, B", "REPLAYBOOK_TRIES": "9"})
    assert shop == ShopSettings(token=Secret("t-1"), projects=("A", "B"))
    assert ShopSettings.table() == [
        ("SHOP_TOKEN", "", "A token."),
        ("REPLAYBOOK_SHOP_PROJECTS", "", "Projects, with commas."),
        ("REPLAYBOOK_SHOP_TRIES", "3", "How often to try."),
    ]
    with pytest.raises(Misunderstood, match="REPLAYBOOK_SHOP_TRIES can’t be “0”"):
        ShopSettings.from_env({"REPLAYBOOK_SHOP_TRIES": "0"})


def test_settings_carry_those_of_providers_and_their_secrets() -> None:
    settings = Settings(slack_bot_token=Secret("xoxb-1")).with_provider(ShopSettings(token=Secret("t-1")))
    assert settings.of(ShopSettings).token == "t-1"
    assert settings.with_provider(ShopSettings(tries=7)).of(ShopSettings) == ShopSettings(tries=7)
    assert Settings().of(ShopSettings) == ShopSettings()
    assert {"xoxb-1", "t-1"} <= set(settings.secrets)
    assert "t-1" not in repr(settings)


def test_another_process_reads_the_same_from_the_environment_it_is_given() -> None:
    settings = Settings(
        data=Path("/srv/bot"), port=0, intake_keys=(Secret("k1"), Secret("k2")), slack_bot_token=Secret("xoxb-1")
    ).with_provider(ShopSettings(projects=("A", "B"), token=Secret("t-1")))
    environ = settings.to_env()
    assert environ["SLACK_BOT_TOKEN"] == "xoxb-1"
    assert "REPLAYBOOK_HOST" not in environ
    read = Settings.from_env(environ)
    assert read.with_provider(ShopSettings.from_env(environ)) == settings


def test_every_setting_is_documented_those_of_providers_too() -> None:
    """When this fails: `python -m scripts.settings_page`."""
    assert PAGE.read_text() == page()
    kinds: list[type[SettingsTable]] = [Settings, *(provider.settings for provider in providers().values())]
    for kind in kinds:
        for variable, default, description in kind.table():
            shown = f"`{default}`" if default else "none"
            assert f"| `{variable}` | {shown} | {description} |" in PAGE.read_text()


def test_every_number_has_an_end_in_both_directions() -> None:
    """A number without one is a traceback where days or seconds are reckoned with it."""
    tables: list[type[SettingsTable]] = [Settings, *(provider.settings for provider in providers().values())]
    for table in tables:
        for name, hint in settings_table._types(table).items():
            if get_args(hint)[0] not in (int, float):
                continue
            for text in ("1" + "0" * 15, "-1" + "0" * 15, "inf", "nan"):
                with pytest.raises(Misunderstood, match=table.variable(name)):
                    table.from_env({table.variable(name): text})


@pytest.mark.parametrize("name", ["SLACK_SIGNING_SECRET", "REPLAYBOOK_INTAKE_KEYS", "REPLAYBOOK_JIRA_WEBHOOK_SECRET"])
@pytest.mark.parametrize("value", ["…", "xoxb-…", "a-real-one, …"])
def test_a_secret_that_is_still_an_example_is_refused_without_its_text(name: str, value: str) -> None:
    with pytest.raises(Misunderstood) as caught:
        read_settings({name: value})
    assert caught.value.sentence == f"{name} still has the “…” of an example; put the value itself there."


@pytest.mark.parametrize(
    "value",
    ["https://user:hunter22@bot.example", "https://bot.example?x=1", "https://bot.example#x",
     "https://", "https://bot.example:port", "https://[::1", "https://bot.example:99999", "https://bot example"],
)  # fmt: skip
def test_the_public_address_is_one_that_others_build_on(value: str) -> None:
    with pytest.raises(Misunderstood) as caught:
        Settings.from_env({"REPLAYBOOK_PUBLIC_URL": value})
    assert caught.value.sentence.startswith("REPLAYBOOK_PUBLIC_URL is the bot’s scheme and host, as")
    assert "hunter22" not in caught.value.sentence


@pytest.mark.parametrize(
    "value",
    [
        "https://bot.example",
        "https://bot.example/below",
        "https://Bot.Example/",
        "http://127.0.0.1:8400",
        "http://[::1]:8400/",
    ],
)
def test_a_public_address_may_have_a_port_and_a_path(value: str) -> None:
    assert Settings.from_env({"REPLAYBOOK_PUBLIC_URL": value}).public_url == value


@pytest.mark.parametrize(
    ("host", "address"), [("127.0.0.1", "http://127.0.0.1:8400"), ("bot-1", "http://bot-1:8400"), ("::1", "http://[::1]:8400")]
)  # fmt: skip
def test_a_host_is_part_of_an_address_that_can_be_read(host: str, address: str) -> None:
    assert public_address(Settings(host=host)) == address
    assert is_base(address)


@pytest.mark.parametrize("tag", ["en", "ko", "ko-KR", "en_GB", "EN-us"])
def test_a_language_may_have_a_territory(tag: str) -> None:
    assert Settings.from_env({"REPLAYBOOK_DEFAULT_LOCALE": tag}).default_locale == tag


@pytest.mark.parametrize("name", ["REDIS_URL", "DATABASE_URL", "REPLAYBOOK_EVENTS"])
def test_an_address_that_is_none_still_has_secrets_to_hide(name: str) -> None:
    address = "clickhouse://user:hunter22@[::1"
    assert address in read_settings({name: address}).secrets
