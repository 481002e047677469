"""What an everyday command costs beside the least that could print the same; writes docs/performance.md.

    python benchmarks/startup.py [RUNS]

Both programs print the same rows of the same ledger, in turns; medians, and their ratio.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import page

HERE = Path(__file__).parent


def document(size: int) -> str:
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


def timed(command: list[str]) -> float:
    """Wall seconds of one run as a whole process."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main(runs: int) -> None:
    """Measure and write."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"TRACKER_DB": f"{folder}/ledger.sqlite", "TYPER_USE_RICH": "0"}
        subprocess.run([python, "-m", "tracker", "init"], check=True, capture_output=True)
        small, large = f"{folder}/small.txt", f"{folder}/large.txt"
        Path(small).write_text(document(1_000), encoding="utf-8")
        Path(large).write_text(document(1_000_000), encoding="utf-8")
        commands = {
            "python -c pass": [python, "-c", "pass"],
            "benchmarks/plain_list.py": [python, str(HERE / "plain_list.py"), os.environ["TRACKER_DB"]],
            "tracker list": [python, "-m", "tracker", "list"],
            "tracker update": [
                python, "-m", "tracker", "update", "2021-15.5", "--owner", "HB", "--status", "stalled",
            ],
            "tracker --help": [python, "-m", "tracker", "--help"],
            "tracker ingest --dry-run, 1 kB": [
                python, "-m", "tracker", "ingest", small, "--dry-run", "-f", "json",
            ],
            "tracker ingest --dry-run, 1 MB": [
                python, "-m", "tracker", "ingest", large, "--dry-run", "-f", "json",
            ],
        }  # fmt: skip
        figures = {name: [timed(command)] for name, command in commands.items()}
        for _ in range(runs):
            for name, command in commands.items():
                figures[name].append(timed(command))
    seconds = {name: values[1:] for name, values in figures.items()}
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratio = medians["tracker list"] / medians["benchmarks/plain_list.py"]
    least = medians["python -c pass"]
    megabyte = medians["tracker ingest --dry-run, 1 MB"] - medians["tracker ingest --dry-run, 1 kB"]
    rows = "".join(
        f"| `{name}` | {median * 1000:.0f} | {median / least:.1f} |\n"
        for name, median in medians.items()
    )
    page.write(
        "startup",
        f"Written by `python benchmarks/startup.py` ({runs} runs in turns, medians, {os.cpu_count()} processors, "
        f"Python {sys.version.split()[0]}). The plain program opens the same file with Typer, one textual "
        "SQLAlchemy statement and tabulate, and prints the same rows.\n\n"
        f"| | ms | × `python -c pass` |\n|---|---|---|\n{rows}\n"
        f"`tracker list` takes {ratio:.2f} × the plain program. A megabyte of text (one invented article again and again) is read, outlined and printed as "
        f"JSON in {megabyte:.2f} s beyond start-up.\n",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
