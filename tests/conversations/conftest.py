"""Conversations with the running hotline: real engine, real actions, real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.system import ENGINE_PYTHON, Citizen, System


@pytest.fixture(scope="session")
def hotline() -> Iterator[System]:
    """One hotline for all scripts of the session."""
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


@pytest.fixture
def another(hotline: System) -> Callable[[], Citizen]:
    """Makes further people."""
    return lambda: Citizen(hotline.chat())
