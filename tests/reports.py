"""A report with every kind of part, table and cell, for the tests of renderers."""

from datetime import UTC, date, datetime
from typing import Any

from tracker.domain.words import Status, Verification
from tracker.i18n import speaking
from tracker.report.model import (
    Bar,
    Chart,
    Column,
    Fact,
    Progress,
    Report,
    Series,
    Share,
    Table,
    Tenths,
)

# What nobody means as text comes out as text: a formula, a script, an escape, markup.
HOSTILE = '=1+1 <script>alert("x")</script> \x1b[31m&amp; | ]]> \u202e {{ 7*7 }}'


def everything(rows: int = 12) -> Report:
    """A quarterly report in English, with itself in Chinese as its translation."""
    with speaking("zh"):
        chinese = _made("zh", rows)
    return _made("en", rows)._replace(translation=chinese)


def _made(language: str, rows: int) -> Report:
    def said(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    overall, owners = said("总体情况", "Overall"), said("分责任主体情况", "By owner")
    lagging = said("滞后事项", "What lags")
    names = ("SX", "AH", "JX", "HA", "HB", "HN", "CENTRAL")
    full = (said("湖北省", "Hubei"), said("中央有关部门", "Central departments"))
    status = _table(
        "totals.status",
        said("按状态", "By status"),
        [
            Column("status", said("状态", "Status")),
            Column("assignments", said("分工数", "Assignments")),
            Column(None, said("占比", "Share")),
        ],
        [(Status.DONE, 3, Tenths(250)), (Status.STALLED, 9, Tenths(750))],
        part=overall,
        keyed=True,
    )
    by_owner = _table(
        "by_owner",
        said("各责任主体", "Each owner"),
        [
            Column("owner", said("代码", "Code")),
            Column(None, said("责任主体", "Owner"), flexible=True),
            Column("assignments", said("分工数", "All")),
            Column("share_done", said("完成率", "Share")),
            Column("empty", said("没有内容的可选列", "Nothing in it"), optional=True),
            Column(None, said("进度", "Progress")),
        ],
        [(name, full[i % 2], 7 + i, Share(i, 7), None, Bar(i, 7)) for i, name in enumerate(names)],
        part=owners,
    )
    matrix = _table(
        "",
        said("责任主体×举措", "Owner by measure"),
        [Column(None, said("举措", "Measure")), *(Column(None, name) for name in names)],
        [
            (f"2099-{i:02}", *(None if (i + j) % 4 == 0 else Progress(j % 3, 3, (i + j) % 3)
                               for j, _ in enumerate(names)))
            for i in range(1, rows + 1)
        ],
        part=owners,
    )  # fmt: skip
    laggards = _table(
        "laggards",
        said("逾期、欠序时和受阻事项", "Overdue, behind or stalled"),
        [
            Column("key", said("编号", "Key")),
            Column("owner", said("责任主体", "Owner")),
            Column(None, said("任务", "Commitment"), flexible=True),
            Column("target", said("期限", "Target")),
            Column("due_on", said("到期日", "Due on")),
            Column("status", said("状态", "Status")),
            Column("verification", said("核实", "Verification")),
            Column("percent", "%"),
            Column("problem", said("存在问题", "Problem"), flexible=True, optional=True),
            Column("recorded_at", None),
        ],
        [
            (
                f"2099-{i:02}.1",
                names[i % 7],
                HOSTILE
                if i == 1
                else said("示例任务的简短名称，", "A short label of a task, ") * 3,
                "2025" if i % 2 else "2025-06",
                date(2025, 12, 31),
                Status.STALLED if i % 3 else Status.IN_PROGRESS,
                Verification.RETURNED if i % 2 else Verification.REPORTED,
                None if i % 4 == 0 else i % 101,
                said("用地指标尚未落实", "Land quota not granted yet") if i % 2 else None,
                datetime(2024, 4, 2, 1, 2, 3, 4, tzinfo=UTC),
            )
            for i in range(1, rows + 1)
        ],
        part=lagging,
    )
    nothing = _table(
        "movement.newly_done",
        said("新完成", "Newly done"),
        [Column("key", said("编号", "Key")), Column("owner", said("责任主体", "Owner"))],
        [],
        part=lagging,
    )
    hidden = _table("transitions", "", [Column("from", None)], [("done",)])
    annexes = [
        laggards._replace(
            name="", title=f"{full[i]}{said('分工一览', ': assignments')}", annex=True, part=""
        )
        for i in range(2)
    ]
    return Report(
        said("2099年第一季度进展情况通报", "Progress report for the first quarter of 2099"),
        (
            Fact("as_of", said("截至", "As of"), date(2099, 3, 31)),
            Fact("known_on", said("记录至", "Known on"), datetime(2099, 4, 2, tzinfo=UTC)),
            Fact("digest", said("台账摘要", "Ledger digest"), "0123456789abcdef" * 4),
            Fact("hidden", None, 1),
        ),
        (status, by_owner, matrix, laggards, nothing, hidden, *annexes),
        (said("配合角色不计入。", "Support does not count."),),
        (
            said(
                "截至2099年3月31日，纳入跟踪的分工共12项，已完成3项，占25.0%；受阻9项。",
                "As of 31 March 2099, 12 assignments are tracked: 3 are done (25.0%), 9 stalled.",
            ),
            said(
                "湖北省完成较多；中央有关部门滞后较多。" * 4, "Hubei stands out, others lag. " * 6
            ),
        ),
        (
            Chart(
                "stacked",
                said("各责任主体的状态", "Status by owner"),
                names,
                tuple(
                    Series(said(word.zh, word.en), word, tuple(range(i, i + 7)))
                    for i, word in enumerate(Status)
                ),
                part=owners,
            ),
            Chart(
                "lines",
                said("完成率与时间进度", "Share done against time gone"),
                ("2098-06-30", "2098-09-30", "2098-12-31", "2099-03-31"),
                (
                    Series(said("完成率", "Done"), Status.DONE, (None, 5.0, 12.5, 25.0)),
                    Series(said("时间进度", "Time gone"), None, (10.0, 20.0, 30.0, 40.0)),
                ),
                part=overall,
            ),
        ),
    )


def _table(name: str, title: str, columns: list[Column], rows: Any, **more: Any) -> Table:
    return Table(name, title, tuple(columns), list(rows), **more)
