"""Photos: the copy without EXIF, for who may see the ticket; anyone else gets the 404 of a missing one."""

from __future__ import annotations

import uuid

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from console.context import deps_of, signed_in
from feedback_store.queries.tickets import may_see_media
from feedback_store.service import media
from feedback_store.service.sessions import CurrentUser
from feedback_store.tables import Media

router = APIRouter()


@router.get("/anh/{media_id}")
def photo(request: Request, media_id: uuid.UUID, user: CurrentUser = Depends(signed_in)) -> Response:
    deps = deps_of(request)
    with deps.store.reading() as session:
        row = session.get(Media, media_id)
        if row is None or not (may_see_media(session, media=row, actor=user.actor) or row.uploaded_by == user.id):
            raise HTTPException(404)
        data = media.open_public(deps.media, row)
    if data is None:
        raise HTTPException(404)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})
