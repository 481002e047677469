"""What everyday commands cost beside the least that could print the same, and which imports that is."""

import os
import subprocess
from collections import defaultdict
from pathlib import Path

import ledgers
from measuring import LEAST, Command, commands_in_turns, python, said, table, times, told, tracker

_PLAIN = Path(__file__).parent / "plain_list.py"
# Modules are counted under the package that they are of, or that asked for them first.
_PACKAGES = {
    "typer": "Typer", "click": "Typer", "sqlite3": "sqlite3", "tabulate": "tabulate",
    "wcwidth": "tabulate", "sqlalchemy": "SQLAlchemy", "tracker": "tracker",
}  # fmt: skip
_INTERPRETER = "the interpreter"
_FLOORS = ("sqlite3", "typer", "typer, sqlite3", "typer, sqlite3, tabulate")


def part(folder: Path, runs: int) -> str:
    """The tables of both."""
    db = folder / "bundled.sqlite"
    ledgers.bundled(db)
    small, large = folder / "small.txt", folder / "large.txt"
    small.write_text(_document(1_000), encoding="utf-8")
    large.write_text(_document(1_000_000), encoding="utf-8")
    whole = {"list": tracker(db, "list"), **everyday(db), "--help": tracker(db, "--help")}
    commands = {
        LEAST: python("-c", "pass"),
        **{f"python -c 'import {names}'": python("-c", f"import {names}") for names in _FLOORS},
        "python benchmarks/plain_list.py": python(_PLAIN, db),
        **whole,
        "ingest --dry-run, 1 kB": tracker(db, "ingest", small, "--dry-run", "-f", "json"),
        "ingest --dry-run, 1 MB": tracker(db, "ingest", large, "--dry-run", "-f", "json"),
    }
    costs = commands_in_turns(commands, runs)
    rows = [(f"`{name}`", said(cost), times(cost, costs[LEAST])) for name, cost in costs.items()]
    return (
        f"{told(runs)}\n\n{table(('', 'time', f'× `{LEAST}`'), rows)}\n"
        "`plain_list.py` is the least that could do what `tracker list` does: one statement written by hand, Typer, sqlite3 and"
        " tabulate, and the same rows. The program comes out below it because it keeps the interpreter from looking for garbage"
        " while modules are loaded, and once more in all of them at the end (`cli/__init__.py`): a fifth of such a call."
        " The megabyte of text is one invented article again and again.\n\n"
        "What an everyday command imports: modules, and milliseconds in them, of three runs the quickest (the interpreter slows imports"
        " down while it times them). What a package is the first to ask of the standard library counts as its"
        f" own.\n\n{_imports(whole)}"
    )


def everyday(db: Path, key: str = "2021-15.5", owner: str = "HB") -> dict[str, Command]:
    """What is called all day long: about one document, one commitment, one owner."""
    completing = tracker(db)
    line = {"_TRACKER_COMPLETE": "complete_bash", "COMP_WORDS": f"tracker show {key}"}
    said = ("--owner", owner, "--status", "in_progress", "--percent", "40")
    return {
        "list --document": tracker(db, "list", "--document", key.partition("-")[0]),
        "show": tracker(db, "show", key),
        "next": tracker(db, "next", "--owner", owner),
        "due": tracker(db, "due", "--owner", owner),
        "update": tracker(db, "update", key, *said),
        "completion of a key": Command(
            completing.words, {**completing.environment, **line, "COMP_CWORD": "2"}
        ),
    }


def _imports(commands: dict[str, Command]) -> str:
    found = {
        name: min((_imported(command) for _ in range(3)), key=_spent)
        for name, command in commands.items()
    }
    groups = dict.fromkeys([_INTERPRETER, *_PACKAGES.values()])
    rows = [
        (f"`{name}`", *(_shown(by_group[group]) for group in groups))
        for name, by_group in found.items()
    ]
    return table(("", *groups), rows)


def _spent(found: dict[str, list[int]]) -> int:
    return sum(map(sum, found.values()))


def _shown(microseconds: list[int]) -> str:
    return f"{len(microseconds)}: {sum(microseconds) / 1000:.0f}" if microseconds else "–"


def _imported(command: Command) -> dict[str, list[int]]:
    """The microseconds of each module that a command imports, by package."""
    interpreter, *words = map(str, command.words)
    ran = subprocess.run(
        [interpreter, "-X", "importtime", *words],
        capture_output=True, text=True, check=True, env=os.environ | command.environment,
    )  # fmt: skip
    found: defaultdict[str, list[int]] = defaultdict(list)
    above: list[str] = []
    # A module stands behind those that it asks for, which are indented.
    for line in reversed(ran.stderr.splitlines()):
        head, _mark, named = line.rpartition("|")
        spent = head.removeprefix("import time:").partition("|")[0].strip()
        if not spent.isdecimal():
            continue
        depth = (len(named) - len(named.lstrip()) - 1) // 2
        outer = above[depth - 1] if depth else _INTERPRETER
        group = _PACKAGES.get(named.strip().partition(".")[0], outer)
        above[depth:] = [group]
        found[group].append(int(spent))
    return found


def _document(size: int) -> str:
    """An invented document of about `size` bytes: sections of five items of four sentences, as long
    as those of real ones.
    """
    body = (
        "到2026年，支持武汉、长沙等地分批完成老旧供水管网改造，建立覆盖街道和社区的管护台账，逐段登记建成年份、材质和漏损情况。"
        "统筹用好各级财政资金和金融工具，鼓励社会力量依法依规参与投资、建设和运营，健全合理回报、风险共担的长期合作机制。"
        "加强日常巡查和应急处置，完善水质监测网点，对发现的问题逐一列出清单、明确责任、限期整改，重要情况及时向社会公布。"
        "按季调度工作进展，对进度滞后的地方采取提醒、约谈等方式推动落实，总结推广基层行之有效的经验做法。"
    )
    lines = ["甲省供水管网改造实施方案", "甲政发〔2024〕7号"]
    for number in range(size // len(body.encode()) + 1):
        if number % 5 == 0:
            lines.append(f"第{number // 5 + 1}章 总体安排")
        lines.append(f"第{number + 1}条 {body}（省建设厅牵头，省财政厅、省水利厅参与）")
    return "\n".join(lines)
