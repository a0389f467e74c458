// Tables that can be sorted: a click on a heading orders the rows by its column, a second one turns them round.
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const heading = button.closest("th"), body = heading.closest("table").tBodies[0];
    const direction = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    const value = (row) => row.cells[heading.cellIndex].dataset.value;
    const order = (a, b) => heading.dataset.kind === "text" ? a.localeCompare(b) : a - b;
    body.append(...[...body.rows].sort((a, b) => direction * order(value(a), value(b))));
  });
}
