// @ts-check
// The edge between the run's views and the detail: drag it, or use the arrow keys. Its place is remembered.

const KEY = "headrace.run.detail";
const LEAST = 25;
const MOST = 70;
const USUAL = 40;
const STEP = 5;

/**
 * @param {HTMLElement} panes
 * @param {HTMLElement} edge
 */
export function mountSplitter(panes, edge) {
  let share = Number(localStorage.getItem(KEY)) || USUAL;

  /** @param {number} wanted percent of the width */
  const set = (wanted) => {
    share = Math.min(Math.max(wanted, LEAST), MOST);
    panes.style.setProperty("--detail-share", `${share}%`);
    edge.setAttribute("aria-valuenow", String(Math.round(share)));
    localStorage.setItem(KEY, String(share));
  };
  edge.addEventListener("pointerdown", (event) => edge.setPointerCapture(event.pointerId));
  edge.addEventListener("pointermove", ({ pointerId, clientX }) => {
    const { right, width } = panes.getBoundingClientRect();
    if (edge.hasPointerCapture(pointerId)) set(((right - clientX) / width) * 100);
  });
  edge.addEventListener("dblclick", () => set(USUAL));
  edge.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (by) event.preventDefault();
    if (by) set(share + by);
  });
  set(share);
}
