"""How Alembic runs the migrations: on the connection it is given, in the transaction that is open."""

from alembic import context

from tagward_service.store.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
