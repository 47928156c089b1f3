"""Jira's webhooks, as the stand-in signs and sends them."""

from __future__ import annotations

import msgspec
import pytest

from bot.kernel.errors import Missing, Misunderstood, Unauthorized
from bot.kernel.settings import Secret, Settings
from bot.providers.hooks import HookDelivery, signed
from bot.providers.jira.jira_hooks import HOOKS
from bot.providers.jira.jira_settings import JiraSettings
from standins.jira import jira_changes
from standins.jira.jira_webhooks import JiraDelivery, payload
from standins.jira.jira_world import JiraHook
from tests.providers.jira.jira_house import NOON, a_world

SET_UP = JiraSettings(url="https://acme.atlassian.net", email="bot@example.com", token=Secret("t"))
SIGNED = Settings().with_provider(msgspec.structs.replace(SET_UP, webhook_secret=Secret("hush")))
TOKEN = Settings().with_provider(msgspec.structs.replace(SET_UP, automation_token=Secret("rule")))


def received(hook: JiraHook, **changed: str) -> HookDelivery:
    """A change of the project, so that the key is another one afterwards."""
    world = a_world()
    fields = {"project": {"key": "SHOP"}, "issuetype": {"id": "10004"}, "summary": "Buy"}
    issue = jira_changes.created(world, fields, {})
    jira_changes.moved_project(world, issue, world.projects[1], world.users[1])
    sent = JiraDelivery(
        hook, msgspec.json.encode(payload(world, "jira:issue_updated", issue, issue.changes[-1])), "d-1"
    )
    lower = {name.lower(): value for name, value in sent.headers.items()}
    return HookDelivery(
        "main", lower | {name.replace("_", "-"): value for name, value in changed.items()}, sent.data, NOON
    )


HOOK, RULE = JiraHook("https://bot.example", secret="hush"), JiraHook("https://bot.example", token="rule")


def test_a_signed_webhook_names_the_issue_by_both_of_its_keys() -> None:
    hint = HOOKS.read(SIGNED, received(HOOK))
    assert (hint.id, set(hint.keys)) == ("d-1", {"OPS-1", "SHOP-1"})


def test_a_rule_is_known_by_its_token_and_repeats_are_the_same() -> None:
    delivery = received(RULE)
    first, second = (HOOKS.read(TOKEN, delivery) for _ in range(2))
    assert (set(first.keys), first.id) == ({"OPS-1", "SHOP-1"}, second.id)


@pytest.mark.parametrize(
    ("settings", "delivery"),
    [
        (SIGNED, received(HOOK, x_hub_signature="sha256=" + "0" * 64)),
        (SIGNED, received(HOOK, x_hub_signature="")),
        (SIGNED, received(HOOK, x_hub_signature="ü")),
        (SIGNED, received(HOOK, x_hub_signature="sha256=\udcff")),
        (TOKEN, received(RULE, x_replaybook_token="\udcff")),
        (SIGNED, received(RULE)),
        (TOKEN, received(HOOK)),
        (TOKEN, received(RULE, x_replaybook_token="")),
        (TOKEN, received(RULE, x_replaybook_token="other")),
    ],
)
def test_whatever_is_not_signed_and_has_no_token_is_refused(settings: Settings, delivery: HookDelivery) -> None:
    with pytest.raises(Unauthorized, match="isn’t signed"):
        HOOKS.read(settings, delivery)


@pytest.mark.parametrize("id", ["", "\udcff", "a\x00b", "d" * 201])
def test_an_id_that_cannot_be_kept_is_one_of_the_body_and_repeats_are_the_same(id: str) -> None:
    delivery = received(HOOK, x_atlassian_webhook_identifier=id)
    first, second = (HOOKS.read(SIGNED, delivery).id for _ in range(2))
    assert first == second
    assert len(first) == 64


@pytest.mark.parametrize("key", ["", "SHOP", "SHOP-0", "SHOP\x00-1", "ÄÖ-1", "../admin", "S" * 99 + "-1"])
def test_what_is_no_key_names_nothing(key: str) -> None:
    body = msgspec.json.encode({"issue": {"key": key}, "key": key})
    headers = {"x-hub-signature": f"sha256={signed('hush', body)}"}
    assert HOOKS.read(SIGNED, HookDelivery("main", headers, body, NOON)).keys == ()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"issue": 1}', b"\xff", b"[" * 99_999])
def test_a_signed_body_of_another_form_is_misunderstood(body: bytes) -> None:
    headers = {"x-hub-signature": f"sha256={signed('hush', body)}"}
    with pytest.raises(Misunderstood):
        HOOKS.read(SIGNED, HookDelivery("main", headers, body, NOON))


def test_without_secrets_nothing_is_heard_and_the_trials_are_good() -> None:
    unset = Settings().with_provider(SET_UP)
    with pytest.raises(Missing):
        HOOKS.read(unset, received(HOOK))
    assert (HOOKS.trial(unset, NOON), HOOKS.steps(Settings(), "u")) == (None, ())
    for settings in (SIGNED, TOKEN):
        trial = HOOKS.trial(settings, NOON)
        assert trial
        assert HOOKS.read(settings, trial).keys == ()
        assert any("https://bot.example/h" in step for step in HOOKS.steps(settings, "https://bot.example/h"))
