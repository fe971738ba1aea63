"""Shared fixtures: a real PostgreSQL, one migrated template, a fresh database per test."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from hypothesis import settings
from psycopg import sql
from sqlalchemy.orm import Session

for _name in [n for n in os.environ if n.startswith("HOTLINE_") and not n.startswith("HOTLINE_TEST_")]:
    del os.environ[_name]  # a developer's own settings must not change what the tests see
os.environ.pop("DATABASE_URL", None)

from feedback_store import crypto  # noqa: E402
from feedback_store.migrations import upgrade  # noqa: E402
from feedback_store.store import Store, make_engine  # noqa: E402
from hotline.postgres import EmbeddedPostgres  # noqa: E402
from tests.system import ENGINE_PYTHON, Citizen, System  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "template_hotline"


settings.register_profile("hotline", deadline=None)  # a busy machine proves nothing about the code
settings.load_profile("hotline")


@pytest.fixture(scope="session", autouse=True)
def encryption_key() -> str:
    """The process-wide keyring of the tests; the key is returned for child processes."""
    key = Fernet.generate_key().decode()
    crypto.configure(crypto.Keyring([key]))
    return key


@pytest.fixture(autouse=True)
def _everybody_begins_with_that_key(encryption_key: str) -> None:
    """Whatever a test before it left: a command that ran in this process has the key of its installation."""
    crypto.configure(crypto.Keyring([encryption_key]))


MEMORY, ROOM = Path("/dev/shm"), 2 << 30
"""A folder in memory, and how many bytes must be free there for a database server of the tests."""


def databases_folder() -> Path:
    """``HOTLINE_TEST_TMP``, else memory where there is room (a database is made in a third of the time), else /tmp."""
    if told := os.environ.get("HOTLINE_TEST_TMP"):
        return Path(told)
    try:
        roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    except OSError:
        roomy = False
    return MEMORY if roomy else Path("/tmp")


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The embedded server, without fsync: tests need its behaviour, not its durability."""
    home = databases_folder() / f"hotline-test-{uuid.uuid4().hex[:8]}"
    home.mkdir(mode=0o755)
    server = EmbeddedPostgres(home, fsync=False)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.relocated or home, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """Name of a database with the newest schema and no rows."""
    postgres.ensure_database(TEMPLATE)
    engine = make_engine(postgres.url(TEMPLATE), pool_size=1)
    upgrade(engine)
    engine.dispose()
    return TEMPLATE


def clone(postgres: EmbeddedPostgres, template: str) -> str:
    """A fresh copy of ``template``; gives its name."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return name


def drop(postgres: EmbeddedPostgres, name: str) -> None:
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(autouse=True)
def no_versions_of_another_database() -> None:
    """Versions are remembered by their id, which another test's database uses again."""
    forget_versions()


def forget_versions() -> None:
    """To be called too by what fills a database for many tests: it is made before the fixture above runs."""
    from feedback_store.service import clocks

    clocks._calendars.clear()
    clocks._policies.clear()


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    """Address of a database of this test alone."""
    name = clone(postgres, template)
    yield postgres.url(name)
    drop(postgres, name)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(make_engine(database_url, pool_size=8))
    yield made
    made.close()


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    """One open transaction, rolled back at the end."""
    with store.reading() as opened:
        yield opened


@pytest.fixture(scope="session")
def default_template(postgres: EmbeddedPostgres, template: str) -> str:
    """Name of a database that also holds the default data (agencies, categories, policies …)."""
    import datetime as dt

    from feedback_store.defaults import load_defaults

    name = clone(postgres, template)
    made = Store(make_engine(postgres.url(name), pool_size=1))
    with made.transaction() as opened:
        load_defaults(opened, now=dt.datetime.now(dt.UTC))
    made.close()
    return name


@pytest.fixture
def loaded_url(request: pytest.FixtureRequest, postgres: EmbeddedPostgres, default_template: str) -> Iterator[str]:
    """Address of a database of this test alone, with the default data.

    Its policy keeps no time back for the release, as versions older than rule 16 do: due times are then those of the
    class alone, which most tests name. Tests marked ``release_time`` have the default policy as it is.
    """
    name = loaded(postgres, default_template, keeps_time=keeps_time(request))
    yield postgres.url(name)
    drop(postgres, name)


def keeps_time(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("release_time") is not None


def loaded(postgres: EmbeddedPostgres, default_template: str, *, keeps_time: bool) -> str:
    """Name of a fresh database with the default data."""
    name = clone(postgres, default_template)
    if not keeps_time:
        with psycopg.connect(postgres.url(name), autocommit=True) as connection:
            connection.execute("UPDATE policy_versions SET data = data - 'reserve_for_release'")
    return name


@pytest.fixture
def loaded_store(loaded_url: str) -> Iterator[Store]:
    made = Store(make_engine(loaded_url, pool_size=8))
    yield made
    made.close()


@pytest.fixture(scope="session")
def shared_store(postgres: EmbeddedPostgres, default_template: str) -> Iterator[Callable[[bool], Store]]:
    """Gives the database that tests share which keep nothing, by whether its policy keeps time back."""
    made: dict[bool, Store] = {}

    def give(keeps_time: bool) -> Store:
        if keeps_time not in made:
            name = loaded(postgres, default_template, keeps_time=keeps_time)
            made[keeps_time] = Store(make_engine(postgres.url(name), pool_size=2))
        return made[keeps_time]

    yield give
    for store in made.values():
        store.close()


@pytest.fixture
def unkept(request: pytest.FixtureRequest, shared_store: Callable[[bool], Store]) -> Iterator[Session]:
    """One open transaction on the default data, rolled back at the end; in the test's own database where it asks for
    ``loaded_store`` as well, else in one that is shared, which saves making one. Numbers do not begin at 1 there."""
    own = "loaded_store" in request.fixturenames
    store: Store = request.getfixturevalue("loaded_store") if own else shared_store(keeps_time(request))
    with store.reading() as opened:
        yield opened


@pytest.fixture(scope="session")
def hotline() -> Iterator[System]:
    """A whole running hotline, one for all tests of the session that need no other."""
    if not ENGINE_PYTHON.exists():
        pytest.skip("SKIPPED: no engine environment; run `make up` once")
    system = System()
    try:
        system.start()
        yield system
    finally:
        system.stop()


@pytest.fixture
def citizen(hotline: System) -> Iterator[Citizen]:
    """Somebody who opens the web chat."""
    person = Citizen(hotline.chat())
    yield person
    person.chat.close()
