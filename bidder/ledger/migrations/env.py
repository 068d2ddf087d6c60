"""Alembic's way in: everything happens in the transaction that the caller has begun."""

from alembic import context

from bidder.ledger.schema import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # SQLite can, once the driver leaves transactions to us
)
with context.begin_transaction():
    context.run_migrations()
