"""After-sale: money for goods that were bought is asked back, wholly or in part.

Request   what a buyer asks back of one order, and why: all of it before it is shipped, afterwards piece by piece.
          One at a time; while it waits for an answer the order goes nowhere.
Answer    staff approve it, and the money is promised back in the same transaction, or reject it with a reason.

How much comes back is pricing's to say. Stands on pricing, membership, orders and payments; knows nothing of groups:
who sold the order hears through the port of payments that all its money goes back.
"""
