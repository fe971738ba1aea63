"""The number of somebody who called, as the operator types it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from feedback_store.tables import Ticket
from feedback_store.texts import render
from tests.integration.console.conftest import Office, Person

PATH = "/nhap-cuoc-goi"
TYPED = {"text": "cống nghẹt trước cổng chợ", "category": "thoat-nuoc.nghet-ngap", "place": "chợ Cố Đạo"}


@pytest.fixture
def operator(office: Office) -> Person:
    return office.person("truc", "operator")


def send(operator: Person, phone: str) -> str:
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', operator.read(PATH)))
    return operator.client.post(f"/console{PATH}", data={**hidden, **TYPED, "phone": phone}).text


@pytest.mark.parametrize(
    ("written", "kept"),
    [("84912345678", "0912345678"), ("+84 (0)912345678", "0912345678"), ("(0225) 384 2190", "02253842190"),
     ("0225/3842190", "02253842190"), ("0912345678\u00a0", "0912345678"), ("0912–345–678", "0912345678"),
     ("0168 912 3456", "0389123456"), ("", None)],
)  # fmt: skip
def test_a_number_is_kept_as_it_is_dialled(office: Office, operator: Person, written: str, kept: str | None) -> None:
    send(operator, written)
    with office.store.reading() as session:
        assert [one.reporter_phone for one in session.scalars(select(Ticket))] == [kept]


@pytest.mark.parametrize("written", ["0912 345 67", "19001022", "0912345678 / 0987654321", "0912345678 chị Hoa", "x"])
def test_what_is_no_number_of_one_person_is_refused_and_the_form_kept(
    office: Office, operator: Person, written: str
) -> None:
    shown = send(operator, written)
    assert render("phone.bad_number") in shown
    assert written in shown
    assert TYPED["text"] in shown
    with office.store.reading() as session:
        assert session.scalars(select(Ticket)).first() is None
