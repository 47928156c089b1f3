"""What every row of the registry promises."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from pkgutil import resolve_name
from typing import get_args

import pytest

from bot.kernel.locale import LANGUAGES, catalog
from bot.kernel.paths import ROOT
from bot.kernel.settings import Settings
from bot.providers.provider import PartName, Parts, Provider
from bot.providers.registry import ROWS, providers
from tests.providers.contract.conftest import Provide
from tests.providers.contract.provided import Content


def test_the_parts_have_one_name_each() -> None:
    assert {field.name for field in fields(Parts)} == set(get_args(PartName))


@pytest.mark.parametrize("name", ROWS)
async def test_a_provider_gives_the_parts_that_its_row_names(name: str, provide: Provide) -> None:
    parts = (await provide(name, Content())).parts
    given = {field.name for field in fields(Parts) if getattr(parts, field.name) is not None}
    assert given == providers()[name].parts


@pytest.mark.parametrize("row", providers().values(), ids=ROWS)
def test_a_row_goes_by_its_name_and_people_by_its_title(row: Provider) -> None:
    assert providers()[row.name] is row
    proper_name = row.title[0].isupper()  # the same in every language
    assert proper_name or all(catalog(language).gettext(row.title) != row.title for language in LANGUAGES[1:])


@pytest.mark.parametrize("row", providers().values(), ids=ROWS)
def test_without_settings_only_the_embedded_parts_are_set_up_and_nothing_is_checked(row: Provider) -> None:
    assert Settings().of(row.settings).configured is (row.name == "local")
    assert row.doctor is None or resolve_name(row.doctor)(Settings()) == {}


@pytest.mark.parametrize("row", providers().values(), ids=ROWS)
def test_a_folder_has_the_documentation_of_its_settings(row: Provider) -> None:
    folder: Path = ROOT / "bot" / "providers" / row.name
    text = "\n".join(path.read_text() for path in folder.glob("*.md"))
    assert (folder / "README.md").exists()
    assert [variable for variable, _, _ in row.settings.table() if f"`{variable}`" not in text] == []
