// @ts-check
// Lists as a table: Enter goes down, and what is pasted from a spreadsheet becomes rows.

export function mountGrids() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("paste", onPaste);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const control = /** @type {Element} */ (event.target);
  const cell = control.closest(".grid td");
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !cell || !control.matches("input")) return;
  event.preventDefault();
  const row = /** @type {HTMLTableRowElement} */ (cell.parentElement);
  const below = /** @type {HTMLTableRowElement | null} */ (row.nextElementSibling);
  const next = below?.cells[/** @type {HTMLTableCellElement} */ (cell).cellIndex].querySelector("input:not([type=hidden]), select");
  if (next instanceof HTMLElement) return next.focus();
  /** @type {HTMLElement | null} */ (cell.closest(".list")?.querySelector(":scope > .list__foot > [value^='add:']"))?.click();
}

/** @param {ClipboardEvent} event */
function onPaste(event) {
  const control = /** @type {Element} */ (event.target);
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!control.matches(".row input") || !/[\t\n]/.test(text.trim())) return;
  const foot = control.closest(".list")?.querySelector(":scope > .list__foot > .paste");
  const box = foot?.querySelector("textarea");
  const button = foot?.querySelector("[data-paste]");
  if (!box || !(button instanceof HTMLElement)) return;
  event.preventDefault();
  box.value = text;
  button.click();
}
