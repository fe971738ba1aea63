"""What is unsafe about this installation, each with the command or setting that mends it. Changes nothing.

A safe installation gives no finding here.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import stat
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import psycopg

from hotline.bootstrap import split
from hotline.children import loopback
from hotline.finding import Finding
from hotline.notes import Notes
from hotline.roles import may_make_roles
from hotline.settings import FILE, Settings

OLD_BACKUP = dt.timedelta(days=7)
INSIDE = (".local", ".lan", ".internal", ".home.arpa", ".localhost")
"""Names that no public DNS gives (RFC 6761, 6762, 8375 and ICANN's .internal)."""


def unsafe(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    """What settings, files and notes say; :func:`of_database` and :func:`of_web` ask what runs."""
    yield from transport(settings)
    yield from proxies(settings)
    yield from open_places(settings)
    yield from backups(settings, now)


def transport(settings: Settings) -> Iterator[Finding]:
    """Passwords and reports of citizens in plain HTTP."""
    address = urlsplit(settings.base_url)
    if address.scheme == "https":
        if settings.secure_cookies is False:
            yield Finding(
                "warning",
                "HOTLINE_SECURE_COOKIES=false: a browser would show its session over plain http too",
                "remove the setting; behind https cookies are Secure by themselves",
            )
        return
    mend = "put a proxy with a certificate before it and set HOTLINE_PUBLIC_URL=https://…"
    if not inside(address.hostname or ""):
        what = f"the public address {settings.base_url} is plain http: passwords and chats can be read on the way"
        yield Finding("wrong", what, mend)
    elif not is_loopback(settings.host):
        what = f"HOTLINE_HOST={settings.host} is reached from other machines by plain http: whoever is between can read"
        yield Finding("warning", what, mend + ", or HOTLINE_HOST=127.0.0.1")


def proxies(settings: Settings) -> Iterator[Finding]:
    """Whose word on a sender's address is believed: limits by address and the log of sign-ins hang on it."""
    trusted = split(settings.trusted_proxies)
    mend = "set HOTLINE_TRUSTED_PROXIES to the proxy's own address"
    if "*" in trusted:
        what = "HOTLINE_TRUSTED_PROXIES=* believes everybody: a sender chooses the address that limits count"
        yield Finding("warning", what, mend)
    elif settings.base_url.startswith("https://") and (
        not trusted or (not is_loopback(settings.host) and all(map(is_loopback, trusted)))
    ):
        what = "https needs a proxy, and none beyond this machine is trusted: all citizens share its address's limits"
        yield Finding("warning", what, mend)


def open_places(settings: Settings) -> Iterator[Finding]:
    """Files and folders with secrets or citizens' data that other accounts of this machine may read."""
    var = settings.var
    for path in (var / FILE, settings.keys, settings.logs, settings.media, var / "audit-heads", var / "notes"):
        try:
            found = path.stat()
        except OSError:
            continue
        if found.st_mode & 0o077:
            mode = "700" if stat.S_ISDIR(found.st_mode) else "600"
            yield Finding("wrong", f"{path} can be read by others of this machine", f"chmod {mode} {path}")


def backups(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    """Photos are here even where DATABASE_URL leads elsewhere, so the note counts for both."""
    if settings.demo or not (settings.keys / "encryption").exists():
        return
    last = Notes(settings.var).last("backup")
    mend = "run `hotline backup FILE`, every day, and keep FILE away from this machine"
    if last is None:
        yield Finding("warning", "no backup was ever written: with this disk every report is lost", mend)
    elif now - last > OLD_BACKUP:
        what = f"the last backup is {(now - last).days} days old: with this disk what came since is lost"
        yield Finding("warning", what, mend)


def of_database(connection: psycopg.Connection, settings: Settings) -> Iterator[Finding]:
    """Roles, first passwords and the audit log of a database that answers."""
    if not may_make_roles(connection):
        yield Finding(
            "warning",
            "all processes share one database role: one that is taken over may change tables and the audit log",
            "give the role of DATABASE_URL the right CREATEROLE and the database itself (docs/runbook.md), start again",
        )
    logins = connection.execute(
        "SELECT login FROM users WHERE role = 'administrator' AND disabled_at IS NULL AND must_change_password"
        " ORDER BY login"
    ).fetchall()
    for (login,) in logins:
        yield Finding(
            "warning",
            f"the administrator {login} still has a one-time password, and whoever saw it can sign in",
            f"sign in and change it, or `hotline user disable {login}`",
        )
    entries = connection.execute("SELECT seq FROM audit_heads WHERE name = 'audit'").fetchone()
    if entries and entries[0] and Notes(settings.var).last("audit-head") is None:
        yield Finding(
            "warning",
            "no head of the audit log was ever printed: who owns the database could rewrite the log unseen",
            "run `hotline audit head` and keep its line where nobody of this machine can write",
        )


def of_web(settings: Settings) -> Iterator[Finding]:
    """Whether the running web process gets a proxy's headers that it does not believe."""
    address = f"http://{loopback(settings.host)}:{settings.port}/healthz"
    try:
        told = httpx.get(address, timeout=3, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return  # said of the process itself
    if told.get("unbelieved_proxy"):
        yield Finding(
            "warning",
            "a proxy's X-Forwarded-For arrives and is not believed: all citizens share the limits of its address",
            "set HOTLINE_TRUSTED_PROXIES to the proxy's own address",
        )


def inside(host: str) -> bool:
    """Whether a name or address is this machine's or an office network's; other names are taken for public ones."""
    name = host.lower().strip("[]")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return "." not in name or name.endswith(INSIDE)
    return address.is_private or address.is_loopback or address.is_link_local


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
