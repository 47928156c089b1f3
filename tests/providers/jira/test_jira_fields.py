"""What a Jira project wants for a new issue is read from it, asked for and sent, or refused by its name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.backlog.follow_up_plan import FollowUpKind
from bot.backlog.ticket import FieldKind, NewTicket
from bot.kernel.errors import Misunderstood
from bot.providers.jira.jira_projects import CASCADE, PLANNED
from bot.providers.jira.jira_tracker import JiraTracker
from standins.jira.adf_check import text_of
from standins.jira.jira_fields import USUAL
from standins.jira.jira_world import JiraField, JiraWorld
from tests.providers.jira.test_jira_issues import FIELDS, NEW

TEAM = JiraField("customfield_10050", "Team", "option", True, "select", {"1": "Web", "2": "Checkout"})
CAUSES = JiraField(
    "customfield_10051", "Causes", "array", True, "multiselect", {"7": "Code", "8": "Data"}, items="option"
)
PEOPLE = JiraField("customfield_10052", "People affected", "number", True, "float")
STORY = JiraField("customfield_10053", "Story", "string", True, "textarea")
SINCE = JiraField("customfield_10054", "Since", "date", True, "datepicker")
APPROVER = JiraField("customfield_10055", "Approver", "user", True, "userpicker")
SURE = JiraField("customfield_10056", "Sure", "option", True, "select", {"1": "Yes"}, default=True)


async def test_what_a_project_wants_is_read_and_sent(tracker: JiraTracker, world: JiraWorld) -> None:
    world.projects[0].types[1].fields += [TEAM, CAUSES, PEOPLE, STORY, SINCE, SURE]
    wanted = {field.id: field for field in await tracker.required_fields("SHOP", FollowUpKind.FIX)}
    kinds = [FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.NUMBER, FieldKind.TEXT, FieldKind.DATE]
    assert [field.kind for field in wanted.values()] == kinds
    assert [(option.id, option.label) for option in wanted[TEAM.id].options] == [("1", "Web"), ("2", "Checkout")]
    with pytest.raises(Misunderstood, match="without: Team, Causes, People affected, Story, Since"):
        await tracker.create(NEW)
    custom = {
        TEAM.id: ("2",),
        CAUSES.id: ("7", "8"),
        PEOPLE.id: ("12",),
        STORY.id: ("Buy *fails*",),
        SINCE.id: ("2026-12-01",),
    }
    await tracker.create(NewTicket("SHOP", "Buy", meaning="R2", custom=custom))
    kept = world.issue("SHOP-1").custom
    assert (kept[TEAM.id], kept[CAUSES.id], kept[PEOPLE.id], kept[SINCE.id]) == ("2", ["7", "8"], 12.0, "2026-12-01")
    assert text_of(kept[STORY.id]).strip() == "Buy *fails*"


@pytest.mark.parametrize(
    ("field", "given", "words"),
    [
        (TEAM, "9", "Team”"),
        (PEOPLE, "many", "takes a number"),
        (PEOPLE, "nan", "takes a number"),
        (SINCE, "yesterday", "refused the field Since"),
    ],
)
async def test_a_value_that_does_not_fit_is_told_by_the_fields_name(
    tracker: JiraTracker, world: JiraWorld, field: JiraField, given: str, words: str
) -> None:
    world.projects[0].types[1].fields.append(field)
    with pytest.raises(Misunderstood, match=words):
        await tracker.create(NewTicket("SHOP", "Buy", meaning="R2", custom={field.id: (given,)}))
    assert world.issues == []


async def test_what_can_not_be_asked_for_is_refused_by_its_name(tracker: JiraTracker, world: JiraWorld) -> None:
    world.projects[0].types[1].fields.append(APPROVER)
    (wanted,) = await tracker.required_fields("SHOP", None)
    assert (wanted.name, wanted.askable) == ("Approver", False)
    with pytest.raises(Misunderstood, match="without: Approver"):
        await tracker.create(NEW)


async def test_what_a_follow_up_has_of_its_own_is_not_asked_for_twice(tracker: JiraTracker, world: JiraWorld) -> None:
    bug = world.projects[0].types[1]
    bug.fields += [replace(field, required=True, default=False) for field in USUAL if field.id in PLANNED]
    assert list(await tracker.required_fields("SHOP", None)) == []
    with pytest.raises(Misunderstood, match=r"without: .*Due date"):
        await tracker.create(NewTicket("SHOP", "Buy", meaning="R1"))
    assert (await tracker.create(NEW)).fields.due == FIELDS.due


async def test_a_text_that_jira_keeps_as_a_document_is_sent_as_one_and_a_cascade_is_not_asked_for(
    tracker: JiraTracker, world: JiraWorld
) -> None:
    bug = world.projects[0].types[1]
    bug.fields.append(JiraField("environment", "Environment", "string", True))
    await tracker.create(NewTicket("SHOP", "Buy", meaning="R1", custom={"environment": ("Safari *18*",)}))
    bug.fields.append(JiraField("customfield_10057", "Place", CASCADE, True, "cascadingselect", {"1": "Oslo"}))
    wanted = [(field.name, field.askable) for field in await tracker.required_fields("SHOP", None)]
    assert wanted == [("Environment", True), ("Place", False)]
