"""The app's manifest: what Slack takes, with what each feature needs, and nothing of those that were left out."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import handlers
from bot.kernel.errors import Misunderstood
from bot.slack.app_manifest import ALWAYS, FEATURES, chosen_features, events_of, manifest, scopes_of
from standins.slack.api import APP_LEVEL, METHODS, OPEN, OWN_KEYS
from standins.slack.seed import demo_seed
from tests.slack.app_manifest_rules import APP_MANIFEST, SCOPES_OF_EVENTS

Json = dict[str, Any]
URL = "https://replaybook.example.com"
CODE = ("bot", "handlers")


def every_choice() -> Iterator[tuple[str, ...]]:
    """Nothing left out, each feature alone, each pair, and all of them."""
    names = [name for name in FEATURES if name != ALWAYS]
    yield from itertools.chain([()], [(name,) for name in names], itertools.combinations(names, 2), [tuple(names)])


@pytest.mark.parametrize("socket", [False, True])
def test_slack_takes_it_whatever_is_left_out(socket: bool) -> None:
    for without in every_choice():
        made = manifest(chosen_features(without), URL, socket=socket)
        jsonschema.validate(made, APP_MANIFEST)
        assert made["settings"]["socket_mode_enabled"] is socket
        back = made["oauth_config"].pop("redirect_urls", [])  # people come back over HTTP, whatever events do
        assert all(address.startswith(URL) for address in back)
        assert len(back) == len({"installs", "sign-in"} - set(without))
        assert (URL in json.dumps(made)) is not socket or "unfurl_domains" in json.dumps(made)


def test_the_rules_refuse_what_slack_refuses() -> None:
    made = manifest(FEATURES, URL, socket=False)
    wrong = [
        {**made, "display_information": {"name": "x" * 36}},
        {**made, "features": {**made["features"], "shortcuts": []}},
        {**made, "features": {**made["features"], "slash_commands": [{"command": "replay", "description": "x"}]}},
        {**made, "settings": {"event_subscriptions": {"request_url": "replaybook.example.com"}}},
        {**made, "of_our_own": {}},
    ]
    for each in wrong:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(each, APP_MANIFEST)


def test_the_documentation_has_every_feature_with_its_scopes() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|[^|]*\|([^|]*)\|", Path("docs/slack.md").read_text(), re.MULTILINE)
    told = {name: set(re.findall(r"`([\w.:]+)`", scopes)) - {"openid", "profile"} for name, scopes in rows}
    assert told == {name: set(feature.scopes) for name, feature in FEATURES.items()}


def test_the_file_in_the_repository_is_what_the_command_prints() -> None:
    assert Path("manifest.json").read_text() == json.dumps(manifest(FEATURES, URL, socket=False), indent=2) + "\n"


def test_every_command_and_shortcut_has_a_handler_and_every_handler_is_in_it() -> None:
    surfaces = manifest(FEATURES, URL, socket=False)["features"]
    assert {it["command"] for it in surfaces["slash_commands"]} == set(handlers.COMMANDS)
    assert {it["callback_id"] for it in surfaces["shortcuts"]} == set(handlers.SHORTCUTS)


def test_the_workspace_of_the_demo_has_the_same_commands_and_shortcuts() -> None:
    surfaces, seed = manifest(FEATURES, URL, socket=False)["features"], demo_seed()
    assert [it["command"] for it in surfaces["slash_commands"]] == [it.name for it in seed.commands]
    shown = [(it["callback_id"], it["name"]) for it in surfaces["shortcuts"]]
    assert shown == [(it.callback_id, it.name) for it in seed.shortcuts]


def test_every_event_that_is_asked_for_has_a_handler_and_its_scope_in_the_same_feature() -> None:
    handled = {str(constraints["type"]) for constraints, _ in handlers.EVENTS}
    for feature in FEATURES.values():
        for event in feature.events:
            assert event.partition(".")[0] in handled
            assert SCOPES_OF_EVENTS[event] in {"", *feature.scopes}
    assert {event.partition(".")[0] for event in events_of(FEATURES)} == handled


def called_methods() -> set[str]:
    """Every method of the Web API that the code calls on a client."""
    names = {name.replace(".", "_"): name for name in METHODS}
    text = "".join(path.read_text() for folder in CODE for path in Path(folder).rglob("*.py"))
    return {names[found] for found in re.findall(r"\.([a-z]+_[a-zA-Z_]+)\(", text) if found in names}


def test_every_method_that_the_bot_calls_has_a_scope_and_no_scope_is_of_no_use() -> None:
    """`im:write` opens a direct message; `files:read` is for downloads, which are no method."""
    granted, called = set(scopes_of(FEATURES)), called_methods()
    assert len(called) > 20
    for name in called:
        needed = METHODS[name].scopes
        assert needed in {OPEN, OWN_KEYS, APP_LEVEL, ""} or granted & set(needed.split()), name
    used = {scope for name in called for scope in METHODS[name].scopes.split()}
    used |= {*SCOPES_OF_EVENTS.values(), "commands", "files:read"}
    assert granted <= used


def test_a_feature_takes_along_what_is_of_no_use_without_it() -> None:
    left = chosen_features(["timeline"])
    assert "pictures" not in left
    assert not {"files:read", "pins:read", "channels:history"} & set(scopes_of(left))
    assert not {"message.channels", "pin_added"} & set(events_of(left))


def test_a_scope_that_two_features_use_stays_while_one_is_there() -> None:
    for name, feature in FEATURES.items():
        if name != ALWAYS:
            left = scopes_of(chosen_features([name]))
            others = {scope for other in chosen_features([name]).values() for scope in other.scopes}
            assert set(left) == others
            assert set(feature.scopes) - others == set(scopes_of(FEATURES)) - set(left) - _beside(name)


def _beside(name: str) -> set[str]:
    return {scope for feature in FEATURES.values() if feature.beside == name for scope in feature.scopes}


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        (["pin"], "There is no feature “pin”; there are: answers, mentions,"),
        ([ALWAYS], "Without “answers” there is no bot"),
        (["home", ""], "There is no feature “”"),
    ],
)
def test_what_is_no_feature_is_refused_with_those_that_are(without: list[str], sentence: str) -> None:
    with pytest.raises(Misunderstood) as refused:
        chosen_features(without)
    assert refused.value.sentence.startswith(sentence)
