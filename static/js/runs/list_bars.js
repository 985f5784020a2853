// @ts-check
// The bars above the runs: fetched after the rows, walked by arrow keys as one stop of the Tab key.

const PAUSE_MILLISECONDS = 5000;

/**
 * @param {HTMLElement} place
 * @returns {() => void} to be called when runs have come or changed: the bars follow, not too often
 */
export function mountBars(place) {
  place.addEventListener("keydown", (event) => onKey(place, event));
  let timer = 0;
  const follow = () => {
    timer ||= window.setTimeout(() => {
      timer = 0;
      if (isInUse(place)) follow(); // nothing moves under the pointer
      else void fill(place);
    }, PAUSE_MILLISECONDS);
  };
  void fill(place);
  return follow;
}

/** @param {HTMLElement} place */
function isInUse(place) {
  return document.hidden || place.contains(document.activeElement) || place.matches(":hover");
}

/** @param {HTMLElement} place */
async function fill(place) {
  const response = await fetch(place.dataset.when ?? "").catch(() => null);
  if (!response?.ok || response.redirected) return; // the rows stand without them; the next change asks again
  const text = await response.text();
  if (text === place.dataset.text) return;
  place.innerHTML = text;
  place.dataset.text = text;
  const all = bars(place);
  for (const bar of all) bar.setAttribute("tabindex", "-1");
  all.at(-1)?.setAttribute("tabindex", "0");
}

/** @param {HTMLElement} place */
function bars(place) {
  return /** @type {SVGAElement[]} */ ([...place.querySelectorAll("[data-bars] a")]);
}

/** @param {HTMLElement} place @param {KeyboardEvent} event */
function onKey(place, event) {
  const all = bars(place);
  const at = all.indexOf(/** @type {SVGAElement} */ (event.target));
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  const next = all[Math.min(Math.max(to, 0), all.length - 1)];
  all[at].setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}
