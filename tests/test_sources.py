"""Sentences and fingerprints."""

from tracker.sources.text import fingerprint, fold, sentence_spans


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, 0, len(text))]


def test_a_sentence_ends_with_its_stop_and_what_closes_behind_it() -> None:
    assert _sentences("建设甲桥。他说：“修缮乙路！”再修丙路？") == [
        "建设甲桥。",
        "他说：“修缮乙路！”",
        "再修丙路？",
    ]


def test_a_last_sentence_may_lack_its_full_stop() -> None:
    assert _sentences("建设甲桥。修缮乙路") == ["建设甲桥。", "修缮乙路"]


def test_inside_brackets_no_sentence_ends() -> None:
    assert _sentences("修路（先修桥。再修路。）后架桥。") == ["修路（先修桥。再修路。）后架桥。"]


def test_a_bracket_that_is_never_closed_holds_nothing_together() -> None:
    assert _sentences("修路（先修桥。再修路。") == ["修路（先修桥。", "再修路。"]


def test_a_question_inside_a_clause_ends_nothing() -> None:
    assert _sentences("回答“谁来种地？”的问题。") == ["回答“谁来种地？”的问题。"]


def test_an_empty_text_has_no_sentences() -> None:
    assert _sentences("") == []


def test_a_fingerprint_survives_white_space_and_the_width_of_brackets() -> None:
    assert fingerprint("产业(基地) 建设 2025年。") == fingerprint("产业（基地）建设２０２５年。")
    assert fingerprint("产业建设。") != fingerprint("产业建没。")


def test_folding_makes_widths_alike() -> None:
    assert fold("（一） Ａ１") == "(一)A1"
