"""Sentences, fingerprints and the outline of numbered texts."""

from tracker.sources.outline import items
from tracker.sources.text import fingerprint, fold, sentences


def test_sentences_end_with_a_full_stop_and_join_over_lines() -> None:
    assert sentences("建设甲桥。修缮\n\n乙路。") == ["建设甲桥。", "修缮乙路。"]


def test_a_last_sentence_may_lack_its_full_stop() -> None:
    assert sentences("建设甲桥。修缮乙路") == ["建设甲桥。", "修缮乙路"]


def test_an_empty_text_has_no_sentences() -> None:
    assert sentences(" \n ") == []


def test_a_fingerprint_survives_white_space_and_the_width_of_brackets() -> None:
    assert fingerprint("产业(基地) 建设 2025年。") == fingerprint("产业（基地）建设２０２５年。")
    assert fingerprint("产业建设。") != fingerprint("产业建没。")


def test_folding_makes_widths_alike() -> None:
    assert fold("（一） Ａ１") == "(一)A1"


def test_items_are_found_with_headings_and_sentences() -> None:
    """
    一、总则

    (一) 修路。甲县修路。乙县（市、区）修
    桥，见(二)款。
    （二）架桥。丙县架桥。
    二、附则
    （一）其他。另行规定。
    """
    text = test_items_are_found_with_headings_and_sentences.__doc__ or ""

    found = items(text)

    assert [(item.number, item.title) for item in found] == [(1, "修路"), (2, "架桥"), (1, "其他")]
    assert found[0].sentences == ("甲县修路。", "乙县（市、区）修桥，见(二)款。")
    assert found[1].sentences == ("丙县架桥。",)
