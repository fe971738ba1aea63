"""Reporters are found by phone and name through blind indexes; a ticket by the last six digits of its code."""

import sqlalchemy as sa
from alembic import op

revision = "20261129_reporter_index"
down_revision = "20261129_emergency_list"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    phone = "blind index of reporter_phone; null = none, or not computed yet"
    op.add_column("tickets", sa.Column("phone_bidx", sa.LargeBinary(), comment=phone))
    op.add_column("tickets", sa.Column("name_bidx", sa.LargeBinary(), comment="blind index of reporter_name"))
    for name in ("phone_bidx", "name_bidx"):
        op.create_index(f"ix_tickets_{name}", "tickets", [name], postgresql_where=sa.text(f"{name} IS NOT NULL"))
    op.create_index("ix_tickets_code_end", "tickets", [sa.text("\"right\"(replace(code, '-', ''), 6)")])


def downgrade() -> None:
    for name in ("code_end", "name_bidx", "phone_bidx"):
        op.drop_index(f"ix_tickets_{name}", table_name="tickets")
    op.drop_column("tickets", "name_bidx")
    op.drop_column("tickets", "phone_bidx")
