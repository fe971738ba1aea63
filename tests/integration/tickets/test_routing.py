"""Which agency is suggested, rules with dates, and editors that keep the past (decision 16)."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml
from sqlalchemy import select

from feedback_store import patch
from feedback_store.defaults import DATA, load_defaults
from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries import lookups
from feedback_store.service import agencies, agency_editing, audit, categories, recategorising, routing
from feedback_store.service.actor import Actor, Refused
from feedback_store.tables import Agency, AuditEntry, Category, RoutingRule
from tests.integration.tickets.conftest import OPERATOR, SUPERVISOR, Desk, at

ADMIN = Actor("user", user_id=5, role="administrator")
GARBAGE, COMMUNE = "moi-truong.rac", "11383"
NOW = "2026-03-02 09:00"


def rule(desk: Desk, agency: Agency, category: str | None = GARBAGE, commune: str | None = COMMUNE,
         first: str = "2026-03-02", last: str | None = None, actor: Actor = ADMIN) -> RoutingRule:
    return routing.add_rule(
        desk.session, category_code=category, commune_code=commune, agency_id=agency.id,
        first_day=dt.date.fromisoformat(first), last_day=dt.date.fromisoformat(last) if last else None, note=None,
        actor=actor, now=at(NOW),
    )  # fmt: skip


def suggested(desk: Desk, when: str = NOW, category: str = GARBAGE, commune: str | None = COMMUNE) -> int | None:
    desk.session.flush()
    return routing.suggest_agency(desk.session, category_code=category, commune_code=commune, at=at(when)).agency_id


def test_the_narrower_rule_wins_and_the_kind_of_the_category_comes_last(desk: Desk) -> None:
    own = suggested(desk)
    a, b, c = desk.agencies(3)
    for agency, category, commune in ((c, None, COMMUNE), (b, GARBAGE, None), (a, GARBAGE, COMMUNE)):
        assert suggested(desk) != agency.id
        rule(desk, agency, category, commune)
        assert suggested(desk) == agency.id
    assert suggested(desk, commune="11329") == b.id
    assert suggested(desk, category="khac.khac") == c.id
    assert own not in (a.id, b.id, c.id)


def test_a_rule_holds_from_its_first_to_the_end_of_its_last_day(desk: Desk) -> None:
    agency, own = desk.agencies(1)[0], suggested(desk)
    rule(desk, agency, first="2026-03-10", last="2026-03-11")
    found = [suggested(desk, when) for when in ("2026-03-09 23:59", "2026-03-10 00:00", "2026-03-11 23:59",
                                                "2026-03-12 00:00")]  # fmt: skip
    assert found == [own, agency.id, agency.id, own]


def test_rules_of_one_scope_never_overlap_and_the_other_is_named(desk: Desk) -> None:
    a, b, _ = desk.agencies(3)
    rule(desk, a, first="2026-03-10", last="2026-03-20")
    with pytest.raises(Refused) as refused:
        rule(desk, b, first="2026-03-20")
    assert refused.value.key == "routing.overlap"
    assert refused.value.params == {"agency": a.name, "period": "từ 10/03/2026 đến hết 20/03/2026"}
    rule(desk, b, first="2026-03-21")
    rule(desk, b, commune=None, first="2026-03-15")


def test_the_past_is_not_rewritten(desk: Desk) -> None:
    agency, own = desk.agencies(1)[0], suggested(desk)
    with pytest.raises(IllegalMove):
        rule(desk, agency, first="2026-03-01")
    made = rule(desk, agency)
    routing.end_rule(desk.session, rule_id=made.id, last_day=None, actor=ADMIN, now=at("2026-03-05 10:00"))
    assert suggested(desk, "2026-03-05 09:59") == agency.id
    assert suggested(desk, "2026-03-05 10:00") == own
    with pytest.raises(IllegalMove):
        routing.end_rule(desk.session, rule_id=made.id, last_day=None, actor=ADMIN, now=at("2026-03-06 10:00"))


def test_a_rule_that_has_not_begun_is_taken_away_and_the_audit_keeps_it(desk: Desk) -> None:
    made = rule(desk, desk.agencies(1)[0], first="2026-04-01")
    routing.end_rule(desk.session, rule_id=made.id, last_day=None, actor=ADMIN, now=at(NOW))
    desk.session.flush()
    assert desk.session.get(RoutingRule, made.id) is None
    audit.write(desk.session)
    entry = desk.session.scalars(select(AuditEntry).where(AuditEntry.action == "routing_rule_withdrawn")).one()
    assert entry.data is not None
    assert entry.data["old"]["category"] == GARBAGE


def test_a_rule_follows_the_successor_and_none_goes_to_an_agency_that_ended(desk: Desk) -> None:
    old, new, _ = desk.agencies(3)
    rule(desk, old)
    agencies.dissolve(desk.session, agency_id=old.id, successor_id=new.id, at=at("2026-03-04 00:00"),
                      reason="Sáp nhập đơn vị", actor=ADMIN, now=at(NOW))  # fmt: skip
    assert [suggested(desk, "2026-03-03 23:59"), suggested(desk, "2026-03-04 00:00")] == [old.id, new.id]
    with pytest.raises(IllegalMove) as refused:
        rule(desk, old, commune=None, first="2026-03-04")
    assert refused.value.key == "routing.agency_dissolved"


def test_successors_never_form_a_circle_whatever_their_dates(desk: Desk) -> None:
    a, b, _ = desk.agencies(3)
    common = {"reason": "Sáp nhập đơn vị", "actor": ADMIN, "now": at(NOW)}
    agencies.dissolve(desk.session, agency_id=b.id, successor_id=a.id, at=at("2026-03-20 00:00"), **common)
    with pytest.raises(IllegalMove) as refused:
        agencies.dissolve(desk.session, agency_id=a.id, successor_id=b.id, at=at("2026-03-10 00:00"), **common)
    assert refused.value.key == "agencies.own_successor"
    agency_editing.keep(desk.session, agency_id=b.id, actor=ADMIN, now=at(NOW))
    assert (b.dissolved_at, b.successor_id) == (None, None)
    agencies.dissolve(desk.session, agency_id=a.id, successor_id=b.id, at=at("2026-03-10 00:00"), **common)
    with pytest.raises(IllegalMove):
        agency_editing.keep(desk.session, agency_id=a.id, actor=ADMIN, now=at("2026-03-10 00:00"))


def test_only_administrators_edit(desk: Desk) -> None:
    for actor in (OPERATOR, SUPERVISOR):
        with pytest.raises(Refused):
            rule(desk, desk.agencies(1)[0], actor=actor)
        with pytest.raises(Refused):
            categories.add_group(desk.session, name="Nhóm mới", actor=actor, now=at(NOW))
        with pytest.raises(Refused):
            agency_editing.keep(desk.session, agency_id=1, actor=actor, now=at(NOW))


def edited(desk: Desk, code: str = GARBAGE, **changed: object) -> None:
    row = desk.session.get_one(Category, code)
    values = {"group_code": row.group_code, "name": row.name, "service_class": row.service_class,
              "agency_kind": row.agency_kind, "active": row.active, **changed}  # fmt: skip
    categories.edit(desk.session, code=code, actor=ADMIN, now=at(NOW), **values)  # type: ignore[arg-type]
    desk.session.flush()


def test_another_class_holds_for_new_reports_alone_and_the_defaults_keep_off(desk: Desk) -> None:
    before = desk.file(NOW)
    old = before.service_class
    edited(desk, service_class="P10" if old != "P10" else "N3", name="Rác thải")
    after = desk.file("2026-03-02 10:00")
    assert before.service_class == old
    assert after.service_class != old
    categories.rename_group(desk.session, code="khac", name="Việc khác", actor=ADMIN, now=at(NOW))
    load_defaults(desk.session, now=at(NOW))
    assert lookups.category_name(desk.session, GARBAGE) == "Rác thải"
    assert any(one.group == "Việc khác" for one in lookups.categories(desk.session))
    audit.write(desk.session)
    entry = desk.session.scalars(select(AuditEntry).where(AuditEntry.action == "category_edited")).one()
    assert entry.data is not None
    assert entry.data["old"]["class"] == old
    assert set(entry.data["new"]) == {"class", "name"}


def test_a_category_switched_off_is_offered_no_more_and_old_tickets_keep_it(desk: Desk) -> None:
    ticket = desk.file(NOW)
    edited(desk, active=False)
    assert GARBAGE not in {one.code for one in lookups.categories(desk.session)}
    assert lookups.category_name(desk.session, ticket.category_code) != GARBAGE
    assert lookups.offered(desk.session, ((GARBAGE, 0.9), ("khac.khac", 0.1))) == (("khac.khac", 0.1),)
    other = desk.file(NOW, "khac.khac")
    with pytest.raises(Refused) as refused:
        recategorising.change_category(desk.session, ticket_id=other.id, category_code=GARBAGE, reason="nhầm lĩnh vực",
                                actor=OPERATOR, expected_version=None, now=at(NOW))  # fmt: skip
    assert refused.value.key == "categories.switched_off"
    with pytest.raises(Refused):
        edited(desk, "khac.khac", active=False)


def test_what_nobody_edited_is_given_back_byte_for_byte(desk: Desk) -> None:
    assert patch.categories_file(desk.session) == (DATA / "categories.yaml").read_text(encoding="utf-8")
    name, text = patch.province_file(desk.session)
    assert text == (DATA / "provinces" / name).read_text(encoding="utf-8")


def test_what_was_edited_stands_in_the_file(desk: Desk) -> None:
    edited(desk, group_code="khac", active=False)
    leaf = next(one for one in yaml.safe_load(patch.categories_file(desk.session))["leaves"] if one["code"] == GARBAGE)
    assert (leaf["group"], leaf["active"]) == ("khac", False)
    made = agency_editing.add(desk.session, name="Ban Quản lý vịnh", kind="", commune_code=COMMUNE,
                              calendar_code="vn-office", actor=ADMIN, now=at(NOW))  # fmt: skip
    rule(desk, made)
    document = yaml.safe_load(patch.province_file(desk.session)[1])
    assert document["agencies"][-1] == {"code": made.code, "kind": made.code, "name": "Ban Quản lý vịnh",
                                        "commune": COMMUNE}  # fmt: skip
    assert [one["agency"] for one in document["routing"]] == [made.code]
