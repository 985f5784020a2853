// @ts-check
// The page that compares two runs: bars as long as what they stand for, and a link to pass on.
import { toast } from "../site.js";

for (const bar of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-share]"))) {
  bar.style.setProperty("--share", `${bar.dataset.share}%`);
}
const copy = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-copy-link]"));
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(location.href);
    toast("The link is copied.");
  });
}
