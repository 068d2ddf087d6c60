"""How the ledger's tables came to be, version by version; run by :mod:`bidder.ledger.upgrade`.

A version that has been released is never edited: a change of the tables is a new file in ``versions`` with
the next number, and :data:`bidder.ledger.schema.VERSION` follows.
"""
