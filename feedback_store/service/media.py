"""Photos: recognised by content, capped, hashed, kept encrypted, shown without EXIF.

Both the original and the copy that agencies and the public see are encrypted on disk, so that a
sealed photo is unreadable wherever its file lies. Files are named by the media id alone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_store.crypto import keyring
from feedback_store.photos.decoder import PhotoRefused, decoder
from feedback_store.tables import Media

MediaRefused = PhotoRefused


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo on disk that no row names yet; ``attach`` it, or ``discard`` it when that fails."""

    id: uuid.UUID
    mime: str
    size: int
    sha256: str
    width: int
    height: int
    original_path: str
    public_path: str


def store_upload(root: Path, data: bytes, *, max_bytes: int) -> StoredPhoto:
    """Check one photo and write its original and its public copy below ``root``.

    Waits for a place in the decoder, so it belongs in no transaction. Raises MediaRefused (too large, no photo, broken,
    too many pixels, too busy) and OSError (disk full); nothing is left then.
    """
    if len(data) > max_bytes:
        raise MediaRefused("gateway.photo_too_large", limit_mb=max_bytes // (1024 * 1024))
    copy = decoder().public_copy(data)
    media_id = uuid.uuid4()
    folder = f"{media_id.hex[:2]}/{media_id.hex[2:4]}"
    original, public = f"{folder}/{media_id}.original", f"{folder}/{media_id}.public"
    try:
        _write(root / original, keyring().encrypt(data))
        _write(root / public, keyring().encrypt(copy.jpeg))
    except OSError:
        for path in (original, public):
            _remove(root / path)
        raise
    digest = hashlib.sha256(data).hexdigest()
    return StoredPhoto(media_id, copy.mime, len(data), digest, copy.width, copy.height, original, public)


def attach(
    session: Session,
    photo: StoredPhoto,
    *,
    conversation_id: uuid.UUID | None = None,
    event_id: int | None = None,
    ticket_id: int | None = None,
    leg_id: int | None = None,
    uploaded_by: int | None = None,
    now: dt.datetime,
) -> Media:
    """The row of a stored photo."""
    row = Media(
        id=photo.id,
        conversation_id=conversation_id,
        event_id=event_id,
        ticket_id=ticket_id,
        leg_id=leg_id,
        uploaded_by=uploaded_by,
        status="stored",
        mime=photo.mime,
        size=photo.size,
        sha256=photo.sha256,
        width=photo.width,
        height=photo.height,
        original_path=photo.original_path,
        public_path=photo.public_path,
        sealed=False,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def keep_evidence(session: Session, *, photo: StoredPhoto, user_id: int, now: dt.datetime) -> uuid.UUID:
    """The row of an officer's photo that belongs to no result yet; gives its id."""
    session.add(
        Media(
            id=photo.id,
            uploaded_by=user_id,
            status="stored",
            mime=photo.mime,
            size=photo.size,
            sha256=photo.sha256,
            width=photo.width,
            height=photo.height,
            original_path=photo.original_path,
            public_path=photo.public_path,
            created_at=now,
        )
    )
    return photo.id


def own_evidence(session: Session, *, media_id: uuid.UUID, user_id: int) -> bool:
    """Whether this user uploaded it and no result has it yet."""
    row = session.get(Media, media_id)
    return row is not None and row.uploaded_by == user_id and row.leg_id is None


def discard(root: Path, photo: StoredPhoto) -> None:
    """Take back a photo whose row was not committed."""
    _remove(root / photo.original_path)
    _remove(root / photo.public_path)


def expect(
    session: Session, *, conversation_id: uuid.UUID, event_id: int, provider_ref: str, now: dt.datetime
) -> uuid.UUID:
    """A photo that still lies at its provider; a worker or the turn fetches it."""
    media_id = uuid.uuid4()
    session.add(
        Media(
            id=media_id,
            conversation_id=conversation_id,
            event_id=event_id,
            status="fetching",
            provider_ref=provider_ref,
            sealed=False,
            created_at=now,
        )
    )
    session.flush()
    return media_id


def unfetched(session: Session, wanted: Sequence[uuid.UUID]) -> list[tuple[uuid.UUID, str | None]]:
    """Those of ``wanted`` that are not stored, with where they lie; None: given up before."""
    if not wanted:
        return []
    rows = session.execute(
        select(Media.id, Media.provider_ref, Media.status).where(
            Media.id.in_(wanted), Media.status.in_(("fetching", "failed"))
        )
    )
    return [(row.id, row.provider_ref if row.status == "fetching" else None) for row in rows]


def waiting(session: Session, *, before: dt.datetime, limit: int = 20) -> list[tuple[uuid.UUID, str | None]]:
    """Photos that have waited at their provider since ``before``, oldest first."""
    rows = session.execute(
        select(Media.id, Media.provider_ref)
        .where(Media.status == "fetching", Media.created_at < before)
        .order_by(Media.created_at)
        .limit(limit)
    )
    return [(row.id, row.provider_ref) for row in rows]


def fetched(session: Session, *, media_id: uuid.UUID, photo: StoredPhoto) -> bool:
    """The provider's photo has arrived; False when another process was faster."""
    done = session.execute(
        update(Media)
        .where(Media.id == media_id, Media.status == "fetching")
        .values(
            status="stored",
            mime=photo.mime,
            size=photo.size,
            sha256=photo.sha256,
            width=photo.width,
            height=photo.height,
            original_path=photo.original_path,
            public_path=photo.public_path,
        )
        .returning(Media.id)
    )
    return done.scalar() is not None


def failed(session: Session, *, media_id: uuid.UUID) -> None:
    """The photo cannot be had: gone at the provider, too large, or no photo."""
    session.execute(update(Media).where(Media.id == media_id, Media.status == "fetching").values(status="failed"))


def open_public(root: Path, media: Media) -> bytes | None:
    """JPEG without EXIF, or None when it is sealed, erased or still missing."""
    return None if media.sealed else _read(root, media.public_path)


def open_original(root: Path, media: Media) -> bytes | None:
    """The bytes as they were sent; for the operators' evidence only."""
    return None if media.sealed else _read(root, media.original_path)


def remove_erased(session: Session, root: Path, *, limit: int = 200) -> int:
    """Delete the files of rows marked ``erased``; the rows keep the fact alone."""
    rows = session.scalars(
        select(Media).where(Media.status == "erased", Media.original_path.is_not(None)).limit(limit)
    ).all()
    for row in rows:
        for path in (row.original_path, row.public_path):
            if path:
                _remove(root / path)
        row.original_path = row.public_path = row.sha256 = row.provider_ref = None
    session.flush()
    return len(rows)


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, and on the disk before the row that names it is committed."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(path.suffix + ".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        _remove(part)
        raise


def _read(root: Path, path: str | None) -> bytes | None:
    if path is None:
        return None
    try:
        return keyring().decrypt((root / path).read_bytes())
    except FileNotFoundError:
        return None


def _remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
