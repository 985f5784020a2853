// @ts-check
// The library: a filter takes effect when it is ticked.
for (const box of document.querySelectorAll("[data-filter]")) {
  box.addEventListener("change", () => box.closest("form")?.requestSubmit());
}
