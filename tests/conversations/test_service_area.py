"""An installation that serves only some communes says so of the others and keeps the words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system import ENGINE_PYTHON, Citizen, System


@pytest.fixture(scope="module")
def local() -> Iterator[System]:
    """A hotline that serves Phường Lê Chân alone."""
    if not ENGINE_PYTHON.exists():
        pytest.skip("SKIPPED: no engine environment; run `make up` once")
    system = System({"HOTLINE_SERVICE_AREA": "11383"})
    try:
        yield system.start()
    finally:
        system.stop()


def test_a_place_outside_of_the_area_is_said_so_and_asked_again(local: System) -> None:
    person = Citizen(local.chat())
    said = person.says("đèn đường hỏng cả tuần ở đường Lê Lai phường Ngô Quyền")
    assert "Phường Ngô Quyền không thuộc địa bàn" in said
    assert "Ý anh/chị" not in said
    person.says("nhầm, ở số 5 Tô Hiệu phường Lê Chân")
    summary = person.says("gửi luôn đi")
    assert "số 5 Tô Hiệu phường Lê Chân" in summary
    assert "đèn đường hỏng cả tuần" in summary
    person.chat.close()
