"""Recalculation after a change of calendar or policy: what moves, what stays a fact, who is told (sla.md, rule 12)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from feedback_store.domain.lifecycle import IllegalMove
from feedback_store.queries.explain import explain
from feedback_store.queries.recalculation import Preview, Scope, preview
from feedback_store.service import (
    audit,
    calendar_edits,
    deadlines,
    extensions,
    promises,
    recalculation,
    recategorising,
    tickets,
)
from feedback_store.service.actor import Actor, Refused
from feedback_store.tables import AuditEntry, Category, PolicyVersion, PromiseMove, TicketEvent, UserNotice
from hotline.sla_cli import _lines
from tests.integration.tickets.conftest import OPERATOR, SUPERVISOR, Desk, at

ADMIN = Actor("user", user_id=5, role="administrator")
REASON = "Nghỉ bù theo Thông báo 12/TB-UBND"
ALL = Scope()


def close(desk: Desk, when: str, *days: str, calendars: Sequence[str] = ("vn-office", "hotline")) -> None:
    """Close working days in new versions of the calendars, made and valid at ``when``."""
    for code in calendars:
        for day in days:
            base = calendar_edits.newest(desk.session, code).id
            calendar_edits.change_days(
                desk.session, code=code, base=base, actor=ADMIN, now=at(when),
                form={"first": day, "kind": "closed", "reason": REASON},
            )  # fmt: skip


def target(desk: Desk, when: str, service_class: str, **targets: dict[str, int]) -> None:
    """Give a class other targets in a new version of the policy."""
    last = desk.session.scalars(select(PolicyVersion).order_by(PolicyVersion.id.desc()).limit(1)).one()
    data = copy.deepcopy(last.data)
    data["classes"][service_class] |= targets
    desk.session.add(PolicyVersion(data=data, valid_from=at(when), created_at=at(when), created_by=5, note="thử"))
    desk.session.flush()


def of_class(desk: Desk, service_class: str) -> str:
    """A category of the class."""
    return desk.session.scalars(select(Category.code).where(Category.service_class == service_class).limit(1)).one()


def see(desk: Desk, when: str, scope: Scope = ALL) -> Preview:
    desk.session.flush()
    return preview(desk.session, scope=scope, now=at(when))


def recalculate(desk: Desk, when: str, scope: Scope = ALL) -> recalculation.Done:
    found = see(desk, when, scope)
    act = recalculation.Act(scope, REASON, found.digest, ADMIN)
    act = recalculation.begin(desk.session, act=act, seen=found, now=at(when))
    done = recalculation.apply_to(desk.session, act=act, tickets=recalculation.work(found), now=at(when))
    same = recalculation.renew(desk.session, same=found.same)
    recalculation.finish(desk.session, act=act, done=done, same=same, now=at(when))
    return done


def effects(found: Preview) -> dict[str, str]:
    return {move.kind: move.effect for move in found.moves}


def test_a_new_day_off_moves_what_runs_and_the_promise_once_the_citizen_was_told(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    leg = desk.dispatch(ticket, "2026-03-02 09:45")
    close(desk, "2026-03-03 08:00", "2026-03-04")
    found = see(desk, "2026-03-03 08:10")
    assert effects(found) == {"promise": "promise_later", "resolve": "later"}
    assert desk.clock("resolve").current_due == at("2026-03-05 17:00"), "a preview changes nothing"
    recalculate(desk, "2026-03-03 08:10")
    resolve, promise = desk.clock("resolve"), desk.clock("promise")
    assert (resolve.base_due, resolve.original_due, resolve.current_due) == (at("2026-03-06 17:00"),) * 3
    assert (promise.original_due, promise.current_due) == (at("2026-03-05 17:00"), at("2026-03-06 17:00"))
    said = desk.told(ticket)[-1]
    assert said[0] == promises.NOTICE
    assert "17 giờ 00, thứ Sáu, ngày 06/03/2026" in said[1]
    assert REASON in said[1]
    notices = desk.session.scalars(select(UserNotice.text).where(UserNotice.kind == "recalculated")).all()
    assert len(notices) == 1
    assert "06/03/2026" in notices[0]
    assert desk.trail(ticket)[-2:] == ["recalculated", "promise_moved"]
    desk.release(desk.answer(leg, "2026-03-06 10:00"), "2026-03-06 10:10")
    assert (desk.clock("promise").standing_original, desk.clock("promise").standing_current) == ("late", "on_time")


@pytest.mark.parametrize("channel", ["telegram", "phone"])
def test_a_later_promise_waits_for_the_proof_that_the_citizen_knows(desk: Desk, channel: str) -> None:
    ticket = desk.file("2026-03-02 09:15", channel=channel, chat=channel == "telegram")
    desk.dispatch(ticket, "2026-03-02 09:45")
    close(desk, "2026-03-03 08:00", "2026-03-04")
    recalculate(desk, "2026-03-03 08:10")
    promise = desk.clock("promise")
    assert promise.current_due == at("2026-03-05 17:00")
    assert see(desk, "2026-03-03 08:20").moves == [], "the citizen is being told already"
    if channel == "telegram":
        promises.told(desk.session, ticket_id=ticket.id, at=at("2026-03-03 09:00"))
    else:
        desk.call(ticket, "2026-03-03 09:00")
    assert (promise.original_due, promise.current_due) == (at("2026-03-05 17:00"), at("2026-03-06 17:00"))
    assert see(desk, "2026-03-03 09:20").moves == []


def test_a_later_pause_moves_both_due_times_each_by_its_own_calendar(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    desk.dispatch(ticket, "2026-03-02 09:45")
    close(desk, "2026-03-03 08:00", "2026-03-04")
    recalculate(desk, "2026-03-03 08:10")
    tickets.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh", actor=OPERATOR,
                  expected_version=None, now=at("2026-03-05 07:30"))
    tickets.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=at("2026-03-05 17:00"))
    promise = desk.clock("promise")
    assert (promise.original_due, promise.current_due) == (at("2026-03-06 17:00"), at("2026-03-09 17:00"))


def test_a_day_worked_after_all_brings_everything_forward_and_the_citizen_is_told(desk: Desk) -> None:
    close(desk, "2026-03-01 08:00", "2026-03-04")
    ticket = desk.file("2026-03-02 09:15")
    desk.dispatch(ticket, "2026-03-02 09:45")
    assert desk.clock("promise").current_due == at("2026-03-06 17:00")
    for code in ("vn-office", "hotline"):
        calendar_edits.drop_days(
            desk.session, code=code, base=calendar_edits.newest(desk.session, code).id, days=["2026-03-04"],
            form={"note": "Không nghỉ nữa"}, actor=ADMIN, now=at("2026-03-03 08:00"),
        )  # fmt: skip
    assert effects(see(desk, "2026-03-03 08:10")) == {"promise": "earlier", "resolve": "earlier"}
    recalculate(desk, "2026-03-03 08:10")
    for kind in ("promise", "resolve"):
        assert (desk.clock(kind).original_due, desk.clock(kind).current_due) == (at("2026-03-05 17:00"),) * 2
    assert "05/03/2026" in desk.told(ticket)[-1][1]


def test_what_is_late_stays_late_and_a_due_that_passed_before_the_job_ran_too(desk: Desk) -> None:
    seen = desk.dispatch(desk.file("2026-03-02 09:15"), "2026-03-02 09:45")
    deadlines.handle_due(desk.session, now=at("2026-03-05 17:30"))
    unseen = desk.dispatch(desk.file("2026-03-02 09:20"), "2026-03-02 09:45")
    close(desk, "2026-03-05 18:00", "2026-03-05")
    found = see(desk, "2026-03-05 18:10")
    assert set(effects(found).values()) == {"late"}
    assert found.tickets == []
    assert recalculate(desk, "2026-03-05 18:10").clocks == 0
    deadlines.handle_due(desk.session, now=at("2026-03-05 18:20"))
    for leg in (seen, unseen):
        clock = desk.clock("resolve", leg=leg)
        assert (clock.standing_current, clock.breached_current_at) == ("late", at("2026-03-05 17:00"))


def test_a_breach_the_job_has_not_stored_yet_is_stored_before_another_clock_of_the_ticket_moves(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15", of_class(desk, "H24"))
    leg = desk.dispatch(ticket, "2026-03-02 09:45")
    target(desk, "2026-03-02 09:50", "H24", resolve={"clock_minutes": 2000}, accept={"clock_minutes": 240})
    found = see(desk, "2026-03-02 12:00")
    assert effects(found) == {"promise": "promise_later", "accept": "late", "resolve": "later"}
    recalculate(desk, "2026-03-02 12:00")
    accept = desk.clock("accept", leg=leg)
    assert (accept.standing_current, accept.breached_current_at) == ("late", at("2026-03-02 11:45"))
    assert "breached" in desk.trail(ticket)


def test_nothing_becomes_late_by_a_recalculation(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    desk.dispatch(ticket, "2026-03-02 09:45")
    target(desk, "2026-03-05 08:00", "N3", resolve={"working_days": 1})
    found = see(desk, "2026-03-05 08:10")
    assert effects(found) == {"promise": "past", "resolve": "past"}
    assert recalculate(desk, "2026-03-05 08:10").tickets == 0
    assert desk.clock("resolve").current_due == at("2026-03-05 17:00")


def test_a_paused_clock_moves_and_the_trail_tells_it_when_the_pause_ends(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    desk.dispatch(ticket, "2026-03-02 09:45")
    tickets.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh", actor=OPERATOR,
                  expected_version=None, now=at("2026-03-03 07:30"))
    close(desk, "2026-03-03 08:00", "2026-03-05")
    first, second = see(desk, "2026-03-03 09:00"), see(desk, "2026-03-03 10:00")
    assert first.digest == second.digest, "the time that passes in a pause is no change"
    recalculate(desk, "2026-03-03 10:00")
    tickets.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=at("2026-03-03 17:00"))
    resolve, promise = desk.clock("resolve"), desk.clock("promise")
    assert (resolve.original_due, resolve.current_due) == (at("2026-03-09 17:00"),) * 2
    assert (promise.original_due, promise.current_due) == (at("2026-03-06 17:00"), at("2026-03-09 17:00"))


def test_a_granted_extension_stays_on_top_of_the_new_due(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    leg = desk.dispatch(ticket, "2026-03-02 09:45")
    asked = extensions.ask(desk.session, leg_id=leg.id, amount=2, reason="Chờ thiết bị về", expected_version=None,
                           actor=Actor("user", 8, "leader", leg.agency_id), now=at("2026-03-03 08:00"))
    extensions.decide(desk.session, extension_id=asked.id, grant=True, reason=None, actor=SUPERVISOR,
                      expected_version=None, now=at("2026-03-03 09:00"))
    target(desk, "2026-03-03 10:00", "N3", resolve={"working_days": 4})
    recalculate(desk, "2026-03-03 10:10")
    resolve, promise = desk.clock("resolve"), desk.clock("promise")
    assert (resolve.original_due, resolve.current_due) == (at("2026-03-06 17:00"), at("2026-03-10 17:00"))
    assert (promise.original_due, promise.current_due) == (at("2026-03-05 17:00"), at("2026-03-10 17:00"))


def test_an_undecided_extension_is_not_saved_by_a_recalculation_after_the_due_time(desk: Desk) -> None:
    leg = desk.dispatch(desk.file("2026-03-02 09:15"), "2026-03-02 09:45")
    asked = extensions.ask(desk.session, leg_id=leg.id, amount=1, reason="Chờ thiết bị về", expected_version=None,
                           actor=Actor("user", 8, "leader", leg.agency_id), now=at("2026-03-05 08:00"))
    close(desk, "2026-03-05 18:00", "2026-03-05")
    recalculate(desk, "2026-03-05 18:10")
    extensions.decide(desk.session, extension_id=asked.id, grant=False, reason="Không có căn cứ", actor=SUPERVISOR,
                      expected_version=None, now=at("2026-03-06 09:00"))
    assert desk.clock("resolve").breached_current_at == at("2026-03-05 17:00")


def test_a_result_that_is_there_is_judged_by_the_due_time_it_had(desk: Desk) -> None:
    leg = desk.dispatch(desk.file("2026-03-02 09:15"), "2026-03-02 09:45")
    desk.answer(leg, "2026-03-03 07:40")
    close(desk, "2026-03-03 08:00", "2026-03-04")
    assert "resolve" not in effects(see(desk, "2026-03-03 08:10"))
    recalculate(desk, "2026-03-03 08:10")
    assert desk.clock("resolve").current_due == at("2026-03-05 17:00")


def test_an_earlier_promise_that_a_slower_class_did_not_replace_stays(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    recategorising.change_category(desk.session, ticket_id=ticket.id, category_code=of_class(desk, "N7"),
                            reason="Nhầm lĩnh vực rồi", actor=OPERATOR, expected_version=None,
                            now=at("2026-03-02 10:00"))
    target(desk, "2026-03-02 11:00", "N7", resolve={"working_days": 9})
    assert "promise" not in effects(see(desk, "2026-03-02 11:10"))
    recalculate(desk, "2026-03-02 11:10")
    assert desk.clock("promise").current_due == at("2026-03-05 17:00")


def test_a_shared_case_gets_the_newer_shared_target(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15", of_class(desk, "P10"))
    first, second = desk.agencies(2)
    legs = [desk.dispatch(ticket, "2026-03-02 09:45", agency) for agency in (first, second)]
    before = desk.clock("resolve", leg=legs[0]).current_due
    assert desk.clock("promise").current_due == before == at("2026-03-23 17:00")
    target(desk, "2026-03-02 10:00", "P10", shared_resolve={"working_days": 16})
    recalculate(desk, "2026-03-02 10:10")
    assert {desk.clock("resolve", leg=leg).current_due for leg in legs} == {at("2026-03-24 17:00")}
    assert desk.clock("promise").original_due == at("2026-03-16 17:00")
    assert desk.clock("promise").current_due == at("2026-03-24 17:00")


def test_a_scope_of_one_calendar_or_class_leaves_the_others(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    desk.dispatch(ticket, "2026-03-02 09:45")
    close(desk, "2026-03-03 08:00", "2026-03-04")
    assert effects(see(desk, "2026-03-03 08:10", Scope(calendar="vn-office"))) == {"resolve": "later"}
    assert effects(see(desk, "2026-03-03 08:10", Scope(calendar="hotline"))) == {"promise": "promise_later"}
    assert see(desk, "2026-03-03 08:10", Scope(service_class="H24")).moves == []
    assert len(see(desk, "2026-03-03 08:10", Scope(service_class="N3")).moves) == 2
    recalculate(desk, "2026-03-03 08:10", Scope(calendar="vn-office"))
    assert desk.clock("promise").current_due == at("2026-03-05 17:00")
    assert desk.clock("resolve").current_due == at("2026-03-06 17:00")


def test_twice_changes_nothing_the_second_time_and_nobody_is_told_or_warned_twice(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    desk.dispatch(ticket, "2026-03-02 09:45")
    deadlines.handle_due(desk.session, now=at("2026-03-05 07:40"))  # warns at 50 % and 80 %
    close(desk, "2026-03-05 08:00", "2026-03-06", "2026-03-05")
    recalculate(desk, "2026-03-05 08:10")
    told, trail = len(desk.told(ticket)), len(desk.trail(ticket))
    assert recalculate(desk, "2026-03-05 08:20").tickets == 0
    assert (len(desk.told(ticket)), len(desk.trail(ticket))) == (told, trail)
    for day in range(6, 13):
        deadlines.handle_due(desk.session, now=at(f"2026-03-{day:02} 17:30"))
    warned = [(event.data["clock_id"], level) for event in desk.session.scalars(
        select(TicketEvent).where(TicketEvent.kind == "warned")) if event.data
        for level in [int(event.new or 0), *event.data["superseded"]]]  # fmt: skip
    assert len(warned) == len(set(warned))


def test_a_second_change_before_the_citizen_was_told_replaces_the_first(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15", channel="telegram")
    desk.dispatch(ticket, "2026-03-02 09:45")
    close(desk, "2026-03-03 08:00", "2026-03-04")
    recalculate(desk, "2026-03-03 08:10")
    close(desk, "2026-03-03 09:00", "2026-03-05")
    recalculate(desk, "2026-03-03 09:10")
    promises.told(desk.session, ticket_id=ticket.id, at=at("2026-03-03 09:30"))
    assert desk.clock("promise").current_due == at("2026-03-09 17:00")
    moves = desk.session.scalars(select(PromiseMove).order_by(PromiseMove.id)).all()
    assert [(one.told_at is not None, one.dropped_at is not None) for one in moves] == [(False, True), (True, False)]


def test_a_later_date_told_after_the_promise_was_broken_saves_nothing(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15", channel="telegram")
    desk.dispatch(ticket, "2026-03-02 09:45")
    close(desk, "2026-03-05 08:00", "2026-03-06")
    target(desk, "2026-03-05 08:00", "N3", resolve={"working_days": 4})
    recalculate(desk, "2026-03-05 08:10")
    promises.told(desk.session, ticket_id=ticket.id, at=at("2026-03-05 18:00"))
    promise = desk.clock("promise")
    assert (promise.standing_current, promise.breached_current_at) == ("late", at("2026-03-05 17:00"))


def test_a_change_in_between_is_seen_by_the_digest_and_the_ticket_is_left_alone(desk: Desk) -> None:
    one, other = desk.file("2026-03-02 09:15"), desk.file("2026-03-02 09:15")
    close(desk, "2026-03-03 08:00", "2026-03-04")
    before = see(desk, "2026-03-03 08:10")
    desk.dispatch(one, "2026-03-03 08:15")
    after = see(desk, "2026-03-03 08:20")
    assert before.digest != after.digest
    act = recalculation.Act(ALL, REASON, before.digest, ADMIN)
    done = recalculation.apply_to(desk.session, act=act, tickets=recalculation.work(before), now=at("2026-03-03 08:20"))
    assert (done.tickets, done.skipped) == (1, 1)
    assert desk.clock("promise", one).current_due == at("2026-03-05 17:00")
    assert desk.clock("promise", other).current_due == at("2026-03-06 17:00")


def test_clocks_that_do_not_move_get_the_newer_version_so_that_a_later_pause_counts_with_it(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    desk.dispatch(ticket, "2026-03-02 09:45")
    close(desk, "2026-03-03 08:00", "2026-03-06")
    assert see(desk, "2026-03-03 08:10").moves == []
    recalculate(desk, "2026-03-03 08:10")
    desk.session.expire_all()
    tickets.pause(desk.session, ticket_id=ticket.id, kind="citizen", reason="Chờ người dân gửi ảnh", actor=OPERATOR,
                  expected_version=None, now=at("2026-03-05 07:30"))
    tickets.resume(desk.session, ticket_id=ticket.id, actor=OPERATOR, expected_version=None, now=at("2026-03-05 17:00"))
    assert desk.clock("resolve").current_due == at("2026-03-09 17:00")


def test_an_agency_that_changed_its_calendar_is_found(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    leg = desk.dispatch(ticket, "2026-03-02 09:45")
    calendar_edits.create(desk.session, form={"code": "sau-ngay", "name": "Sáu ngày một tuần", "like": "vn-office"},
                          actor=ADMIN, now=at("2026-03-02 10:00"))
    close(desk, "2026-03-02 10:00", "2026-03-03", calendars=("sau-ngay",))
    calendar_edits.assign(desk.session, code="sau-ngay", agency_id=leg.agency_id, actor=ADMIN,
                          now=at("2026-03-02 10:10"))
    assert effects(see(desk, "2026-03-02 10:20")) == {"resolve": "later"}
    recalculate(desk, "2026-03-02 10:20")
    assert desk.clock("resolve").current_due == at("2026-03-06 17:00")


def test_a_reason_and_the_right_are_needed_and_the_counts_are_in_the_audit_log(desk: Desk) -> None:
    desk.file("2026-03-02 09:15")
    close(desk, "2026-03-03 08:00", "2026-03-04")
    found = see(desk, "2026-03-03 08:10")

    def begin(actor: Actor, reason: str) -> Callable[[], Any]:
        act = recalculation.Act(ALL, reason, found.digest, actor)
        return lambda: recalculation.begin(desk.session, act=act, seen=found, now=at("2026-03-03 08:10"))

    with pytest.raises(Refused):
        begin(SUPERVISOR, REASON)()
    with pytest.raises(IllegalMove):
        begin(ADMIN, " ")()
    recalculate(desk, "2026-03-03 08:10")
    desk.session.flush()
    query = select(AuditEntry).where(AuditEntry.action.like("recalculation%")).order_by(AuditEntry.id)
    audit.write(desk.session)
    begun, done = desk.session.scalars(query)
    assert begun.data is not None
    assert done.data is not None
    assert begun.data["counts"] == {"promise_later": 1}
    assert (done.data["tickets"], done.data["reason"], done.user_id) == (1, REASON, 5)


def test_explain_names_the_recalculation_and_the_version_of_each_due_time(desk: Desk) -> None:
    ticket = desk.file("2026-03-02 09:15")
    desk.dispatch(ticket, "2026-03-02 09:45")
    close(desk, "2026-03-03 08:00", "2026-03-04")
    recalculate(desk, "2026-03-03 08:10")
    desk.session.flush()
    told = {one.kind: "\n".join(_lines(one)) for one in explain(desk.session, ticket, now=at("2026-03-03 09:00"))}
    version = calendar_edits.newest(desk.session, "vn-office").id
    assert f"calendar  vn-office, version {version}" in told["resolve"]
    assert "tính lại  Tue 03/03/2026 08:10:00" in told["resolve"]
    assert "Thu 05/03/2026 17:00:00 to Fri 06/03/2026 17:00:00" in told["resolve"]
    assert REASON in told["resolve"]
    assert "of the original due: version" in told["promise"]
    assert "tính lại" in told["promise"]
