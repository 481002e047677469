"""What a PostgreSQL server's refusal of a right means in words."""

from getpass import getuser
from typing import Any

from tracker.errors import Refusal
from tracker.i18n import _

_NO_RIGHT = "42501"


def refusal(cause: Any, role: str | None) -> Refusal | None:  # noqa: ANN401 - an error of whichever driver
    """The refusal that a driver's error is about rights; None for any other error.

    The rules of the triggers are named like constraints.
    """
    if getattr(cause, "sqlstate", None) != _NO_RIGHT:
        return None
    role = role or getuser()
    told = {
        "ledger_stranger": _("{role} has no owner in this ledger: ask for tracker db grant"),
        "ledger_foreign": _(
            "{role} has no such assignment: it records for its own owner and the units below"
        ),
        "ledger_office": _("{role} reports for its owner; reviews and targets are the office's"),
        "ledger_standing": _("the assignment was retired: nothing is recorded on it any more"),
        "ledger_future": _("the date lies in the future, by the clock of the server"),
        "ledger_names": _(
            "there is no such line to review or to withdraw, or somebody else recorded it"
        ),
        "ledger_own_report": _("{role} reported that: somebody else has to review it"),
        "ledger_own_owner": _(
            "{role} belongs to that owner or to one above it: somebody else has to review it"
        ),
        "ledger_content": _("the server refuses the line: its fields contradict each other"),
        "ledger_batch": _("the server refuses a line of an earlier batch"),
        "ledger_empty": _(
            "the server refuses a batch that holds nothing of what its command records"
        ),
        "ledger_size": _("the server refuses so much text at once"),
        "ledger_issue": _("the server refuses the report: it is not of this ledger as it was then"),
        "ledger_figure": _("the server refuses the figure: no number, no years, or nobody's"),
        "ledger_chain": _("the line is not the next one of its chain, or it was changed"),
        "ledger_seed": _("what comes with the program is loaded by the ledger's owner"),
        "ledger_groups": _(
            "{role} may not make roles; the administrator of the server can:"
            " CREATE ROLE tracker_admin NOLOGIN; CREATE ROLE tracker_reader NOLOGIN"
        ),
    }
    said = told.get(cause.diag.constraint_name or "")
    if said is None:
        said = _("{role} has no right to do that in this ledger: {reason}")
    return Refusal(said.format(role=role, reason=cause.diag.message_primary))
