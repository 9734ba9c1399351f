"""The database: one door to transactions, one way to run a statement written by hand.

`start()` and `stop()` bind this process to one database, PostgreSQL or SQLite. `transaction()` is the only
door to a unit of work. Lists are read in pages by `newest_first` and `oldest_first`. Statements written by hand are
PostgreSQL's SQL; `sql` says what is translated.
"""

from app.core.db.connections import is_postgres as is_postgres
from app.core.db.connections import is_ready as is_ready
from app.core.db.connections import start as start
from app.core.db.connections import stop as stop
from app.core.db.pages import newest_first as newest_first
from app.core.db.pages import oldest_first as oldest_first
from app.core.db.sql import as_id as as_id
from app.core.db.sql import execute as execute
from app.core.db.sql import execute_each as execute_each
from app.core.db.sql import row as row
from app.core.db.sql import rows as rows
from app.core.db.sql import value as value
from app.core.db.transactions import after_commit as after_commit
from app.core.db.transactions import in_transaction as in_transaction
from app.core.db.transactions import refuse_in_transaction as refuse_in_transaction
from app.core.db.transactions import retried as retried
from app.core.db.transactions import savepoint as savepoint
from app.core.db.transactions import transaction as transaction
