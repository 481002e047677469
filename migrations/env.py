"""What Alembic runs: the migrations on the connection that the ledger gives, nothing else."""

from alembic import context

from tracker.store.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    compare_server_default=False,
)
# No transaction of its own: the caller's holds the whole upgrade, seeding included.
context.run_migrations()
