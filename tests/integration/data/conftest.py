"""One small year of sample data, loaded once for all tests of this folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from feedback_store.demo import SignIn, load_demo
from feedback_store.service.imports_catalogue import Catalogue, load_catalogue
from feedback_store.store import Store, make_engine
from hotline.postgres import EmbeddedPostgres
from tests.conftest import clone, drop, forget_versions

NOW = dt.datetime(2026, 11, 20, 8, 30, tzinfo=dt.UTC)
TICKETS = 400


@dataclass(frozen=True)
class Demo:
    store: Store
    signs: list[SignIn]
    media: Path


@pytest.fixture(scope="session")
def demo(postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Read it, change nothing."""
    name = clone(postgres, template)
    store = Store(make_engine(postgres.url(name), pool_size=4))
    media = tmp_path_factory.mktemp("media")
    forget_versions()
    yield Demo(store, load_demo(store, now=NOW, media_root=media, tickets=TICKETS), media)
    store.close()
    drop(postgres, name)


_kept: list[Catalogue] = []


@pytest.fixture
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    """Read once from the default data; rows are judged without the database."""
    if not _kept:
        store: Store = request.getfixturevalue("loaded_store")
        with store.reading() as session:
            made = load_catalogue(session)
            session.expunge_all()
        _kept.append(made)
    return _kept[0]
