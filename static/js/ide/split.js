// @ts-check
// The divider between text and views: drag it, or use the arrow keys. Its place is remembered.

const KEY = "headrace.ide.share";
const LEAST = 20;
const MOST = 80;
const STEP = 5;
const USUAL = 55;

/**
 * @param {HTMLElement} panes
 * @param {HTMLElement} divider
 */
export function mountSplit(panes, divider) {
  let share = Number(localStorage.getItem(KEY)) || USUAL;

  /** @param {number} value */
  function set(value) {
    share = Math.min(Math.max(value, LEAST), MOST);
    panes.style.setProperty("--text-share", `${share}fr`);
    panes.style.setProperty("--views-share", `${100 - share}fr`);
    divider.setAttribute("aria-valuenow", String(Math.round(share)));
    localStorage.setItem(KEY, String(share));
  }

  divider.addEventListener("pointerdown", (event) => divider.setPointerCapture(event.pointerId));
  divider.addEventListener("pointermove", (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const { left, width } = panes.getBoundingClientRect();
    set(((event.clientX - left) / width) * 100);
  });
  divider.addEventListener("dblclick", () => set(USUAL));
  divider.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!by) return;
    event.preventDefault();
    set(share + by);
  });
  set(share);
}
