"""Where the parts of the project lie, in a checkout and when installed."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
NODE_MODULES = ROOT / "node_modules"
