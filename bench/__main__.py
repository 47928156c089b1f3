"""`python -m bench [clips …] [--json] [--quick]`: runs the named benches, or all."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import pkgutil
import sys

import bench
from bench.figures import Figure, table


def benches() -> list[str]:
    """Modules of this folder with a coroutine `run(quick: bool) -> list[Figure]`."""
    return sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name.startswith("bench_"))


async def measured(names: list[str], *, quick: bool) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        figures += await importlib.import_module(f"bench.{name}").run(quick=quick)
    return figures


def main() -> None:
    known = [name.removeprefix("bench_") for name in benches()]
    reader = argparse.ArgumentParser(prog="make bench", description=bench.__doc__)
    reader.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(known)}")
    reader.add_argument("--json", action="store_true", help="print JSON, not a table")
    reader.add_argument("--quick", action="store_true", help="fewer rounds")
    asked = reader.parse_args()
    unknown = [name for name in asked.names if name not in known]
    if unknown:
        reader.error(f"no bench called {', '.join(unknown)}; there are: {', '.join(known)}")
    figures = asyncio.run(measured([f"bench_{name}" for name in asked.names or known], quick=asked.quick))
    print(json.dumps([figure.as_json() for figure in figures], indent=2) if asked.json else table(figures))
    sys.exit(0 if all(figure.reached for figure in figures) else 1)


if __name__ == "__main__":
    main()
