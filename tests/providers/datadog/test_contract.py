"""What we send is what Datadog's own client sends (recorded by scripts/datadog_contract)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.providers.datadog.http.api_call import Call
from bot.providers.datadog.replay.replays import segments_call
from bot.providers.datadog.rum.rum_requests import ComputeRequest, FacetGroup, aggregate, search
from bot.signals.question import Period
from tests.providers.datadog.contract.compared import assert_same, recorded

SEOUL = ZoneInfo("Asia/Seoul")
PERIOD = Period(datetime(2026, 11, 23, tzinfo=SEOUL), datetime(2026, 11, 26, tzinfo=SEOUL))
QUERY = '@type:action @action.target.name:("Buy now" OR "구매하기")'
ACTIONS = ComputeRequest("cardinality", "@action.id")
OURS = {
    "rum-whole": aggregate(QUERY, PERIOD, [ComputeRequest(), ComputeRequest("cardinality", "@session.id")]),
    "rum-kinds": aggregate(
        QUERY,
        PERIOD,
        [ComputeRequest(), ComputeRequest(interval="3h")],
        [FacetGroup("@action.frustration.type", 5), FacetGroup("@error.message", 5, ACTIONS)],
    ),
    "rum-events": search(QUERY, PERIOD, limit=100),
    "rum-events-on": search(QUERY, PERIOD, limit=1000, newest_first=False, cursor="eyJhZnRlciI6IkE9PSJ9"),
    "replay-segments": segments_call("session-1", "view 2/b", "event_platform"),
    "replay-segments-on": segments_call("s", "v", "blob", "next=="),
}


@pytest.mark.parametrize(("name", "call"), OURS.items(), ids=OURS)
async def test_the_official_client_sends_the_same(name: str, call: Call) -> None:
    await assert_same(name, call)


def test_every_recorded_call_for_rum_and_replays_is_compared() -> None:
    assert {name for name in recorded() if name.startswith(("rum", "replay"))} == OURS.keys()
