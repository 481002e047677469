"""Whether everyday commands take longer the more there is in the ledger that they do not ask for."""

from pathlib import Path

import ledgers
import plot
from measuring import LEAST, commands_in_turns, python, said, table, times, told
from startup import everyday


def part(folder: Path, sizes: list[int], runs: int) -> str:
    """The table and the plot: the ledger that comes with the program beside larger ones."""
    bundled = folder / "bundled.sqlite"
    ledgers.bundled(bundled)
    asked = {"bundled": everyday(bundled)}
    for size in sizes:
        db = ledgers.kept(folder, size)
        asked[f"{size:,}"] = everyday(db, *ledgers.somebody(db))
    commands = {(place, name): one for place, of in asked.items() for name, one in of.items()}
    costs = commands_in_turns(
        {LEAST: python("-c", "pass")} | {" ".join(key): one for key, one in commands.items()}, runs
    )
    names = list(asked["bundled"])
    found = {name: [costs[f"{place} {name}"] for place in asked] for name in names}
    rows = [
        (f"`{name}`", *(f"{said(cost)} (× {times(cost, of[0])})" for cost in of))
        for name, of in found.items()
    ]
    drawn = {name: [cost and cost.processor for cost in of] for name, of in found.items()}
    return (
        f"{told(runs)} In brackets: times the bundled size.\n\n"
        f"{table(('', *(f'{place} assignments' for place in asked)), rows)}\n"
        f"{plot.write('growth', 'Processor time of everyday commands over assignments', list(asked), drawn)}"
    )
