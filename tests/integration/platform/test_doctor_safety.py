"""`hotline doctor` names what is unsafe, with what mends it, and is silent about a safe installation."""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import sql
from typer.testing import CliRunner

from feedback_store.service import audit, users
from feedback_store.service.actor import SYSTEM
from feedback_store.store import Store
from hotline import audit_cli, backup_cli, doctor_safety
from hotline.bootstrap import create_app
from hotline.doctor import examine, schema
from hotline.finding import Finding
from hotline.keys import Keys
from hotline.notes import Notes
from hotline.postgres import EmbeddedPostgres
from hotline.roles import address
from hotline.settings import Settings
from tests.system import free_ports

NOW = dt.datetime(2026, 11, 29, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """The folder of an installation that was looked after."""
    Keys(tmp_path / "keys").encryption()
    for deed in ("backup", "audit-head"):
        Notes(tmp_path).keep(deed, NOW - dt.timedelta(hours=3))
    for name in ("log", "media"):
        (tmp_path / name).mkdir(mode=0o700)
    return tmp_path


@pytest.fixture
def installation(var: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    monkeypatch.setenv("HOTLINE_VAR", str(var))
    return lambda **more: Settings(**{"public_url": "https://1022.example.vn", **more})


def found(settings: Settings) -> list[Finding]:
    return list(doctor_safety.unsafe(settings, NOW))


def only(findings: list[Finding]) -> Finding:
    (one,) = findings
    assert one.mend
    assert "\n" not in one.what + one.mend
    return one


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"public_url": None},
        {"public_url": "http://10.1.2.3"},
        {"public_url": "http://1022.hp.lan"},
        {"host": "0.0.0.0", "trusted_proxies": "10.1.2.3"},
        {"host": "0.0.0.0", "trusted_proxies": "127.0.0.1, 10.0.0.0/8"},
    ],
)
def test_a_safe_installation_has_no_finding(installation: Callable[..., Settings], more: dict[str, str]) -> None:
    assert found(installation(**more)) == []


def test_a_folder_where_nothing_was_made_yet_has_no_finding(tmp_path: Path) -> None:
    assert found(Settings(var=tmp_path)) == []


@pytest.mark.parametrize("url", ["http://1022.haiphong.gov.vn", "http://8.8.8.8:8022", "http://[2001:4860::1]"])
def test_a_public_address_of_plain_http_is_wrong(installation: Callable[..., Settings], url: str) -> None:
    one = only(found(installation(public_url=url)))
    assert one.grade == "wrong"
    assert "HOTLINE_PUBLIC_URL=https://" in one.mend


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::", "may-chu"])
def test_plain_http_for_other_machines_is_named(installation: Callable[..., Settings], host: str) -> None:
    one = only(found(installation(public_url=None, host=host)))
    assert one.grade == "warning"
    assert f"HOTLINE_HOST={host}" in one.what


def test_cookies_that_are_not_secure_behind_https_are_named(installation: Callable[..., Settings]) -> None:
    assert "HOTLINE_SECURE_COOKIES" in only(found(installation(secure_cookies=False))).what


@pytest.mark.parametrize("more", [{"trusted_proxies": "*"}, {"trusted_proxies": ""}, {"host": "0.0.0.0"}])
def test_a_proxy_that_nobody_named_is_named(installation: Callable[..., Settings], more: dict[str, str]) -> None:
    assert "HOTLINE_TRUSTED_PROXIES" in only(found(installation(**more))).mend


@pytest.mark.parametrize("name", ["hotline.env", "audit-heads", "log", "media", "keys", "notes"])
def test_what_others_of_the_machine_may_read_is_wrong(
    installation: Callable[..., Settings], var: Path, name: str
) -> None:
    path = var / name
    if not path.exists():
        path.write_text("")
    folder = path.is_dir()
    path.chmod(0o750 if folder else 0o640)
    one = only(found(installation()))
    assert one.grade == "wrong"
    assert one.mend == f"chmod {'700' if folder else '600'} {path}"
    path.chmod(0o700 if folder else 0o600)
    assert found(installation()) == []


def test_a_backup_that_is_old_or_was_never_written_is_named(installation: Callable[..., Settings], var: Path) -> None:
    Notes(var).keep("backup", NOW - dt.timedelta(days=9))
    assert "9 days old" in only(found(installation())).what
    (var / "notes" / "backup").write_text("hôm qua", encoding="utf-8")
    one = only(found(installation()))
    assert "no backup" in one.what
    assert "hotline backup" in one.mend


def in_database(url: str, settings: Settings) -> list[Finding]:
    return [one for one in schema(url, settings) if one.grade != "ok"]


def test_a_safe_database_has_no_finding(loaded_url: str, installation: Callable[..., Settings]) -> None:
    assert in_database(loaded_url, installation()) == []


def test_an_administrators_one_time_password_is_named_until_it_is_changed(
    loaded_url: str, loaded_store: Store, installation: Callable[..., Settings]
) -> None:
    with loaded_store.transaction() as session:
        made = users.create_user(session, login="quan.tri", name="A", role="administrator", agency_id=None,
                                 actor=SYSTEM, now=NOW)  # fmt: skip
    findings = in_database(loaded_url, installation())
    assert "quan.tri" in only(findings).what
    assert made.password not in str(findings)
    with psycopg.connect(loaded_url) as connection:
        connection.execute("UPDATE users SET must_change_password = false")
    assert in_database(loaded_url, installation()) == []


def test_an_audit_log_whose_head_was_never_printed_is_named(
    loaded_url: str, loaded_store: Store, installation: Callable[..., Settings], var: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with loaded_store.transaction() as session:
        audit.log(session, action="x", subject="y", user_id=None, now=NOW)
    (var / "notes" / "audit-head").unlink()
    assert "hotline audit head" in only(in_database(loaded_url, installation())).mend
    monkeypatch.setenv("DATABASE_URL", loaded_url)
    printed = CliRunner().invoke(audit_cli.app, ["head"])
    assert printed.exit_code == 0
    assert printed.stdout.startswith("1:")
    assert in_database(loaded_url, installation()) == []


def test_a_backup_is_noted_when_it_is_written_and_not_when_it_fails(
    loaded_url: str, installation: Callable[..., Settings], var: Path, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (var / "notes" / "backup").unlink()
    monkeypatch.setenv("DATABASE_URL", loaded_url)
    target = tmp_path_factory.mktemp("saved") / "1022.hotline"
    failed = CliRunner().invoke(backup_cli.app, ["backup", str(target.parent / "no" / "x")])
    assert (failed.exit_code, Notes(var).last("backup")) == (1, None)
    done = CliRunner().invoke(backup_cli.app, ["backup", str(target)])
    assert done.exit_code == 0, done.output
    at = Notes(var).last("backup")
    assert at is not None
    assert dt.datetime.now(dt.UTC) - at < dt.timedelta(minutes=1)
    assert stat.S_IMODE((var / "notes").stat().st_mode) == 0o700


@pytest.fixture
def plain_role(postgres: EmbeddedPostgres, loaded_url: str) -> Iterator[str]:
    """Address with a role that reads the tables and may make no others, as on somebody else's server."""
    role = sql.Identifier("thue_bao")
    with psycopg.connect(loaded_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(role))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(role))
        yield address(loaded_url, "thue_bao", "x")
        connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


def test_one_role_for_all_processes_is_named(plain_role: str, installation: Callable[..., Settings]) -> None:
    one = only(in_database(plain_role, installation()))
    assert "share one database role" in one.what
    assert "CREATEROLE" in one.mend


def test_a_proxys_headers_that_are_not_believed_are_named(
    loaded_url: str, loaded_store: Store, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(var=var, DATABASE_URL=loaded_url, engine_port=free_ports(1)[0])  # type: ignore[call-arg]
    app = create_app(settings, loaded_store)
    outside, believed = TestClient(app, client=("8.8.8.8", 4000)), TestClient(app, client=("10.0.0.9", 0))
    proxy = TestClient(app, client=("10.0.0.9", 4000))

    def named() -> list[Finding]:
        told = outside.get("http://127.0.0.1/healthz")
        monkeypatch.setattr(httpx, "get", lambda *_, **__: httpx.Response(told.status_code, content=told.content))
        return list(doctor_safety.of_web(settings))

    for client in (outside, believed):
        client.get("http://127.0.0.1/", headers={"x-forwarded-for": "1.2.3.4"})
    proxy.get("http://127.0.0.1/")
    assert named() == []
    proxy.get("http://127.0.0.1/", headers={"x-forwarded-for": "1.2.3.4"})
    assert "HOTLINE_TRUSTED_PROXIES" in only(named()).mend


def test_doctor_says_what_is_unsafe_among_the_rest(installation: Callable[..., Settings]) -> None:
    settings = installation(public_url="http://1022.haiphong.gov.vn", database_url=None)
    said = [one.what for one in examine(settings)]
    assert [one for one in said if "plain http" in one]
    assert any("the encryption key exists once" in one for one in said)
