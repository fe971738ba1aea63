"""Alembic's entry: runs on the connection handed over by ``migrations.upgrade``."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import text

from feedback_store.crypto import EncryptedJSON, EncryptedText
from feedback_store.tables import AwareDateTime, Base


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Migrations name plain types, so that they don't change when our decorators do."""
    if kind == "type" and isinstance(item, (EncryptedText, EncryptedJSON)):
        return "sa.LargeBinary()"
    if kind == "type" and isinstance(item, AwareDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """procrastinate's own objects come from its SQL, not from our models."""
    return not (name or "").startswith("procrastinate_")


connection: sa.Connection = context.config.attributes["connection"]
connection.execute(text("SET lock_timeout = '10s'"))
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=render_item,
    include_name=include_name,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
