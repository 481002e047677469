"""The HTML page in a browser: what its buttons do, how it looks and prints, what it never does."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from reports import HOSTILE, everything
from tracker.domain.words import Status
from tracker.render import render
from tracker.report.model import Column, Report, Share, Table

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# The least contrast of all texts with what is behind them, and the text that has it.
CONTRAST = """() => {
  const parse = (said) => said.match(/[\\d.]+/g).map(Number);
  const light = (said) => parse(said).slice(0, 3).map((part) => part / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const { backgroundColor } = getComputedStyle(node);
      if (parse(backgroundColor)[3] !== 0) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const inks = (node) => node.matches("text.value")
    ? [getComputedStyle(node).fill, getComputedStyle(node.closest(".series")).getPropertyValue("--tone")]
    : [getComputedStyle(node)[node.matches("text") ? "fill" : "color"], behind(node)];
  const hex = (said) => said.startsWith("#")
    ? `rgb(${said.slice(1).match(/../g).map((part) => parseInt(part, 16)).join()})` : said;
  let least = [21, ""];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || !node.checkVisibility() || node.closest("title, desc")) continue;
    const [a, b] = inks(node).map(hex).map(light).sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least[0]) least = [ratio, node.textContent];
  }
  return least;
}"""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a report from disk; whatever the page complains of or asks for fails the test."""
    file = tmp_path / "report.html"
    asked: list[str] = []
    said: list[str] = []

    def open_(what: Report | Table, *, width: int = 1280, **how: Any) -> Page:
        file.write_text(str(render(what, "html")), "utf-8")
        page = browser.new_page(viewport={"width": width, "height": 800}, **how)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(file.as_uri())
        return page

    yield open_
    for context in browser.contexts:
        context.close()
    assert asked == [file.as_uri()]
    assert said == []


def column(page: Page, number: int, table: str = "table") -> list[str]:
    """The texts of a column, top down, of the rows that are shown."""
    return page.locator(
        f"{table} tbody tr:not([hidden]) > :nth-child({number})"
    ).all_text_contents()


def header(page: Page, name: str, table: str = "table") -> Locator:
    return page.locator(f"{table} thead").get_by_role("button", name=name, exact=True)


def mixed() -> Table:
    """A column of each kind, in no order."""
    return Table(
        "t",
        "T",
        (Column("n", "N"), Column("s", "S"), Column("w", "W"), Column("t", "Text")),
        [
            (10, Share(1, 3), Status.DONE, "b"),
            (None, Share(1, 2), Status.NOT_STARTED, "A10"),
            (9, Share(0, 5), Status.STALLED, "a9"),
            (100, Share(9, 10), Status.IN_PROGRESS, ""),
        ],
    )


def test_the_page_opens_from_disk_without_a_complaint(opened: Open) -> None:
    page = opened(everything())

    assert page.title() == "Progress report for the first quarter of 2099"
    assert page.locator("h1:visible").count() == 1
    assert page.locator("main:visible").count() == 1


def test_numbers_sort_by_value_and_what_is_empty_stays_last(opened: Open) -> None:
    page = opened(mixed())
    seen = []

    for _ in range(3):
        header(page, "N").click()
        seen.append((page.locator("th").first.get_attribute("aria-sort"), column(page, 1)))

    assert seen == [
        ("ascending", ["9", "10", "100", ""]),
        ("descending", ["100", "10", "9", ""]),
        (None, ["10", "", "9", "100"]),
    ]


@pytest.mark.parametrize(
    ("name", "number", "ordered"),
    [
        ("S", 2, ["0.0%", "33.3%", "50.0%", "90.0%"]),
        ("W", 3, ["not started", "in progress", "stalled", "done"]),
        ("Text", 4, ["a9", "A10", "b", ""]),
    ],
)
def test_every_kind_sorts_in_its_own_order(
    opened: Open, name: str, number: int, ordered: list[str]
) -> None:
    page = opened(mixed())

    header(page, name).click()

    assert column(page, number) == ordered


def test_dates_sort_by_day(opened: Open) -> None:
    report = everything()
    table = report.tables[3]
    rows = [(*row[:4], date(2025 - n % 3, 1 + n, 28), *row[5:]) for n, row in enumerate(table.rows)]
    page = opened(table._replace(rows=rows))

    header(page, "Due on").click()

    assert column(page, 5) == sorted(row[4].isoformat() for row in rows)


def test_a_header_is_reached_and_pressed_by_the_keyboard(opened: Open) -> None:
    page = opened(mixed())

    page.locator(".scroll").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")

    assert [th.get_attribute("aria-sort") for th in page.locator("th").all()[:2]] == [
        None,
        "ascending",
    ]
    assert column(page, 2)[0] == "0.0%"


def test_the_first_tab_leads_past_the_contents(opened: Open) -> None:
    page = opened(everything())

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    # The browser moves the focus in its own time.
    expect(page.locator("main").first).to_be_focused()
    assert page.url.endswith("#en-report")


def test_a_filter_shows_the_rows_that_have_all_its_words_and_says_how_many(opened: Open) -> None:
    page = opened(everything())
    box = page.get_by_label("Filter rows").nth(1)
    table = "#en-part-2-0-table"

    box.fill("ha  STALLED")

    page.get_by_text("1 of 12 rows").wait_for()
    assert column(page, 1, table) == ["2099-10.1"]
    assert page.locator("output").nth(1).get_attribute("aria-live") == "polite"
    header(page, "Key", table).click()
    assert column(page, 1, table) == ["2099-10.1"]
    box.fill("")
    page.get_by_text("12 of 12 rows").wait_for()


def test_short_tables_have_no_filter(opened: Open) -> None:
    assert opened(mixed()).get_by_label("Filter rows").count() == 0


def test_the_button_changes_the_language_of_everything(opened: Open) -> None:
    page = opened(everything())

    page.get_by_role("button", name="中文").click()

    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.title() == "2099年第一季度进展情况通报"
    assert page.locator("h1:visible").all_text_contents() == ["2099年第一季度进展情况通报"]
    assert page.evaluate("document.activeElement.textContent") == "English"
    page.keyboard.press("Enter")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_colours_follow_the_system_until_the_button_is_pressed(opened: Open) -> None:
    page = opened(mixed(), color_scheme="dark")
    root, button = page.locator("html"), page.get_by_role("button", name="Dark colours")

    expect(button).to_have_attribute("aria-pressed", "true")
    page.emulate_media(color_scheme="light")
    expect(root).to_have_attribute("data-theme", "light")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    button.click()
    page.emulate_media(color_scheme="dark")
    page.emulate_media(color_scheme="light")
    page.evaluate("new Promise((done) => setTimeout(done, 200))")
    expect(root).to_have_attribute("data-theme", "dark")
    expect(button).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(opened: Open, scheme: Any) -> None:
    page = opened(everything(), color_scheme=scheme)

    least, text = page.evaluate(CONTRAST)

    assert least >= 4.5, text


def test_hostile_text_is_read_as_it_was_written(opened: Open) -> None:
    page = opened(everything())

    cell = page.locator("#en-part-2-0-table tbody tr").first.locator("td").nth(1)

    assert cell.inner_text() == HOSTILE.replace("\x1b", r"\x1b").replace("\u202e", r"\x202e")
    assert cell.locator("*").count() == 0


def test_what_got_in_would_neither_run_nor_paint(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    evil = (
        "<script>document.title = 'run'</script><img src='x.png' onerror=\"document.title = 'run'\">"
        "<style>h1 { color: red }</style><p style='color: red'>x</p></main>"
    )
    file.write_text(str(render(mixed(), "html")).replace("</main>", evil), "utf-8")
    page = browser.new_page()

    page.goto(file.as_uri())

    assert page.title() == "T"
    for name in ("h1", "main p"):
        ink = page.locator(name).evaluate("(node) => getComputedStyle(node).color")
        assert ink != "rgb(255, 0, 0)"


@pytest.mark.parametrize("width", [400, 1280])
def test_wide_tables_scroll_and_the_page_does_not(opened: Open, width: int) -> None:
    page = opened(everything(), width=width)
    root = "document.documentElement"

    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    region = page.get_by_role("region", name="Overdue, behind or stalled")
    assert region.get_attribute("tabindex") == "0"


def test_the_head_of_a_long_table_stays_in_sight(opened: Open) -> None:
    page = opened(everything(rows=99))
    region = page.get_by_role("region", name="Overdue, behind or stalled")

    region.evaluate("(node) => node.scrollTo(0, 2000)")

    assert region.evaluate(
        "(node) => node.querySelector('th').getBoundingClientRect().top"
        " - node.getBoundingClientRect().top"
    ) == pytest.approx(0, abs=2)


def test_without_scripts_both_languages_are_there_and_no_button(opened: Open) -> None:
    page = opened(everything(), java_script_enabled=False)

    assert page.locator("h1:visible").count() == 2
    assert page.locator(".tools:visible, .filter:visible").count() == 0


def test_paper_is_a4_and_has_the_language_shown_and_the_heads_on_every_page(opened: Open) -> None:
    page = opened(everything(rows=60), color_scheme="dark")
    page.get_by_label("Filter rows").first.fill("2099-0")
    page.get_by_text("9 of 60 rows").wait_for()

    with pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True)) as pdf:
        sizes = {tuple(sorted(map(round, sheet.get_size()))) for sheet in pdf}
        texts = [sheet.get_textpage().get_text_bounded() for sheet in pdf]
        corner = pdf[0].render(scale=0.1).to_pil().getpixel((2, 2))

    assert sizes <= {(595, 842), (594, 842), (594, 841), (595, 841)}
    assert corner == (255, 255, 255)
    whole = "\n".join(texts)
    assert "Progress report" in whole
    assert "通报" not in whole
    assert "Dark colours" not in whole
    assert "Filter rows" not in whole
    assert "9 of 60 rows" in whole
    assert all("Verification" in text for text in texts if "returned" in text)


def test_sorting_and_filtering_ten_thousand_rows_is_a_matter_of_seconds(opened: Open) -> None:
    rows = [(f"k{n}", n * 7919 % 10_007) for n in range(10_000)]
    page = opened(Table("t", "T", (Column("k", "K"), Column("n", "N")), rows))
    page.set_default_timeout(10_000)

    header(page, "N").click()
    page.get_by_label("Filter rows").fill("k999")

    page.get_by_text("11 of 10000 rows").wait_for()
    shown = [int(text) for text in column(page, 2)]
    assert shown == sorted(shown)
    assert len(shown) == 11
