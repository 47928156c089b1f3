#!/usr/bin/env python3
"""Writes `templates/emoji.json`, Slack's name of every emoji, from the table that Slack's own names come from.

    python scripts/emoji_table.py     # needs npm

The package is pinned here and fetched only to run this: it brings 25 MB of pictures beside the 45 KB that are wanted.
For a newer one: change the version, run it, and put the integrity that it prints below.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "emoji-datasource@16.0.0"
INTEGRITY = "sha512-/qHKqK5Nr3+8zhgO6kHmF43Fm5C8HNn0AaFRIpgw8HF3+uF0Vfc8jgLI1ZQS5ba1vBzksS8NBCjHejwLb2D/Sg=="
TABLE = Path(__file__).resolve().parents[1] / "templates" / "emoji.json"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--json", "--pack-destination", folder, PACKAGE]
        packed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[0]
        if packed["integrity"] != INTEGRITY:
            print(f"{PACKAGE} is not the pinned one: {packed['integrity']}")
            return 1
        with tarfile.open(Path(folder) / packed["filename"]) as archive:
            member = archive.extractfile("package/emoji.json")
            records = json.load(member) if member else []
    TABLE.write_text(json.dumps(table(records), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{TABLE.name}: {len(records)} emoji")
    return 0


def table(records: list[dict[str, Any]]) -> dict[str, str]:
    """Name -> characters, in the order of a picker; an emoji may have several names."""
    ordered = sorted(records, key=lambda record: int(record["sort_order"]))
    return {name: _characters(record["unified"]) for record in ordered for name in record["short_names"]}


def _characters(code_points: str) -> str:
    return "".join(chr(int(point, 16)) for point in code_points.split("-"))


if __name__ == "__main__":
    sys.exit(main())
