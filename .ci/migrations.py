"""Whether the migrations make what the models say: a ledger made anew, up, down and up again."""

import sys
import tempfile
from pathlib import Path

from tracker.store import ledger, revisions, schema

with tempfile.TemporaryDirectory() as folder:
    at = ledger.place(str(Path(folder) / "ledger.sqlite"))
    found: list[object] = []
    with ledger.upgrading(at, make=True) as db:
        for _ in range(2):
            schema.upgrade(db)
            found += schema.differences(db)
            found += sorted(schema.wanted_triggers(db).items() ^ schema.triggers(db).items())
            if schema.revision(db) != revisions.HEAD:
                found.append(f"the program wants {revisions.HEAD}, the migrations end elsewhere")
            schema.downgrade(db, "base")
for difference in found:
    print(difference)
sys.exit(1 if found else 0)
