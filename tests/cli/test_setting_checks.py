"""What the doctor says of the systems that settings and files choose: what a start would refuse, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from bot.cli.setting_checks import examined_systems
from bot.kernel.errors import Missing
from bot.kernel.settings import Settings
from bot.kernel.settings_table import ProviderSettings
from bot.providers import registry
from bot.providers.provider import Provider


class SilentSettings(ProviderSettings, frozen=True, kw_only=True):
    """It doesn't say whether it is set up."""

    prefix: ClassVar[str] = "SILENT_"


SILENT = Provider(name="silent", title="Silent", parts=frozenset({"tracker"}), settings=SilentSettings, open="x:y")


async def test_a_provider_that_does_not_say_whether_it_is_set_up_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "added_rows", lambda: {"silent": f"{__name__}:SILENT"})
    settings = msgspec.structs.replace(Settings(), tracker="silent")
    assert "tracker silent" in await examined_systems(settings)


@pytest.mark.parametrize(("part", "name"), [("source", "datadog"), ("tracker", "linear")])
async def test_a_system_that_a_file_of_workspaces_names_has_to_be_set_up(tmp_path: Path, part: str, name: str) -> None:
    file = tmp_path / "teams.yaml"
    file.write_text(f"teams:\n  T0123:\n    {part}: {name}\n")
    with pytest.raises(Missing, match=f"The {part} {name} is named for features or workspaces"):
        await examined_systems(msgspec.structs.replace(Settings(), team_settings=file))
