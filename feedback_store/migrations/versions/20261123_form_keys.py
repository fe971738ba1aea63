"""A form that files a report files it once, however often it is sent."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_4"
down_revision = "20261123_3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.add_column(
        "tickets",
        sa.Column("form_key", sa.String(64), nullable=True, comment="one sending of an entry form; it files once"),
    )
    op.create_index("uq_tickets_form_key", "tickets", ["form_key"], unique=True,
                    postgresql_where=sa.text("form_key IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("uq_tickets_form_key", "tickets")
    op.drop_column("tickets", "form_key")
