"""Kept first responses say how many took so many minutes, instead of naming each: they are counted again."""

from alembic import op

revision = "20261129_times"
down_revision = "20261129_figures"
branch_labels = None
depends_on = None

AGAIN = "DELETE FROM figure_months WHERE figure IN ('first_response', 'refusals', 'recurrence')"


def upgrade() -> None:
    op.execute(AGAIN)


def downgrade() -> None:
    op.execute(AGAIN)
