"""Every message as Slack gets it: one readable JSON for each scene and language, and within Slack's limits.

The JSON can be pasted into Slack's Block Kit Builder. After a wanted change: `pytest tests/messages --snapshot-update`.
"""

from __future__ import annotations

import json

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from bot.kernel.messages import JsonObject, Messages
from bot.kernel.paths import TEMPLATES
from standins.slack.blocks import check_message, check_view
from tests.messages import texts
from tests.messages.hostile import EVERYTHING
from tests.messages.scenes import LANGUAGES, SCENES, rendered


class Pasteable(SingleFileSnapshotExtension):
    """`test_snapshots/test_scene[answer grouped-ko].json`, keys in the order in which they were written."""

    file_extension = "json"
    _write_mode = WriteMode.TEXT

    def serialize(self, data: JsonObject, **_: object) -> str:
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


@pytest.fixture(scope="module")
def messages() -> Messages:
    return Messages.load()


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Pasteable)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCENES)
def test_scene(messages: Messages, snapshot: SnapshotAssertion, name: str, language: str) -> None:
    made = rendered(messages, name, language, str)
    assert refused(made) == []
    assert made == snapshot


@pytest.mark.parametrize("name", SCENES)
def test_hostile_scene(messages: Messages, snapshot: SnapshotAssertion, name: str) -> None:
    made = rendered(messages, name, "en", lambda _: EVERYTHING)
    assert refused(made) == []
    assert made == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["what", "what without an answer"])
def test_a_problem_is_one_line_wherever_it_stands(messages: Messages, name: str, language: str) -> None:
    assert "\n" not in rendered(messages, name, language, str)["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_check_mark_is_for_a_fix_that_improved_things_and_for_nothing_else(messages: Messages, language: str) -> None:
    marks = ("white_check_mark", "heavy_check_mark", "ballot_box_with_check", "large_green", "✅", "✔", "☑", "🟢")
    made = {name: json.dumps(rendered(messages, name, language, str), ensure_ascii=False) for name in SCENES}
    assert {name for name, text in made.items() if any(mark in text for mark in marks)} == {"checked improved"}


def test_every_template_has_a_scene() -> None:
    shown = {scene.template for scene in SCENES.values()}
    whole = {str(path.relative_to(TEMPLATES).with_suffix("")) for path in texts.slack_templates()}
    assert {name for name in whole if not name.split("/")[-1].startswith("_")} == shown


def refused(made: JsonObject) -> list[str]:
    """Why Slack would not take it."""
    if "type" in made:
        return [str(problem) for problem in check_view(made)]
    problems = [str(problem) for problem in check_message(made)]
    return problems if 0 < len(made["text"]) <= 4000 else [*problems, "the text is empty or too long"]
