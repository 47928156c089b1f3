"""The moments are what their names say, and the tests run at them."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.moments import EACH_ONCE, EVERY, INSTANTS, RECORDED, ZONES, Moment, named, of_the_day

DAYS = {"monday": 0, "wednesday": 2, "saturday": 5, "sunday": 6}


@pytest.mark.parametrize("moment", EVERY, ids=str)
def test_a_moment_is_the_day_it_is_named_after(moment: Moment) -> None:
    name, _, hour = moment.instant.name.partition("-")
    if name in DAYS:
        assert moment.now.weekday() == DAYS[name]
        assert f"{moment.now:%H:%M}" == hour
    assert moment.now.replace(tzinfo=None) > RECORDED
    assert named(str(moment)) is moment


@pytest.mark.parametrize("name", [it.name for it in INSTANTS if it.place])
def test_clocks_change_in_the_hour_before(name: str) -> None:
    moment = named(f"{name}@UTC")
    there = moment.now.astimezone(ZoneInfo(moment.instant.place))
    before = (moment.now - timedelta(hours=1)).astimezone(there.tzinfo)
    change = timedelta(hours=1 if name.endswith("forward") else -1)
    assert (there.utcoffset() or timedelta()) - (before.utcoffset() or timedelta()) == change
    assert there.date() == before.date()


def test_long_suites_see_every_instant_and_every_zone_thrice() -> None:
    assert [it.instant for it in EACH_ONCE] == list(INSTANTS)
    assert all(sum(it.zone == zone for it in EACH_ONCE) >= 3 for zone in ZONES)


def test_plain_runs_take_turns() -> None:
    first = date(2026, 11, 29)
    assert {of_the_day(first + timedelta(days=n)) for n in range(len(EVERY))} == set(EVERY)


@pytest.mark.parametrize("zone", ZONES)
def test_the_process_is_in_the_zone_and_afterwards_where_it_was(zone: str, moment: Moment) -> None:
    noon = datetime(2027, 6, 16, 12, tzinfo=UTC)
    there = named(f"february-29@{zone}")
    with there.zone_set():
        assert noon.astimezone().utcoffset() == noon.astimezone(ZoneInfo(zone)).utcoffset()
    assert time.strftime("%z", time.localtime(noon.timestamp())) == f"{noon.astimezone(ZoneInfo(moment.zone)):%z}"
