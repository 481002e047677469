"""What spares staff work: the day's list, finding by any word, words that the shell completes."""

import re
from pathlib import Path

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy import update as changed
from wcwidth import wcswidth

from conftest import TODAY, Run
from terminals import on_a_terminal
from test_cli import program
from tracker.report import reminders
from tracker.store import ledger, log, queries, states
from tracker.store.models import commitments, documents, measures, sentences, wordings
from tracker.store.rows import Filters

HB = ("--owner", "HB")


def update(tracker: Run, key: str, *more: str) -> None:
    assert tracker("update", key, *HB, "--status", "in_progress", *more).code == 0


def found(tracker: Run, word: str, by: str, *more: str) -> list[str]:
    rows = tracker("list", "--by", by, "--search", word, *more, "-f", "json").json
    return [row["key"] for row in rows]


def worded(at: ledger.Place, document: str, measure_sentence: tuple[str, int], text: str) -> None:
    """Attach a wording to one sentence."""
    measure, number = measure_sentence
    with ledger.writing(at) as db:
        code = db.execute(select(documents.c.id).where(documents.c.code == document)).scalar_one()
        mark = db.execute(
            select(sentences.c.fingerprint)
            .join(measures, measures.c.id == sentences.c.measure_id)
            .where(measures.c.key == measure, sentences.c.number == number)
        ).scalar_one()
        db.execute(insert(wordings).values(document_id=code, fingerprint=mark, text=text))


def test_the_days_list_has_what_is_returned_overdue_due_and_silent_in_that_order(
    at: ledger.Place,
) -> None:
    with ledger.reading(at) as db:
        of, hubei = states.on(TODAY, log.known(db, None)), Filters(owners=("HB",))
        table = reminders.next_up(db, of, hubei, within=600, silent=1)
        asked = reminders.reminders(
            db, of, hubei, known_on=log.known(db, None), within=600, silent=1
        )

    place = [column.name for column in table.columns].index("reason")
    reasons = [str(row[place]) for row in table.rows]
    order = ["returned", "overdue", "due", "silent"]
    assert set(reasons) >= {"overdue", "due", "silent"}
    assert reasons == sorted(reasons, key=order.index)
    assert table.rows == asked.tables[0].rows


def test_what_was_returned_comes_first_with_the_reason(tracker: Run) -> None:
    update(tracker, "2021-15.5", "--note", "runway", "--percent", "100")
    tracker("--actor", "wang", "review", "2021-15.5", *HB, "--return", "no record")

    first = tracker("next", *HB, "-f", "json").json[0]

    assert (first["owner"], first["key"], first["reason"], first["returned"]) == (
        "HB", "2021-15.5", "returned", "no record",
    )  # fmt: skip


def test_the_days_list_wants_an_owner(tracker: Run) -> None:
    ran = tracker("next")

    assert (ran.code, ran.out) == (2, "")
    assert "--owner is missing" in ran.err


def test_the_owner_stands_in_a_line_only_where_there_are_several(at: ledger.Place) -> None:
    with ledger.reading(at) as db:
        of = states.on(TODAY, log.known(db, None))
        one = reminders.next_up(db, of, Filters(owners=("HB",)), within=90, silent=1)
        two = reminders.next_up(db, of, Filters(owners=("HB", "HN")), within=90, silent=1)

    assert [column.title for column in one.columns if column.name == "owner"] == [None]
    assert [column.title for column in two.columns if column.name == "owner"] == ["Owner"]


@pytest.mark.parametrize("option", ["--note", "--problem", "--next"])
@pytest.mark.parametrize("by", ["measure", "commitment", "assignment"])
def test_what_was_reported_last_is_found(tracker: Run, option: str, by: str) -> None:
    assert found(tracker, "Xyzzy", by) == []

    update(tracker, "2021-15.5", option, "the xyzzy runway")

    assert set(found(tracker, "Xyzzy", by)) == {"2021-15" if by == "measure" else "2021-15.5"}


def test_what_was_reported_before_the_last_is_not_found(tracker: Run) -> None:
    update(tracker, "2021-15.5", "--note", "xyzzy")
    update(tracker, "2021-15.5", "--note", "plugh")

    assert found(tracker, "xyzzy", "commitment") == []
    assert found(tracker, "plugh", "commitment") == ["2021-15.5"]


def test_a_search_goes_by_what_was_true_and_known_then(tracker: Run) -> None:
    update(tracker, "2021-15.5", "--note", "xyzzy", "--on", "2024-05-01")

    assert found(tracker, "xyzzy", "commitment", "--as-of", "2024-04-30") == []
    assert found(tracker, "xyzzy", "commitment", "--as-of", "2024-05-01") == ["2021-15.5"]


def test_the_official_wording_of_a_commitment_is_found(at: ledger.Place, tracker: Run) -> None:
    worded(at, "2021", ("2021-15", 5), "words that are xyzzy")

    assert found(tracker, "xyzzy", "commitment") == ["2021-15.5"]
    assert found(tracker, "xyzzy", "measure") == ["2021-15"]


def test_the_wording_of_a_sentence_that_is_no_commitment_finds_its_measure(
    at: ledger.Place, tracker: Run
) -> None:
    worded(at, "2021", ("2021-15", 5), "words that are xyzzy")
    with ledger.writing(at) as db:
        db.execute(
            changed(commitments).where(commitments.c.key == "2021-15.5").values(fingerprint="")
        )

    assert found(tracker, "xyzzy", "measure") == ["2021-15"]
    assert found(tracker, "xyzzy", "commitment") == []


def test_each_word_may_stand_somewhere_else(tracker: Run) -> None:
    update(tracker, "2021-15.5", "--note", "xyzzy")

    assert found(tracker, "xyzzy 航空", "commitment") == ["2021-15.5"]
    assert found(tracker, "xyzzy plugh", "commitment") == []


def test_a_word_is_found_in_whichever_width_it_is_typed_or_written(tracker: Run) -> None:
    update(tracker, "2021-15.5", "--note", "xyz 50% and ＰＬＵＧＨ ７")

    for word in ("xyz", "ＸＹＺ", "50%", "５０％", "plugh", "ｐｌｕｇｈ", "ＰＬＵＧＨ", "7"):
        assert "2021-15.5" in found(tracker, word, "commitment"), word


def test_a_percent_sign_and_an_underscore_stand_for_themselves(tracker: Run) -> None:
    update(tracker, "2021-15.5", "--note", "a_b 9%9")

    assert found(tracker, "a_b", "commitment") == ["2021-15.5"]
    assert found(tracker, "9％9", "commitment") == ["2021-15.5"]
    assert found(tracker, "a%b", "commitment") == []
    assert found(tracker, "9_9", "commitment") == []


def test_a_search_for_no_word_is_refused(tracker: Run) -> None:
    ran = tracker("list", "--search", " ")

    assert (ran.code, ran.out) == (2, "")
    assert "there is no word in it" in ran.err


def test_a_document_that_is_read_shows_how_far_it_is_and_leaves_no_trace_of_it(
    file: Path, tmp_path: Path
) -> None:
    document = tmp_path / "plan.txt"
    document.write_text(
        "一、总体\n（一）修路。修建公路。\n（二）架桥。修建桥梁。\n", encoding="utf-8"
    )

    code, out, shown = on_a_terminal("--db", str(file), "--lang", "en", "ingest", str(document))

    assert code == 0, shown
    assert out.startswith("# a draft")
    bars = re.findall(r"\r\x1b\[K(\[[#.]+\] \d/\d )?([^\r]*) …", shown)
    assert bars == [
        ("[....................] 0/2 ", "the text"),
        ("[##########..........] 1/2 ", "the outline"),
        ("", "the registers"),
    ]
    assert "…" not in shown.rpartition("\x1b[K")[2]


def test_a_document_that_is_refused_leaves_no_bar_before_the_message(
    file: Path, tmp_path: Path
) -> None:
    code, _out, shown = on_a_terminal("--db", str(file), "ingest", str(tmp_path / "nothing.txt"))

    assert code == 3
    assert "…\r\x1b[Ktracker: " in shown


def test_no_bar_goes_into_a_pipe(file: Path, tmp_path: Path) -> None:
    document = tmp_path / "plan.txt"
    document.write_text("一、总体\n（一）修路。修建公路。\n", encoding="utf-8")

    ran = program("--db", str(file), "--lang", "en", "ingest", str(document))

    assert ran.stderr == b"check it, then load it: tracker seed FILE\n"


def test_a_report_shows_how_far_it_is(file: Path) -> None:
    code, _out, shown = on_a_terminal("--db", str(file), "--lang", "en", "report", "-f", "json")

    assert code == 0
    bars = re.findall(r"(\d/\d) ([a-z]+) …", shown)
    assert bars == [
        ("0/5", "states"),
        ("1/5", "history"),
        ("2/5", "groups"),
        ("3/5", "corrections"),
        ("4/5", "indicators"),
    ]


def test_what_is_worked_out_takes_one_line_however_long_its_name(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    form = tmp_path / f"{'湖北' * 30}.xlsx"
    form.write_bytes(b"no workbook")

    _code, _out, shown = on_a_terminal("--db", str(file), "import", str(form))

    line = shown.split("\x1b[K")[1].rstrip("\r")
    assert 70 < wcswidth(line) < 80


def test_the_name_of_a_form_does_not_reach_the_terminal_alive(file: Path, tmp_path: Path) -> None:
    form = tmp_path / "\x1b[2J.xlsx"
    form.write_bytes(b"no workbook")

    _code, _out, shown = on_a_terminal("--db", str(file), "import", str(form))

    assert "0/2" in shown
    assert "\x1b[2J" not in shown


@pytest.mark.parametrize("question", ["measure_rows", "commitment_rows", "assignment_rows"])
def test_a_search_is_one_statement(at: ledger.Place, question: str) -> None:
    said: list[str] = []
    with ledger.reading(at) as db:
        event.listen(db.core, "before_cursor_execute", lambda *args: said.append(args[2]))
        getattr(queries, question)(db, states.now(TODAY), Filters(search=("机场", "x")))

    assert len(said) == 1


def test_the_shell_completes_words_of_every_axis_documents_periods_and_formats(file: Path) -> None:
    def completed(words: str) -> list[str]:
        ran = program(
            _TRACKER_COMPLETE="complete_bash",
            COMP_WORDS=words,
            COMP_CWORD=str(len(words.split()) - 1),
            TRACKER_DB=str(file),
        )
        return ran.stdout.decode().split()

    assert completed("tracker list --position o") == ["on_schedule", "overdue"]
    assert completed("tracker list --verification 退") == ["退回"]
    assert completed("tracker list --document 20") == ["2014", "2021", "2024"]
    assert completed("tracker coverage 201") == ["2014"]
    assert completed("tracker ingest x --compare 2014") == ["2014"]
    assert completed("tracker list --format x") == ["xlsx"]
    assert completed("tracker report --by m") == ["measure"]
    assert completed("tracker next --owner H") == ["HA", "HB", "HN"]
    assert completed("tracker update 2021-15.5 --owner H") == ["HA", "HB", "HN"]
    periods = completed("tracker report --period 2")
    assert periods
    assert all(len(period) in (4, 6) for period in periods)
    assert completed("tracker report --period 1999") == []
