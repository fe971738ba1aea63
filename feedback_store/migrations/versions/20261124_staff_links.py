"""Users link a private chat and get warnings and dispatches there."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_staff_links"
down_revision = "20261124_recalculations"
branch_labels = None
depends_on = None

KINDS = "reply | emergency | notice | operator"
STATUSES = "pending | sending | sent | delivered | uncertain | dead"


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "staff_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(16), nullable=True, comment="unlinked | replaced | blocked | disabled"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_staff_links_user_id_users")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_staff_links_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_links")),
    )
    running = sa.text("ended_at IS NULL")
    op.create_index("uq_staff_links_user", "staff_links", ["user_id"], unique=True, postgresql_where=running)
    op.create_index(
        "uq_staff_links_conversation", "staff_links", ["conversation_id"], unique=True, postgresql_where=running
    )
    op.create_index("ix_staff_links_user", "staff_links", ["user_id", "id"])
    op.create_table(
        "staff_link_codes",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_staff_link_codes_user_id_users")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_staff_link_codes")),
    )
    op.create_index(op.f("ix_staff_link_codes_user_id"), "staff_link_codes", ["user_id"])
    op.add_column(
        "user_notices",
        sa.Column(
            "occasion", sa.String(128), nullable=True,
            comment="what happened, whoever is told: nobody is told of it twice outside the console",
        ),
    )
    op.add_column(
        "user_notices",
        sa.Column(
            "relayed_at", sa.DateTime(timezone=True), nullable=True, comment="when it was passed on to linked chats"
        ),
    )
    op.execute("UPDATE user_notices SET relayed_at = created_at")
    op.create_index("ix_user_notices_relay", "user_notices", ["id"], postgresql_where=sa.text("relayed_at IS NULL"))
    _comments(f"{KINDS} | staff (to a linked user, no part of the chat)", f"{STATUSES} | dropped")


def _comments(kinds: str, statuses: str) -> None:
    for column, comment in (("kind", kinds), ("status", statuses)):
        op.alter_column(
            "outbound_messages", column, existing_type=sa.String(64), existing_nullable=False, comment=comment
        )


def downgrade() -> None:
    _comments(KINDS, STATUSES)
    op.drop_index("ix_user_notices_relay", "user_notices")
    op.drop_column("user_notices", "relayed_at")
    op.drop_column("user_notices", "occasion")
    op.drop_table("staff_link_codes")
    op.drop_table("staff_links")
