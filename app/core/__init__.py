"""What every capability may use and none owns.

Two floors. The pure floor imports nothing of ours and does no I/O: ids, money, errors, targets.
The other floor stands on it: settings, log, words, db, clock, bus, streams, outbox, idempotency, allowance, audit,
worker.

Transaction  one unit of work; `db.transaction()` is the only door to it.
Fact         something that happened, written in the transaction that made it happen.
Delivery     one reaction's duty to hear one fact; done in the same transaction as the reaction's effect.
Job          what the clock starts; it claims due rows, so any number of workers may run it.
Topic        a name on the bus, such as `group:<id>`; it carries heads, never data.
Head         the newest sequence number of a stream.
"""
