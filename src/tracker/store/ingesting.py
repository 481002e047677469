"""A document that was read meets the ledger: it is known and brings its wording, differs, or is new."""

import hashlib
from typing import NamedTuple

from tracker.errors import NotFound, UsageRefusal
from tracker.i18n import _
from tracker.register import CODE, Register
from tracker.register.comparison import Comparison, compared
from tracker.register.draft import Draft, drafted, proposed_code
from tracker.register.revision import MOVED, SAME, Fate, amended, recognised, revised
from tracker.register.writing import written
from tracker.sources.document import Document
from tracker.store import lookup, registers
from tracker.store.connection import Connection
from tracker.store.registers import Wording


class Meeting(NamedTuple):
    """What a document is to the ledger: `register` is what there is of it, None for a new one;
    `fates` say what became of every sentence of it.
    """

    code: str
    register: Register | None
    fates: tuple[Fate, ...]
    draft: Draft
    taken: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the register stands in the document word for word."""
        return all(fate.deed == SAME for fate in self.fates)

    @property
    def alike(self) -> bool:
        """Whether any sentence of the register stands in the document word for word."""
        return any(fate.deed in (SAME, MOVED) for fate in self.fates)

    def file(self) -> str:
        """A register file: the draft of a new document, or the known register brought to this text."""
        if self.register is None:
            return written(self.draft.register, self.draft.remarks, self.draft.owners)
        brought = amended(self.register, self.fates, self.draft, self.taken)
        return written(brought.register, brought.remarks, brought.owners)


def met(db: Connection, document: Document, code: str | None = None) -> Meeting:
    """Recognise a document by its sentences, or take it for `code`."""
    known = registers.codes(db)
    if code is not None and code not in known and not CODE.fullmatch(code):
        raise UsageRefusal(
            _("a code has letters, digits and inner hyphens: {said}").format(said=code)
        )
    register = (
        recognised([registers.registered(db, one) for one in known], document)
        if code is None
        else registers.registered(db, code)
        if code in known
        else None
    )
    own = register.code if register else code or proposed_code(document, known)
    owners = [owner.code for owner in lookup.all_owners(db)]
    draft = drafted(document, code=own, known=owners)
    if register is None:
        return Meeting(own, None, (), draft, ())
    fates = revised(register, document, registers.known_wordings(db, own))
    return Meeting(own, register, tuple(fates), draft, tuple(registers.all_keys(db, own)))


def attached(db: Connection, meeting: Meeting, document: Document, name: str) -> int:
    """Keep the wording of every sentence that stands as the register has it; gives how many."""
    wordings = [
        Wording(
            fate.measure.key,
            fate.old.number,
            fate.old.fingerprint,
            fate.new.text,
            fate.new.start,
            fate.new.end,
        )
        for fate in meeting.fates
        if fate.deed == SAME and fate.measure and fate.old and fate.new
    ]
    digest = hashlib.sha256(document.original.encode("utf-8", "surrogatepass")).hexdigest()
    registers.attach(db, meeting.code, wordings, source=name, digest=digest)
    return len(wordings)


def measured(db: Connection, document: Document, code: str) -> Comparison:
    """The draft of a document against its register in the ledger."""
    if code not in registers.codes(db):
        raise NotFound(
            _("unknown document: {said} (known: {known})").format(
                said=code, known=", ".join(registers.codes(db))
            )
        )
    owners = [owner.code for owner in lookup.all_owners(db)]
    draft = drafted(document, code=code, known=owners)
    return compared(draft.register, registers.registered(db, code))
