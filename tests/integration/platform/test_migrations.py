"""The migrations build exactly what the models say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from feedback_store.migrations import pending, upgrade
from feedback_store.store import Store
from feedback_store.tables import Base


def include(obj: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    return not (name or "").startswith(("procrastinate_", "alembic_version"))


def test_the_migrated_schema_equals_the_models(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": include, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_a_second_upgrade_changes_nothing(store: Store) -> None:
    assert not pending(store.engine)
    upgrade(store.engine)
    assert not pending(store.engine)


def test_the_job_queue_is_part_of_the_schema(store: Store) -> None:
    with store.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0
