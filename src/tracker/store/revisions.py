"""The revisions of a ledger's schema: the first there was, and the one that this program works on."""

FIRST = "0001"
HEAD = "0011"
