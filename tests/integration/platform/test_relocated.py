"""A server started by root from a folder that its account cannot enter: it runs from a copy of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from hotline.postgres import EmbeddedPostgres


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    if os.geteuid() != 0:
        pytest.skip("SKIPPED: only root starts the server as somebody else; the relocated server was NOT tried")
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder / "var"


def test_the_server_starts_from_its_copy_and_again_from_the_same(closed: Path) -> None:
    before = os.umask(0o077)
    try:
        closed.mkdir()
        server = EmbeddedPostgres(closed, fsync=False)
        assert server.relocated is not None
        try:
            for _ in range(2):
                server.start()
                with psycopg.connect(server.url("postgres")) as connection:
                    assert connection.execute("SELECT 1").fetchone() == (1,)
                server.stop()
                server = EmbeddedPostgres(closed, fsync=False)
        finally:
            server.stop()
            shutil.rmtree(server.home, ignore_errors=True)
    finally:
        os.umask(before)
