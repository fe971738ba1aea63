"""Installations of other provinces: the chat answers with that province's places, agencies and times."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from feedback_store.defaults import load_defaults
from feedback_store.places.country import province_named, provinces
from feedback_store.queries.lookups import commune_name
from feedback_store.service.routing import suggest_for
from feedback_store.service.tickets import promise_due
from feedback_store.store import Store
from feedback_store.tables import Agency, Commune, OldWard
from hotline.provinces import checked
from tests.integration.actions.chat import Chat
from tests.integration.tickets.conftest import Desk

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
# province, what is written, the place that is kept, the commune, the agency of a report of rubbish
REPORTS = [
    ("ha-noi", "rác không ai dọn ở ngõ 12 phố Tây Sơn, phường Thịnh Quang, quận Đống Đa", "Đống Đa", "Hà Nội"),
    ("an-giang", "rác không ai dọn ở số 12 Trần Hưng Đạo, phường Mỹ Bình, thành phố Long Xuyên", "Long Xuyên",
     "An Giang"),
    ("tp-hcm", "rác không ai dọn ở số 45 đường ĐT 743, phường Hưng Định, thành phố Thuận An, Bình Dương", "Thuận An",
     "Hồ Chí Minh"),
    ("hai-phong", "rác không ai dọn ở ngách 34/12 ngõ 34 Tô Hiệu p.Lê Chân", "Lê Chân", "Hải Phòng"),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "story", "commune", "of"), REPORTS, ids=[one[0] for one in REPORTS])
def test_a_report_gets_the_place_the_agency_and_the_time_of_its_province(
    store: Store, slug: str, story: str, commune: str, of: str
) -> None:
    with store.transaction() as session:
        load_defaults(session, now=NOW, province=slug)
    with store.reading() as session:
        chat = Chat(Desk(session))
        chat.says(story, "submit_feedback")
        for _ in range(4):
            if "Đúng thì anh/chị chọn" in (said := chat.says("bỏ qua", "skip")):
                break
        assert story.partition(" ở ")[2] in said
        chat.presses("Gửi")
        ticket = chat.tickets[-1]
        named = commune_name(session, ticket.commune_code) or ""
        assert named.removeprefix("Phường ").removeprefix("Xã ") == commune
        suggested = suggest_for(session, ticket, at=chat.now)
        assert suggested.agency_id is not None
        agency = session.get_one(Agency, suggested.agency_id).name
        assert of in agency or named in agency
        promised = promise_due(session, ticket.id)
        assert promised is not None
        assert promised > chat.now


@pytest.mark.parametrize("slug", [one.slug for one in provinces()])
def test_every_province_has_what_reports_need(slug: str) -> None:
    told, gaps = checked(slug)
    assert not gaps
    assert told[0].startswith(province_named(slug).name)


def test_a_province_is_loaded_alone_and_again_without_a_change(store: Store) -> None:
    for _ in range(2):
        with store.transaction() as session:
            load_defaults(session, now=NOW, province="an-giang")
        with store.reading() as session:
            assert set(session.scalars(select(Commune.province_code))) == {"91"}
            assert len(list(session.scalars(select(Commune.code)))) == 102
            assert len(list(session.scalars(select(OldWard.id)))) == 302
            names = list(session.scalars(select(Agency.name)))
            assert len(names) == len(set(names))
            assert not [name for name in names if "Hải Phòng" in name]


def test_an_unknown_province_is_named_with_those_there_are(store: Store) -> None:
    with pytest.raises(FileNotFoundError, match="an-giang"), store.transaction() as session:
        load_defaults(session, now=NOW, province="atlantis")
