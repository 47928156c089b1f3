"""The set-up that both commands begin with says what it does, and what to do where it can't."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path("scripts/setup.py").absolute()
WITHOUT_ENSUREPIP = """
import runpy, sys
sys.modules["ensurepip"] = None
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.fixture
def setup() -> ModuleType:
    spec = importlib.util.spec_from_file_location("replaybook_setup", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("half_made", [False, True], ids=["first time", "after a first try that failed"])
def test_a_python_without_ensurepip_is_named_with_what_to_install(tmp_path: Path, half_made: bool) -> None:
    script = tmp_path / "scripts" / "setup.py"
    script.parent.mkdir()
    shutil.copy(SCRIPT, script)
    if half_made:
        (tmp_path / ".venv" / "bin").mkdir(parents=True)
        (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    command = [sys.executable, "-c", WITHOUT_ENSUREPIP, str(script)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, "ensurepip" in done.stdout, "apt install python3-venv" in done.stdout) == (1, True, True)
    assert not (tmp_path / ".venv" / "bin" / "pip").exists()


def test_uv_downloads_from_where_pip_is_told_to(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*(name for name in os.environ if name.startswith("PIP_")), "UV_DEFAULT_INDEX", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    told = tmp_path / "pip.conf"
    told.write_text("[global]\nindex-url = https://mirror.example/simple\ncert = /etc/own.pem\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(told))
    assert setup.pip_settings() == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "SSL_CERT_FILE": "/etc/own.pem",
    }
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example/simple")
    assert setup.pip_settings()["UV_DEFAULT_INDEX"] == "https://other.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://third.example/simple")
    assert "UV_DEFAULT_INDEX" not in setup.pip_settings()


def test_every_locked_package_has_a_hash_and_names_no_address() -> None:
    locks = sorted(Path().glob("requirements*.lock"))
    kinds = ("-all", "-dev", "-uv", "")
    assert [lock.name for lock in locks] == [f"requirements{kind}.lock" for kind in kinds]
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text
        for entry in text.replace("\\\n", " ").splitlines():
            assert "==" in entry
            assert "--hash=sha256:" in entry
