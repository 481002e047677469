"""The command line: parse, one call, print. `main` is the program."""

import gc
import os
import sys

# Read by typer when it is imported: rich would cost each command a tenth of a second.
os.environ["TYPER_USE_RICH"] = "0"


def main() -> None:
    """Run the command that was typed; a refusal is one message on stderr and its exit code."""
    # Loading modules makes much that lives and little garbage: looking for it costs a tenth of a call.
    gc.set_threshold(100_000, 50, 50)
    from tracker.cli.app import run  # noqa: PLC0415 - at the top it would be loaded before the line above, whose purpose is to make loading quicker

    code = run(sys.argv[1:])
    # The interpreter looks through all that lives once more before it ends: another tenth.
    gc.freeze()
    sys.exit(code)
