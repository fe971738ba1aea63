"""`hotline doctor | user | backup | restore` on a running hotline with a ticket, a photo and a chat."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from feedback_store import crypto
from feedback_store.store import Store, make_engine
from feedback_store.tables import FigureMark, InboundEvent, Media, Ticket
from hotline.at_hand import database_at_hand
from hotline.keys import Keys
from hotline.settings import Settings
from tests.system import Citizen, System

WORDS = "Ổ gà rất to trước số 12 Tô Hiệu, hôm qua có người ngã"


@pytest.fixture(scope="module")
def ticket(hotline: System, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Code of a report with a photo, filed in the web chat."""
    photo = tmp_path_factory.mktemp("photo") / "road.jpg"
    Image.effect_noise((320, 240), 60).convert("RGB").save(photo)
    citizen = Citizen(hotline.chat())
    citizen.says(WORDS)
    for _ in range(8):
        if "Gửi" in citizen.buttons:
            break
        citizen.sends(photo) if "ảnh" in citizen.last["out"][-1]["text"] else citizen.says("bỏ qua")
    citizen.presses("Gửi")
    assert citizen.ticket is not None
    citizen.chat.close()
    return citizen.ticket


@pytest.fixture
def elsewhere() -> Iterator[System]:
    """Another machine: an empty folder, nothing running."""
    system = System()
    yield system
    system.stop()


def test_doctor_finds_a_running_hotline_well_and_nags_for_a_copy_of_the_key(hotline: System) -> None:
    done = hotline.run("doctor")
    assert done.returncode == 0, done.stdout
    for name in ("engine answers", "actions answers", "web answers", "worker answers", "the database answers"):
        assert name in done.stdout
    assert "Traceback" not in done.stderr


def test_doctor_of_a_folder_without_anything_says_what_to_do_first(elsewhere: System) -> None:
    done = elsewhere.run("doctor")
    assert "no encryption key yet" in done.stdout
    assert "make up" in done.stdout
    assert not (elsewhere.var / "keys").exists()  # it changes nothing


def test_users_are_made_listed_reset_and_shut_out_from_the_terminal(hotline: System) -> None:
    made = hotline.run("user", "create", "lan.nguyen", "--name", "Nguyễn Thị Lan", "--role", "operator")
    assert made.returncode == 0, made.stderr
    first = re.search(r"lan\.nguyen  one-time password: (\S+)", made.stdout)
    assert first is not None
    again = hotline.run("user", "reset", "lan.nguyen")
    assert "one-time password" in again.stdout
    assert first[1] not in again.stdout
    assert "disabled" in hotline.run("user", "disable", "lan.nguyen").stdout
    assert re.search(r"lan\.nguyen.*disabled", hotline.run("user", "list").stdout)
    assert hotline.run("user", "reset", "nobody.here").returncode == 1
    double = hotline.run("user", "create", "lan.nguyen", "--name", "X", "--role", "operator")
    assert double.returncode == 1
    assert "Traceback" not in double.stderr


def test_a_backup_comes_back_on_another_machine_with_its_photos_and_its_key(
    hotline: System, ticket: str, elsewhere: System, tmp_path: Path
) -> None:
    saved, key = tmp_path / "1022.hotline", tmp_path / "1022.key"
    done = hotline.run("backup", str(saved), "--key", str(key))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(saved.stat().st_mode) == stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text().strip() not in saved.read_bytes().decode("latin-1")
    assert WORDS.encode() not in saved.read_bytes()
    assert "the encryption key was copied" in hotline.run("doctor").stdout
    assert hotline.run("backup", str(saved)).returncode == 1  # it exists already
    _the_key_is_asked_for(elsewhere, saved)
    back = elsewhere.run("restore", str(saved), "--key", str(key))
    assert back.returncode == 0, back.stderr
    _everything_is_there(elsewhere, hotline, ticket)
    _tickets_are_not_overwritten_unasked(elsewhere, saved)


def _the_key_is_asked_for(elsewhere: System, saved: Path) -> None:
    done = elsewhere.run("restore", str(saved))
    assert done.returncode == 1
    assert "another encryption key; give it with --key FILE" in done.stderr


def _everything_is_there(elsewhere: System, origin: System, code: str) -> None:
    settings = Settings(var=elsewhere.var, database_url=None)
    assert settings.var != origin.var
    before = crypto.keyring()
    with database_at_hand(settings) as url:
        crypto.configure(Keys(settings.keys).keyring())
        store = Store(make_engine(url, pool_size=1))
        try:
            with store.reading() as session:
                ticket = session.scalars(select(Ticket).where(Ticket.code == code)).one()
                assert ticket.text == WORDS
                heard = session.scalars(
                    select(InboundEvent).where(InboundEvent.conversation_id == ticket.conversation_id)
                )
                assert WORDS in [(event.body or {}).get("text") for event in heard]
                assert session.scalars(select(FigureMark.month)).all() == []  # of another server's transactions
                [photo] = session.scalars(select(Media).where(Media.ticket_id == ticket.id))
                for name in (photo.original_path, photo.public_path):
                    there = (settings.media / str(name)).read_bytes()
                    assert there == (origin.var / "media" / str(name)).read_bytes()
        finally:
            store.close()
            crypto.configure(before)


def _tickets_are_not_overwritten_unasked(elsewhere: System, saved: Path) -> None:
    done = elsewhere.run("restore", str(saved))
    assert done.returncode == 1
    assert "--replace" in done.stderr
    assert elsewhere.run("restore", str(saved), "--replace").returncode == 0


def test_a_restore_into_a_running_hotline_and_a_damaged_file_are_refused(
    hotline: System, elsewhere: System, tmp_path: Path
) -> None:
    file = tmp_path / "x.hotline"
    file.write_bytes(b"no archive")
    assert "is running" in hotline.run("restore", str(file)).stderr
    damaged = elsewhere.run("restore", str(file))
    assert damaged.returncode == 1
    assert "is not a readable backup" in damaged.stderr
