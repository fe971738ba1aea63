"""What is set wrongly is named in a sentence, at once, and nothing is left running."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from hotline import install
from tests.integration.platform.conftest import at_work
from tests.system import System


def stops_with(system: System, *words: str) -> str:
    """``hotline up`` ends with status 1 and these words, without a traceback; gives everything it said."""
    done = system.run("up")
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    for word in words:
        assert word in said
    assert "Traceback" not in said
    assert at_work(system.folder) == {}
    return said


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://hotline:no@127.0.0.1:1/hotline", "refused"),
        ("postgresql://hotline:no@no-such-host.invalid/hotline", "DATABASE_URL cannot be used"),
        ("not an address", "Its form is postgresql://"),
    ],
)
def test_a_wrong_database_address(installation: System, url: str, reason: str) -> None:
    installation.settings["DATABASE_URL"] = url
    stops_with(installation, "the database of DATABASE_URL cannot be used", reason)


def test_a_wrong_password_of_the_database(installation: System, database_url: str) -> None:
    before, _, after = database_url.partition("@")
    installation.settings["DATABASE_URL"] = f"{before}x@{after}"
    said = stops_with(installation, "password authentication failed")
    assert before.rpartition(":")[2] not in said


@pytest.mark.parametrize("name", ["HOTLINE_PORT", "HOTLINE_ENGINE_PORT"])
def test_a_port_in_use_is_named_with_its_setting(installation: System, name: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(installation.settings[name])))
        other.listen()
        stops_with(installation, f"cannot listen on 127.0.0.1:{installation.settings[name]}", f"with {name}=")


def test_a_key_that_is_none(installation: System) -> None:
    keys = installation.var / "keys"
    keys.mkdir(parents=True, mode=0o700)
    (keys / "encryption").write_text("a shopping list\n")
    stops_with(installation, "does not hold Fernet keys")
    assert (keys / "encryption").read_text() == "a shopping list\n"


def test_a_key_that_cannot_be_read(installation: System) -> None:
    (installation.var / "keys" / "encryption").mkdir(parents=True)
    stops_with(installation, "keys/encryption cannot be read by this user")


def test_another_key_than_the_database_was_used_with(installation: System, loaded_url: str) -> None:
    installation.settings["DATABASE_URL"] = loaded_url
    first = installation.run("migrate")
    assert first.returncode == 0, first.stderr
    key = installation.var / "keys" / "encryption"
    right = key.read_text()
    key.write_text(Fernet.generate_key().decode())
    stops_with(installation, "encrypted with another key", "hotline restore FILE --key")
    key.unlink()
    again = installation.run("migrate")
    assert again.returncode == 1
    assert "encrypted with another key" in again.stderr
    assert not key.exists()  # a fresh one must not look like the right one
    key.write_text(right)
    assert installation.run("migrate").returncode == 0


def test_a_folder_that_cannot_be_written(installation: System) -> None:
    (installation.folder / "file").touch()
    installation.settings["HOTLINE_VAR"] = str(installation.folder / "file" / "var")
    stops_with(installation, "cannot be written")


def test_a_setting_that_is_no_number_is_named(installation: System) -> None:
    installation.settings["HOTLINE_PORT"] = "eighty"
    stops_with(installation, "HOTLINE_PORT", "eighty")


def test_without_python_310_and_without_a_download_the_set_up_stops_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "find_python310", lambda: None)
    monkeypatch.setattr(install, "ENGINE", tmp_path / "engine")
    monkeypatch.setitem(os.environ, "UV_PYTHON_INSTALL_MIRROR", "http://127.0.0.1:1/")
    assert install.main([]) == 1
    said = capsys.readouterr().err
    assert "Python 3.10 is needed" in said
    assert "pyenv install 3.10" in said
