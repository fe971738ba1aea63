"""The rows of the lists are refreshed by a plan that is kept: making one took longer than what it does (ADR 0032)."""

from alembic import op

revision = "20261129_plans"
down_revision = "20261129_times"
branch_labels = None
depends_on = None

REFRESH = "ALTER FUNCTION refresh_lists(bigint[]) "


def upgrade() -> None:
    op.execute(REFRESH + "SET plan_cache_mode = force_generic_plan")


def downgrade() -> None:
    op.execute(REFRESH + "RESET plan_cache_mode")
