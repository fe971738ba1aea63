"""One file with everything: the database (``pg_dump``) and the photos; the key only on request.

The file is a tar archive: ``manifest.json`` (first; version, time, fingerprint of the key, sizes and
SHA-256 of the parts), ``database.dump`` (pg_dump's custom format), ``media/…``. Personal data in it
is encrypted as in the database; without the key it can't be read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hotline.keys import Keys
from hotline.own_files import copy_own, own_folder
from hotline.postgres import binaries

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
COUNTED_AGAIN = ("figure_months", "figure_marks", "figure_stale")
"""Tables that name transactions of this server; the worker fills them anew."""


class BackupFault(RuntimeError):
    """The backup could not be written or taken back; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class Summary:
    """What a backup holds."""

    tickets: int
    photos: int
    size: int
    made_at: str


def backup(url: str, media: Path, keys: Keys, target: Path, *, now: dt.datetime) -> Summary:
    """Write ``target`` whole or not at all. Raises BackupFault."""
    if target.exists():
        raise BackupFault(f"{target} exists already")
    if not target.parent.is_dir():
        raise BackupFault(f"the folder {target.parent} does not exist")
    draft = target.with_name(f".{target.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".hotline-backup-") as folder:
            dump = Path(folder) / DUMP
            left_out = [f"--exclude-table-data=public.{table}" for table in COUNTED_AGAIN]
            _pg("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", *left_out, f"--file={dump}")
            photos = _photos(media)
            manifest: dict[str, Any] = {
                "format": FORMAT,
                "made_at": now.isoformat(),
                "key": keys.fingerprint(),
                "tickets": _count(url),
                "photos": len(photos),
                "dump_sha256": _digest(dump),
            }
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
                text = json.dumps(manifest, indent=1).encode()
                header = tarfile.TarInfo(MANIFEST)
                header.size, header.mode = len(text), 0o600
                archive.addfile(header, io.BytesIO(text))
                archive.add(dump, DUMP)
                for photo in photos:
                    archive.add(photo, f"media/{photo.relative_to(media).as_posix()}", recursive=False)
        draft.replace(target)
    except OSError as error:
        raise BackupFault(f"{target} could not be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return Summary(int(manifest["tickets"]), len(photos), target.stat().st_size, now.isoformat())


def restore(url: str, media: Path, keys: Keys, source: Path, *, replace: bool) -> Summary:
    """Bring a backup into this installation; the database comes back in one transaction.

    Raises BackupFault before anything was changed: unreadable file, wrong key, or a database that
    holds tickets while ``replace`` is False.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="hotline-restore-") as folder:
            return _restore(url, media, keys, source, Path(folder), replace=replace)
    except (tarfile.TarError, OSError, ValueError, KeyError) as error:
        raise BackupFault(f"{source} is not a readable backup: {error}") from error


def check_key_may_change(url: str, keys: Keys, key: Path, *, replace: bool) -> None:
    """Another key must not come over rows that only the present one can read. Raises BackupFault."""
    if not key.is_file():
        raise BackupFault(f"there is no key file {key}")
    if keys.made() and not replace and _count(url):
        raise BackupFault("this database holds tickets; --replace puts the backup in their place")


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Plain files into ``folder`` alone. (Python 3.11.0 to 3.11.3 has no ``extractall(filter=…)``.)

    Raises BackupFault for anything that a backup does not hold.
    """
    inside = folder.resolve()
    for member in archive:
        target = (inside / member.name).resolve()
        content = archive.extractfile(member) if member.isfile() else None
        if content is None and not member.isdir():
            raise BackupFault(f"not a backup of the hotline: it holds {member.name!r}, which is no plain file")
        if not target.is_relative_to(inside):
            raise BackupFault(f"not a backup of the hotline: {member.name!r} points outside of it")
        if content is None:
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with content, target.open("wb") as file:
            shutil.copyfileobj(content, file)


def _restore(url: str, media: Path, keys: Keys, source: Path, folder: Path, *, replace: bool) -> Summary:
    with tarfile.open(source) as archive:
        _unpack(archive, folder)
    manifest = json.loads((folder / MANIFEST).read_text())
    dump = folder / DUMP
    if manifest["format"] != FORMAT:
        raise BackupFault(f"{source} was written by another version (format {manifest['format']})")
    if _digest(dump) != manifest["dump_sha256"]:
        raise BackupFault(f"{source} is damaged: the database in it is not what was written")
    if not keys.made() or keys.fingerprint() != manifest["key"]:
        raise BackupFault("the backup was written with another encryption key; give it with --key FILE")
    if not replace and _count(url):
        raise BackupFault("this database holds tickets; --replace puts the backup in their place")
    script = folder / "database.sql"
    _pg("pg_restore", None, "--no-owner", "--no-privileges", f"--file={script}", str(dump))
    _pg(
        "psql",
        url,
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        "--command=DROP SCHEMA public CASCADE; CREATE SCHEMA public",
        f"--file={script}",
    )
    _put_photos(folder / "media", media)
    return Summary(int(manifest["tickets"]), int(manifest["photos"]), source.stat().st_size, str(manifest["made_at"]))


def _photos(media: Path) -> list[Path]:
    if not media.is_dir():
        return []
    return sorted(p for p in media.rglob("*") if p.is_file() and not p.name.startswith("."))


def _put_photos(source: Path, media: Path) -> None:
    for photo in _photos(source):
        target = media / PurePosixPath(photo.relative_to(source))
        own_folder(target.parent)
        copy_own(photo, target)


def _count(url: str) -> int:
    """Tickets in the database; 0 where there is no table yet."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        there = connection.execute("SELECT to_regclass('public.tickets')").fetchone()
        if there is None or there[0] is None:
            return 0
        row = connection.execute("SELECT count(*) FROM tickets").fetchone()
        return int(row[0]) if row else 0


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _without_password(url: str) -> str:
    parts = conninfo_to_dict(url)
    parts.pop("password", None)
    return make_conninfo("", **{name: value for name, value in parts.items() if value is not None})


def _pg(program: str, url: str | None, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes through the environment, not the command line."""
    password = conninfo_to_dict(url).get("password") if url else None
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **({"PGPASSWORD": str(password)} if password else {})}
    named = [f"--dbname={_without_password(url)}"] if url else []
    done = subprocess.run(
        [str(binaries() / program), *named, *arguments],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupFault(f"{program} failed: {done.stderr.strip()[-600:]}")
