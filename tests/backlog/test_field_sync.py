"""What was changed on one side flows to the other; what was changed on both is a conflict, and the later one holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.backlog.field_sync import FieldSync, compared, only, taken
from bot.backlog.request import AgreedFields
from bot.backlog.ticket import TWO_WAY, Ability, Ticket, TicketFields

OURS_AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
BEFORE = TicketFields(date(2026, 12, 11), "P2", "Jisoo", "jisoo@example.com")
AGREED = AgreedFields(BEFORE, BEFORE)
CHANGED = {
    Ability.DUE: TicketFields(date(2026, 12, 18), "P2", "Jisoo", "jisoo@example.com"),
    Ability.PRIORITY: TicketFields(date(2026, 12, 11), "P1", "Jisoo", "jisoo@example.com"),
    Ability.ASSIGNEE: TicketFields(date(2026, 12, 11), "P2", "Hana", "hana@example.com"),
}


def ticket(fields: TicketFields, changed: dict[str, datetime] | None = None, updated: datetime | None = None) -> Ticket:
    return Ticket("SHOP-1", "Buy", fields=fields, changed=changed or {}, updated=updated)


@pytest.mark.parametrize("field", TWO_WAY)
def test_what_one_side_changed_the_other_takes(field: Ability) -> None:
    theirs = compared(BEFORE, AGREED, ticket(CHANGED[field]), TWO_WAY, OURS_AT)
    assert theirs == FieldSync(pulled=(field,))
    ours = compared(CHANGED[field], AGREED, ticket(BEFORE), TWO_WAY, OURS_AT)
    assert ours == FieldSync(pushed=(field,))
    assert compared(CHANGED[field], AGREED, ticket(CHANGED[field]), TWO_WAY, OURS_AT) == FieldSync()


@pytest.mark.parametrize(
    ("changed", "updated", "pulled"),
    [
        ({"due": OURS_AT + timedelta(minutes=1)}, None, True),
        ({"due": OURS_AT - timedelta(minutes=1)}, OURS_AT + timedelta(hours=1), False),
        ({}, OURS_AT + timedelta(hours=1), True),
        ({}, OURS_AT - timedelta(hours=1), False),
        ({}, None, True),
    ],
)
def test_of_two_changes_the_later_one_holds_and_it_is_a_conflict(
    changed: dict[str, datetime], updated: datetime | None, pulled: bool
) -> None:
    ours = TicketFields(date(2026, 12, 25), "P2", "Jisoo", "jisoo@example.com")
    found = compared(ours, AGREED, ticket(CHANGED[Ability.DUE], changed, updated), TWO_WAY, OURS_AT)
    assert found.conflicts == (Ability.DUE,)
    assert (found.pulled == (Ability.DUE,), found.pushed == (Ability.DUE,)) == (pulled, not pulled)


def test_a_tracker_that_keeps_no_such_field_changes_nothing_in_the_plan() -> None:
    found = compared(BEFORE, AGREED, ticket(TicketFields()), {Ability.LABELS}, OURS_AT)
    assert found == FieldSync()


def test_a_ticket_without_owner_takes_nobody_away_and_a_removed_date_is_removed() -> None:
    assert compared(BEFORE, AGREED, ticket(TicketFields()), TWO_WAY, OURS_AT) == FieldSync(pulled=(Ability.DUE,))


def test_what_the_tracker_never_took_is_neither_pulled_nor_sent_for_ever() -> None:
    """Somebody whom the tracker doesn't know stays our owner, and is not sent again at each look."""
    nobody = AgreedFields(BEFORE, only(BEFORE, {Ability.DUE, Ability.PRIORITY}))
    read = ticket(only(BEFORE, {Ability.DUE, Ability.PRIORITY}))
    assert compared(BEFORE, nobody, read, TWO_WAY, OURS_AT) == FieldSync()


def test_people_are_the_same_by_their_address_whatever_their_name_is() -> None:
    other = TicketFields(BEFORE.due, "P2", "jisoo-k", "Jisoo@Example.com")
    assert compared(BEFORE, AGREED, ticket(other), TWO_WAY, OURS_AT) == FieldSync()


@pytest.mark.parametrize("field", TWO_WAY)
def test_what_somebody_changes_while_ours_is_sent_is_found_by_the_next_look(field: Ability) -> None:
    sent = CHANGED[field]
    assert taken(BEFORE, sent, sent, (field,)) == sent, "the ticket took it"
    assert taken(BEFORE, sent, BEFORE, (field,)) == BEFORE, "it didn't, and isn't asked again"
    later = TicketFields(date(2027, 1, 1), "P4", "Uma", "uma@example.com")
    agreed = AgreedFields(sent, taken(BEFORE, sent, later, (field,)))
    assert field in compared(sent, agreed, ticket(later), TWO_WAY, OURS_AT).pulled
    others = set(TWO_WAY) - {field}
    assert others <= set(compared(sent, agreed, ticket(later), TWO_WAY, OURS_AT).pulled)
