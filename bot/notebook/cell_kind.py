"""What every kind of managed cell has in common: a struct with a tag, stored as JSON under the field `kind`."""

from __future__ import annotations

import msgspec


class CellData(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind"):
    """The base of what managed cells know. A kind is a subclass with a tag, named in `bot.notebook.cell_data.Data`."""

    @property
    def kind(self) -> str:
        return str(self.__struct_config__.tag)
