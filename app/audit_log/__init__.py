"""The audit log: what staff did, to what, and why they said they did it.

Entry   one thing that a member of staff did. Written in the transaction that did it, and never changed: the
        database refuses it, and on PostgreSQL the application's role lacks the right to try.

Stands on core alone. Every verb of staff leaves exactly one entry; one that was refused leaves none.
"""
