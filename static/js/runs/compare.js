// @ts-check
// The page that compares two runs: bars on two time lines of one scale, and a link to pass on.
import { toast } from "../site.js";

for (const bar of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-share]"))) {
  bar.style.setProperty("--share", `${bar.dataset.share}%`);
  bar.style.setProperty("--start", `${bar.dataset.start}%`);
}
const copy = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-copy-link]"));
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(location.href);
    toast("The link is copied.");
  });
}
