"""The catalogue holds every message of the program, and the compiled one is that of the source."""

import re

import catalogue
from conftest import Run
from tracker.cli.app import COMMANDS, Commands

PLACEHOLDER = re.compile(r"{[^}]*}")


def test_every_message_is_translated() -> None:
    translated = {str(message.id) for message in catalogue.catalogue() if message.string}

    missing = set(catalogue.messages()) - translated

    assert missing == set(), (
        "run: python tests/catalogue.py, then translate what is empty in the .po file"
    )


def test_no_translation_is_left_over() -> None:
    assert {str(m.id) for m in catalogue.catalogue() if m.id} == set(catalogue.messages())


def test_translations_keep_the_places_for_values() -> None:
    for message in catalogue.catalogue():
        if message.id:
            assert set(PLACEHOLDER.findall(str(message.string))) == set(
                PLACEHOLDER.findall(str(message.id))
            )


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    assert catalogue.MO.read_bytes() == catalogue.compiled(catalogue.catalogue()), (
        "run: python tests/catalogue.py"
    )


def test_a_commands_line_in_the_list_is_the_first_of_its_help() -> None:
    for name, place in COMMANDS.items():
        assert Commands.loaded(name).help.split("\n")[0] == place.does


def test_help_speaks_the_language(tracker: Run) -> None:
    for name in COMMANDS:
        english = tracker("--lang", "en", name, "--help").out
        chinese = tracker("--lang", "zh", name, "--help").out
        assert "Usage:" in english
        assert "Usage:" not in chinese
        assert re.search("[\u4e00-\u9fff]", chinese)
