"""The public pages: what they say when an address is wrong or something breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from bot.gateway.app import Gateway

BAD = ("%00", "%FF", "99999999999999999999", "²", "🔥", "%0d%0ax", "x" * 3000, "NaN", "'", "{0}", "%")


@contextmanager
def visitor(gateway: Gateway) -> Iterator[TestClient]:
    handlers: Any = {404: gateway.pages.missing, 405: gateway.pages.missing}
    with TestClient(Starlette(routes=gateway.pages.routes(), exception_handlers=handlers)) as client:
        yield client
    asyncio.run(gateway.engine.close())


def test_no_code_breaks_the_look_up(gateway: Gateway) -> None:
    with visitor(gateway) as client:
        for value in BAD:
            answer = client.get(f"/tra-cuu?ma={value}")
            assert answer.status_code in (200, 404, 429), value
            assert '<html lang="vi">' in answer.text


def test_an_unknown_address_is_a_page_in_vietnamese(gateway: Gateway) -> None:
    with visitor(gateway) as client:
        for value in BAD:
            for path in (f"/{value}", f"/console/{value}", f"/web/media/{value}"):
                answer = client.get(path)
                assert answer.status_code == 404, path
                assert "Không tìm thấy trang này" in answer.text
        assert client.post("/tra-cuu").status_code == 405


def test_an_unforeseen_error_is_a_page_whose_number_stands_in_the_log(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("PA-482-109-375")

    monkeypatch.setattr("bot.gateway.pages.status.ticket_status", broken)
    with visitor(gateway) as client, capture_logs() as lines:
        answer = client.get("/tra-cuu?ma=PA-482-109-375")
    assert answer.status_code == 500
    assert "Có lỗi xảy ra" in answer.text
    (line,) = [line for line in lines if line["event"] == "unforeseen_error"]
    assert line["number"] in answer.text
    assert line["route"] == "GET /tra-cuu"
    assert "PA-482" not in str(line) + answer.text
