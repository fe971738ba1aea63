"""Counts of wrong passwords, places where an account signed in before, hashes of earlier passwords."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261129_sign_ins"
down_revision = "20261129_audit_chain"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.create_table(
        "sign_in_counts",
        sa.Column("key", sa.LargeBinary(), nullable=False, comment="blind index of kind, account and address"),
        sa.Column("wrong", sa.Float(), nullable=False, comment="as of last_at; time takes some away"),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_counts")),
    )
    op.create_table(
        "sign_in_places",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=False, comment="blind index"),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_places_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "place", name=op.f("pk_sign_in_places")),
    )
    op.add_column(
        "users",
        sa.Column(
            "earlier_hashes", postgresql.JSONB(astext_type=sa.Text()), nullable=False,
            server_default=sa.text("'[]'::jsonb"), comment="hashes of passwords before this one, newest first",
        ),
    )
    op.create_index(
        "ix_audit_entries_wrong", "audit_entries", ["subject", "at"],
        postgresql_where=sa.text("action = 'sign_in_wrong'"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_audit_entries_wrong", table_name="audit_entries")
    op.drop_column("users", "earlier_hashes")
    op.drop_table("sign_in_places")
    op.drop_table("sign_in_counts")
