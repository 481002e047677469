// What the buttons and boxes of the page do: language, colours, sorting, filtering.
"use strict";
(() => {
  const root = document.documentElement;
  const night = matchMedia("(prefers-color-scheme: dark)");
  const orders = new WeakMap();
  const contents = new WeakMap();
  const NEXT = { null: "ascending", ascending: "descending", descending: null };
  let chosen = false;
  let waiting;

  function paint(dark) {
    root.dataset.theme = dark ? "dark" : "light";
    for (const button of document.querySelectorAll("button.theme")) {
      button.setAttribute("aria-pressed", dark);
    }
  }

  function speak(id) {
    for (const edition of document.querySelectorAll(".edition")) {
      edition.hidden = edition.id !== id;
    }
    const edition = document.getElementById(id);
    root.lang = edition.lang;
    document.title = edition.dataset.title;
    edition.querySelector("button.language").focus();
  }

  // The rows as they came, read once; sorting and filtering start from there.
  function order(table) {
    if (!orders.has(table)) {
      orders.set(table, [...table.tBodies[0].rows]);
    }
    return orders.get(table);
  }

  // Not `row.cells`: with such a list kept for each row, moving rows takes time in their square.
  function cells(row) {
    const found = [];
    for (let cell = row.firstElementChild; cell; cell = cell.nextElementSibling) {
      found.push(cell);
    }
    return found;
  }

  function key(row, column) {
    const cell = cells(row)[column];
    const number = cell.dataset.sort;
    const text = cell.textContent;
    if (number !== undefined) {
      return { row, kind: 0, number: Number(number), text: "" };
    }
    return { row, kind: text ? 1 : 2, number: 0, text };
  }

  // Numbers before text, what is empty last in either direction.
  function sorted(table, column, direction, language) {
    const collator = new Intl.Collator(language, { numeric: true });
    const sign = direction === "ascending" ? 1 : -1;
    const keys = order(table).map((row) => key(row, column));
    keys.sort(
      (a, b) =>
        a.kind - b.kind ||
        sign * (a.kind === 0 ? a.number - b.number : collator.compare(a.text, b.text)),
    );
    return keys.map((each) => each.row);
  }

  function sort(button) {
    const head = button.closest("th");
    const table = head.closest("table");
    const direction = NEXT[head.getAttribute("aria-sort")];
    for (const other of head.parentNode.cells) {
      other.removeAttribute("aria-sort");
    }
    if (direction) {
      head.setAttribute("aria-sort", direction);
    }
    const rows = direction
      ? sorted(table, head.cellIndex, direction, table.closest("[lang]").lang)
      : order(table);
    const moved = document.createDocumentFragment();
    for (const row of rows) {
      moved.append(row);
    }
    table.tBodies[0].append(moved);
  }

  const plain = (text) => text.normalize("NFKC").toLowerCase();

  function texts(table) {
    if (!contents.has(table)) {
      const read = (row) => plain(cells(row).map((cell) => cell.textContent).join("\n"));
      contents.set(table, order(table).map((row) => ({ row, text: read(row) })));
    }
    return contents.get(table);
  }

  function filter(box) {
    const said = plain(box.value).split(/\s+/).filter(Boolean);
    const all = texts(document.getElementById(box.dataset.for));
    let shown = 0;
    for (const { row, text } of all) {
      row.hidden = !said.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    const bar = box.closest(".filter");
    const count = bar.querySelector("output");
    bar.classList.toggle("filtering", said.length > 0);
    count.textContent = count.dataset.said
      .replace("{shown}", shown)
      .replace("{all}", all.length);
  }

  paint(night.matches);
  night.addEventListener("change", () => chosen || paint(night.matches));
  document.addEventListener("DOMContentLoaded", () => paint(root.dataset.theme === "dark"));
  document.addEventListener("input", ({ target }) => {
    if (target.matches(".filter input")) {
      clearTimeout(waiting);
      waiting = setTimeout(() => filter(target), 100);
    }
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.matches(".sort")) {
      sort(button);
    } else if (button?.matches(".language")) {
      speak(button.dataset.to);
    } else if (button?.matches(".theme")) {
      chosen = true;
      paint(root.dataset.theme !== "dark");
    }
  });
})();
