"""The ledger in its database: tables, opening, loading, the log, and one function per question."""
