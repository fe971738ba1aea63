"""Indexes that keep queue and figures quick at a million tickets: covering ones, and of running clocks alone."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_volume"
down_revision = "20261124_apologies"
branch_labels = None
depends_on = None

COUNTED = ["id", "ticket_id", "leg_id", "agency_id"]


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.drop_index("ix_clocks_kind_current_due", table_name="clocks")
    op.create_index(
        "ix_clocks_kind_current_due", "clocks", ["kind", "current_due"],
        postgresql_include=[*COUNTED, "round", "standing_current", "extension_pending"],
    )  # fmt: skip
    op.create_index(
        "ix_clocks_kind_original_due", "clocks", ["kind", "original_due"],
        postgresql_include=[*COUNTED, "original_agency_id", "round", "standing_original"],
    )  # fmt: skip
    running = sa.text("stopped_at IS NULL")
    op.create_index(
        "ix_clocks_running_due", "clocks", ["current_due", "ticket_id"],
        postgresql_include=["id", "kind", "agency_id", "leg_id"], postgresql_where=running,
    )  # fmt: skip
    op.create_index(
        "ix_clocks_running_ticket", "clocks", ["ticket_id", "current_due"],
        postgresql_include=["id", "kind", "agency_id"], postgresql_where=running,
    )  # fmt: skip
    op.create_index(
        "ix_clocks_running_kind", "clocks", ["kind", "current_due"],
        postgresql_include=["id", "ticket_id", "agency_id", "leg_id", "extension_pending"], postgresql_where=running,
    )  # fmt: skip
    op.create_index("ix_tickets_state", "tickets", ["state"])
    op.create_index(
        "ix_tickets_parts", "tickets", ["id"],
        postgresql_include=["category_code", "service_class", "commune_code"],
    )  # fmt: skip
    op.create_index("ix_legs_returned", "legs", ["ticket_id"], postgresql_where=sa.text("state = 'returned'"))


def downgrade() -> None:
    op.drop_index("ix_legs_returned", table_name="legs")
    op.drop_index("ix_tickets_parts", table_name="tickets")
    op.drop_index("ix_tickets_state", table_name="tickets")
    for name in ("running_kind", "running_ticket", "running_due", "kind_original_due", "kind_current_due"):
        op.drop_index(f"ix_clocks_{name}", table_name="clocks")
    op.create_index("ix_clocks_kind_current_due", "clocks", ["kind", "current_due"])
