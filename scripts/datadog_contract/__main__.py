"""Runs every case against a listener on loopback and writes down what arrives."""

from __future__ import annotations

import importlib
import json
import pkgutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from datadog_api_client import ApiClient, Configuration

import scripts.datadog_contract as cases

FOLDER = Path(__file__).parents[2] / "tests" / "providers" / "datadog" / "contract"
MADE_WITH = f"datadog-api-client {version('datadog-api-client')}"


def main() -> None:
    for module in pkgutil.iter_modules(cases.__path__):
        if module.name != "__main__":
            for name, call in importlib.import_module(f"{cases.__name__}.{module.name}").CASES.items():
                with listening() as (url, arrived):
                    client = ApiClient(configured(url))
                    call(client)
                path = FOLDER / f"{name}.json"
                path.write_text(
                    json.dumps({"made_with": MADE_WITH, **arrived[0]}, indent=2, ensure_ascii=False) + "\n", "utf-8"
                )
                print(path.relative_to(Path.cwd()))


def configured(url: str) -> Configuration:
    """Preview operations are switched on; every model is sent as it is."""
    configuration = Configuration(host=url, api_key={"apiKeyAuth": "api", "appKeyAuth": "app"}, preload_content=False)
    for name in configuration.unstable_operations.values:
        configuration.unstable_operations.values[name] = True
    return configuration


@contextmanager
def listening() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    arrived: list[dict[str, Any]] = []

    class Listener(BaseHTTPRequestHandler):
        def answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            arrived.append(
                {
                    "method": self.command,
                    "path": unquote(parts.path),
                    "query": sorted(parse_qsl(parts.query, keep_blank_values=True)),
                    "body": json.loads(body) if body else None,
                }
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the base class wants these names

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", arrived
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()
