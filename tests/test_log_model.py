"""Any sequence of what people do to the log leaves the states that a simple model says, on every date.

`TRACKER_EXAMPLES=200 pytest tests/test_log_model.py` tries more sequences than the few of every day.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import readers
from conftest import NOW, TODAY
from log_model import Assigned, Line, Log, Pair
from tracker.domain.log import digest
from tracker.domain.period import Period
from tracker.domain.target import Target
from tracker.domain.words import Outcome, Status
from tracker.errors import Refusal
from tracker.forms import plain_writing, reading
from tracker.store import (
    check,
    forming,
    importing,
    ledger,
    log,
    queries,
    record,
    reviewing,
    schema,
    setup,
    states,
)

EXAMPLES = int(os.environ.get("TRACKER_EXAMPLES", "6"))
KEYS = ["small-01.1", "small-01.2", "small-01"]
SHARES = [
    ["HB lead", "HN joint"], ["HN lead", "SX support"], ["HB lead"], ["HN joint", "HB support"],
    ["HN lead", "HB support", "SX support"], ["HB lead", "HN joint", "SX support"],
]  # fmt: skip
FIRST = {"small-01.1": ["HB lead", "HN joint"], "small-01.2": ["HN lead", "SX support"]}
ACTORS = st.sampled_from(["li", "wang", "o'neil; DROP TABLE entries; --"])
REPORTS = st.one_of(
    st.tuples(st.just("in_progress"), st.none() | st.integers(0, 100)),
    st.sampled_from([("done", 100), ("stalled", None), ("not_started", 0), ("dropped", None)]),
)
Maker = Callable[[], AbstractContextManager[ledger.Place]]


def register(shares: dict[str, list[str]]) -> str:
    """A register of two commitments, with these owners and roles."""
    sentences = [
        {
            "n": n, "fingerprint": f"{n:016}", "title": "丙", "title_en": "C", "kind": "action",
            "owners": [
                dict(zip(("owner", "role", "basis"), [*each.split(), "stated"], strict=True))
                for each in shares[f"small-01.{n}"]
            ],
            "target": {"year": 2030, "basis": "horizon"},
        }
        for n in (1, 2)
    ]  # fmt: skip
    measure = {
        "number": 1, "label": "（一）", "section": 1, "title": "乙", "title_en": "B",
        "sentences": sentences,
    }  # fmt: skip
    document = {"code": "small", "title": "小", "title_en": "S", "horizon": 2030}
    section = {"number": 1, "title": "甲", "title_en": "A"}
    # JSON is YAML.
    return json.dumps({"document": document, "sections": [section], "measures": [measure]})


class Sequences(RuleBasedStateMachine):
    """Does the same to a ledger and to the model, and compares them."""

    make: Maker

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.at = self.stack.enter_context(self.make())
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.today, self.now, self.count = TODAY, NOW + timedelta(hours=1), 0
        self.model, self.forms = Log(), list[tuple[Any, dict[Pair, int]]]()
        for key, shares in FIRST.items():
            for share in shares:
                self.model.assigned[self.pair(key, share)] = Assigned("2030", NOW)
        self.digest, self.changed = self.digested(), False

    def named(self, data: Any) -> tuple[str, str]:
        """A commitment or its measure, and an owner: of an assignment that stands, or seldom of none."""
        standing = sorted(pair for pair, each in self.model.assigned.items() if each.stands)
        key, owner, _role = data.draw(st.sampled_from([*standing, *standing, (KEYS[0], "SX", "")]))
        return data.draw(st.sampled_from([key, key, KEYS[2]])), owner

    def reported(self) -> dict[Pair, Line]:
        """The report that is in force of each assignment that stands and has one."""
        now = self.model.times()[-1]
        return {
            pair: line
            for pair, each in self.model.assigned.items()
            if each.stands
            for line in each.lines
            if line.version == each.state(date.max, now).report
        }

    @staticmethod
    def pair(key: str, share: str) -> Pair:
        owner, role = share.split()
        return key, owner, role

    def digested(self) -> str:
        with ledger.reading(self.at) as db:
            return digest(log.last_hashes(db))

    def by(self, actor: str) -> log.Acting:
        self.now += timedelta(seconds=1)
        return log.Acting(actor, self.today, self.now)

    def done(self, command: str, actor: str, act: Callable[[Any], Any]) -> Any:
        """What a deed gives, or the refusal that it ends in; the model is told of the batch."""
        try:
            with ledger.writing(self.at) as db:
                done = act(db)
        except Refusal as refusal:
            return refusal
        if isinstance(done, log.Recorded):
            self.told(done.batch, done.recorded_at, command, actor)
        return done

    def told(self, batch: int, at: datetime, command: str, actor: str) -> None:
        assert all(at > before for before in self.model.times())
        assert batch not in self.model.batches
        self.model.batches[batch] = (command, actor)
        self.changed = True

    @rule(days=st.integers(0, 40), back=st.booleans())
    def time_goes_on(self, days: int, back: bool) -> None:
        self.today += timedelta(days=days)
        # The clock of another machine may be an hour behind.
        self.now += timedelta(days=days, hours=-1 if back else 1)

    @rule(data=st.data(), actor=ACTORS, said=REPORTS, ago=st.integers(-2, 90))
    def somebody_reports(
        self, data: Any, actor: str, said: tuple[str, int | None], ago: int
    ) -> None:
        self.count += 1
        key, owner = self.named(data)
        note, on = f"note {self.count}", self.today - timedelta(days=ago)
        given = record.Report(Status(said[0]), on, said[1], note, evidence="https://x.cn/")
        meant, by = self.model.meant(key, owner), self.by(actor)

        done = self.done(
            "update", actor, lambda db: record.report(db, given, keys=[key], owner=owner, by=by)
        )

        # Tomorrow is not yet: a report says what is so.
        refused = ago < 0 or not meant
        assert isinstance(done, Refusal) == refused, done
        if not refused:
            self.model.add(
                meant, kind="report", batch=done.batch, on=on, at=done.recorded_at, actor=actor,
                said=(*said, note),
            )  # fmt: skip

    @precondition(lambda self: self.reported())
    @rule(data=st.data(), actor=ACTORS, other=st.booleans(), reason=st.none() | st.just("no"))
    def somebody_reviews(self, data: Any, actor: str, other: bool, reason: str | None) -> None:
        key, owner, _role = data.draw(st.sampled_from(sorted(self.reported())))
        key = data.draw(st.sampled_from([key, key, KEYS[2]]))
        meant = self.model.meant(key, owner)
        reports = {pair: line for pair, line in self.reported().items() if pair in meant}
        if other:
            actor = f"not {' or '.join(sorted({line.actor for line in reports.values()}))}"
        own = any(line.actor == actor for line in reports.values())
        by = self.by(actor)

        done = self.done(
            "review",
            actor,
            lambda db: reviewing.review(db, key=key, owner=owner, returned=reason, by=by),
        )

        assert isinstance(done, Refusal) == (not reports or own), done
        if not isinstance(done, Refusal):
            for pair, line in reports.items():
                self.model.add(
                    [pair], kind="review", batch=done.batch, on=self.today, at=done.recorded_at,
                    actor=actor, said=("returned" if reason else "verified",), names=line.version,
                )  # fmt: skip

    @rule(data=st.data(), every=st.booleans(), actor=ACTORS, year=st.integers(2029, 2031))
    def somebody_moves_a_target(self, data: Any, every: bool, actor: str, year: int) -> None:
        now, by = self.model.times()[-1], self.by(actor)
        key, named = self.named(data)
        owner = None if every else named
        moved = [
            pair
            for pair in self.model.meant(key, owner)
            if self.model.assigned[pair].state(date.max, now).target != str(year)
        ]

        done = self.done(
            "retarget",
            actor,
            lambda db: reviewing.retarget(
                db, key=key, target=Target(year), why="w", owner=owner, by=by
            ),
        )

        assert isinstance(done, Refusal) == (not moved), done
        if moved:
            self.model.add(
                moved, kind="retarget", batch=done.batch, on=self.today, at=done.recorded_at,
                actor=actor, said=(str(year),),
            )  # fmt: skip

    @precondition(lambda self: self.model.batches)
    @rule(data=st.data(), actor=ACTORS, own=st.booleans(), numbered=st.booleans())
    def somebody_takes_back(self, data: Any, actor: str, own: bool, numbered: bool) -> None:
        chosen = data.draw(st.sampled_from(sorted(self.model.batches)))
        named = chosen if numbered else None
        actor = self.model.batches[chosen][1] if own else actor
        mine = [
            n
            for n, (command, whose) in self.model.batches.items()
            if whose == actor and command != "seed" and self.model.left(n)
        ]
        batch = named if named is not None else max(mine, default=None)
        whose = self.model.batches.get(batch, ("", ""))[1] if batch is not None else ""
        left = self.model.left(batch) if batch is not None and whose == actor else []
        by = self.by(actor)

        done = self.done("undo", actor, lambda db: record.undo(db, by=by, batch=named))

        assert isinstance(done, Refusal) == (not left), done
        if left:
            recorded = done.recorded
            assert done.batch == batch
            self.told(recorded.batch, recorded.recorded_at, "undo", actor)
            for pair, version in left:
                self.model.add(
                    [pair], kind="withdrawal", batch=recorded.batch, on=self.today,
                    at=recorded.recorded_at, actor=actor, names=version,
                )  # fmt: skip

    @rule(one=st.sampled_from(SHARES), two=st.sampled_from(SHARES))
    def the_register_is_amended(self, one: list[str], two: list[str]) -> None:
        shares = dict(zip(KEYS, (one, two), strict=False))
        file = self.folder / "small.yaml"
        file.write_text(register(shares), "utf-8")
        by = self.by("li")

        changes = self.done("seed", "li", lambda db: setup.load(db, [file], by=by))

        wanted = {self.pair(key, share) for key, each in shares.items() for share in each}
        there = {pair for pair, each in self.model.assigned.items() if each.stands}
        deeds = sorted((change.deed, change.key, change.detail) for change in changes)
        assert deeds == sorted(
            ("added" if pair in wanted else "retired", pair[0], f"{pair[1]} {pair[2]}")
            for pair in wanted ^ there
        )
        if deeds:
            self.moved(wanted - there, there - wanted)

    def moved(self, added: set[Pair], retired: set[Pair]) -> None:
        with ledger.reading(self.at) as db:
            at = log.known(db, None)
        assert at > self.model.times()[-1]
        for pair in added:
            each = self.model.assigned.setdefault(pair, Assigned("2030", at))
            if not each.stands:
                each.spans.append((at, None))
        for pair in retired:
            spans = self.model.assigned[pair].spans
            spans[-1] = (spans[-1][0], at)

    @rule(data=st.data())
    def a_form_goes_out(self, data: Any) -> None:
        _key, owner = self.named(data)
        if not self.model.meant(KEYS[2], owner):
            # Who has nothing to report on gets no form.
            return
        with ledger.reading(self.at) as db:
            form = forming.form(db, owner, self.quarter(), self.today)
        versions = {
            pair: len(self.model.assigned[pair].lines)
            for key in KEYS[:2]
            for pair in self.model.meant(key, owner)
        }
        assert {(r.key, owner, str(r.role)): r.version for r in form.rows} == versions
        self.forms.append((json.loads(plain_writing.json_text(form)), versions))

    def quarter(self) -> Period:
        return Period(self.today.year * 12, 12)

    @precondition(lambda self: self.forms)
    @rule(data=st.data(), actor=ACTORS, said=REPORTS, force=st.booleans(), partial=st.booleans())
    def a_form_comes_back(
        self, data: Any, actor: str, said: tuple[str, int | None], force: bool, partial: bool
    ) -> None:
        form, versions = data.draw(st.sampled_from(self.forms))
        filled = set(data.draw(st.sampled_from([sorted(versions), sorted(versions)[:1]])))
        self.count += 1
        note, on = f"form {self.count}", date(int(form["period"][:4]), 1, 1)
        file = self.folder / "form.json"
        file.write_text(json.dumps(self.filled(form, filled, said, note, on)), "utf-8")
        fates = {pair: self.fate(pair, versions[pair], force=force) for pair in filled}
        by = self.by(actor)

        done = self.done(
            "import",
            actor,
            lambda db: importing.bring(
                db, reading.read(file), by=by, into=None, force=force, partial=partial
            ),
        )

        kept = [pair for pair, fate in fates.items() if fate is Outcome.RECORDED]
        if len(kept) < len(filled) and not partial:
            kept = []
        assert (done.batch is not None) == bool(kept), done
        if kept:
            at = self.newest()
            self.told(done.batch, at, "import", actor)
            self.model.add(
                kept, kind="report", batch=done.batch, on=on, at=at, actor=actor,
                said=(*said, note),
            )  # fmt: skip

    @staticmethod
    def filled(
        form: Any, pairs: set[Pair], said: tuple[str, int | None], note: str, on: date
    ) -> dict[str, Any]:
        empty = dict.fromkeys(
            ("status", "percent", "note", "problem", "next_step", "effective_on")
        ) | {"evidence": []}
        values = {
            "status": said[0], "percent": said[1], "note": note, "effective_on": on.isoformat(),
            "evidence": ["https://x.cn/"],
        }  # fmt: skip
        rows = []
        for row in form["rows"]:
            pair = (row["key"], form["owner"], row["role"])
            rows.append(row | empty | (values if pair in pairs else {}))
        return {**form, "rows": rows}

    def fate(self, pair: Pair, base: int, *, force: bool) -> Outcome:
        """Refused where it stands no more; in conflict where the version that was seen is not what stands."""
        each = self.model.assigned[pair]
        if not each.stands:
            return Outcome.REFUSED
        standing = {
            line.version for line in each.standing(self.model.times()[-1]) if line.kind == "report"
        }
        lines = each.lines[:base]
        gone = {line.names for line in lines if line.kind == "withdrawal"}
        seen = {x.version for x in lines if x.kind == "report"} - gone
        return Outcome.RECORDED if standing == seen or force else Outcome.CONFLICT

    def newest(self) -> datetime:
        with ledger.reading(self.at) as db:
            return log.known(db, None)

    @invariant()
    def cache_and_digest_follow_the_log(self) -> None:
        with ledger.reading(self.at) as db:
            rows = queries.assignment_rows(db, states.now(self.today))
            found = digest(log.last_hashes(db))

        assert self.compared(rows) == self.expected(date.max, self.model.times()[-1])
        assert (found != self.digest) == self.changed
        self.digest, self.changed = found, False

    def teardown(self) -> None:
        try:
            with ledger.reading(self.at) as db:
                assert check.problems(db) == []
                for as_of in self.dates():
                    for known in self.moments():
                        rows = queries.assignment_rows(db, states.on(as_of, known))
                        assert self.compared(rows) == self.expected(as_of, known)
        finally:
            self.stack.close()

    def dates(self) -> list[date]:
        """The dates with an event, and those beside them."""
        days = [*self.model.days(), self.today]
        return sorted({day + timedelta(days=by) for day in days for by in (-1, 0, 1)})

    def moments(self) -> list[datetime]:
        """After all, at an event in the middle, and just before that."""
        times = self.model.times()
        middle = times[len(times) // 2]
        return [middle - timedelta(microseconds=1), middle, times[-1]]

    @staticmethod
    def compared(rows: list[Any]) -> dict[Pair, tuple[object, ...]]:
        return {
            (row.key, row.owner, row.role): (
                row.report, row.status, row.percent, row.note, row.verification, row.target,
                row.version,
            )
            for row in rows
        }  # fmt: skip

    def expected(self, as_of: date, known: datetime) -> dict[Pair, tuple[object, ...]]:
        return {
            pair: tuple(each.state(as_of, known))
            for pair, each in self.model.assigned.items()
            if each.stood(known)
        }


def bare(at: ledger.Place, folder: Path) -> None:
    """A ledger with the small register alone."""
    file = folder / "small.yaml"
    file.write_text(register(FIRST), "utf-8")
    by = log.Acting("builder", TODAY, NOW)
    with ledger.upgrading(at, make=True) as db:
        schema.upgrade(db)
        setup.load(db, [readers.SEEDS / "owners.yaml", file], by=by)


@pytest.fixture
def make(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    """Makes a ledger of its own for each sequence."""
    if database == "sqlite":
        template, own = tmp_path / "template.sqlite", tmp_path / "own"
        bare(ledger.place(str(template)), tmp_path)

        @contextmanager
        def copied() -> Iterator[ledger.Place]:
            # In the same place each time: what the program compiled for it serves again.
            shutil.rmtree(own, ignore_errors=True)
            own.mkdir()
            yield ledger.place(str(shutil.copy(template, own / "ledger.sqlite")))

        yield copied
        return
    server = request.getfixturevalue("server")

    @contextmanager
    def created() -> Iterator[ledger.Place]:
        with server.database(name) as copy:
            yield ledger.place(server.url(copy))

    with server.database() as name:
        bare(ledger.place(server.url(name)), tmp_path)
        yield created


def test_any_sequence_leaves_the_states_that_the_model_says(make: Maker) -> None:
    machine = type("Sequences", (Sequences,), {"make": staticmethod(make)})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=50,
            deadline=None,
            derandomize="TRACKER_EXAMPLES" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
