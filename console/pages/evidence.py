"""Photos: the copy without EXIF, for who may see the ticket; anyone else gets the 404 of a missing one."""

from __future__ import annotations

import uuid

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from console.context import deps_of, signed_in
from feedback_store.queries.tickets import find_media
from feedback_store.service import audit, media
from feedback_store.service.sessions import CurrentUser

router = APIRouter()


@router.get("/anh/{media_id}")
def photo(request: Request, media_id: uuid.UUID, user: CurrentUser = Depends(signed_in)) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        row = find_media(session, media_id=media_id, actor=user.actor)
        if row is None:
            raise HTTPException(404)
        data = media.open_public(deps.media, row)
        of_citizen, subject = row.uploaded_by is None, f"ticket:{row.ticket_id}" if row.ticket_id else None
    if data is None:
        raise HTTPException(404)
    if of_citizen:  # an officer's evidence is nobody's private picture
        with deps.store.transaction() as session:
            audit.log(
                session, action="photo_viewed", user_id=user.id, subject=subject, data={"media": str(media_id)},
                now=deps.now(),
            )  # fmt: skip
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "no-store"})
