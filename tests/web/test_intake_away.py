"""The intake while ClickHouse can't keep what arrives."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.providers.local.clickhouse import clickhouse_client
from tests.clickhouse_server import ClickHouseServer
from tests.providers.local.migrated_store import opened
from tests.web.test_intake import RUM, rum, serve


@pytest.mark.parametrize("code", [0, 242, 243])
async def test_events_that_can_not_be_kept_now_are_answered_with_when_to_try_again(
    clickhouse: str, clickhouse_server: ClickHouseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """ClickHouse away, read-only, full: 503 with Retry-After, and nothing of the delivery counts before its repeat."""
    monkeypatch.setattr(clickhouse_client, "PAUSES_S", (0.0,))
    kept = await opened(clickhouse, tmp_path)
    client = await serve(kept)
    fault = {"kind": "error", "code": code, "text": "(FULL)"} if code else {"kind": "before"}
    clickhouse_server.fault(match="INSERT INTO", times=100, **fault)
    refused = await client.post(RUM, data=rum())
    assert (refused.status, refused.headers["Retry-After"]) == (503, "10")
    assert "ClickHouse at 127.0.0.1" in (await refused.json())["error"]
    clickhouse_server.clear_faults()
    assert await kept.query("SELECT (SELECT count() FROM actions), (SELECT count() FROM sessions)") == [(0, 0)]
    assert (await client.post(RUM, data=rum())).status == 202
    assert await kept.query("SELECT count() FROM sessions") == [(1,)]
    await client.close()
    await kept.close()
