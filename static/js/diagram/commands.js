// @ts-check
// What the keys and buttons of a diagram do.

const ZOOM_STEP = 1.25;

/** @typedef {"ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight"} Arrow */
/** @typedef {{zoom: (factor: number) => void, fit: () => void, find: () => void, actualSize: () => void}} Views */
/**
 * step: to the neighbour there; open: null while nothing is chosen; nextArrow: null where arrows cannot be chosen
 * @typedef {Views & {
 *   step: (key: Arrow) => void, open: (() => void) | null, nextArrow: (() => void) | null, toggleRoutes: () => void,
 * }} Deeds
 */

/**
 * What a key does; undefined when it means nothing to a diagram.
 * @param {string} key
 * @param {Deeds} deeds
 * @returns {(() => void) | undefined}
 */
export function ofKey(key, { zoom, fit, find, actualSize, step, open, nextArrow, toggleRoutes }) {
  const arrows = /** @type {Arrow[]} */ (["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);
  /** @type {Record<string, (() => void) | null>} */
  const actions = {
    ...Object.fromEntries(arrows.map((arrow) => [arrow, () => step(arrow)])),
    Enter: open,
    e: nextArrow,
    "0": actualSize,
    "1": fit,
    "+": () => zoom(ZOOM_STEP),
    "=": () => zoom(ZOOM_STEP),
    "-": () => zoom(1 / ZOOM_STEP),
    "/": find,
    f: toggleRoutes,
  };
  return actions[key] ?? undefined;
}

/**
 * What a button beside the picture does.
 * @param {Event} event
 * @param {Omit<Views, "actualSize"> & {save: (button: HTMLElement) => void}} deeds
 */
export function press(event, { zoom, fit, find, save }) {
  const button = /** @type {Element} */ (event.target).closest("[data-zoom]");
  if (!(button instanceof HTMLElement)) return;
  const actions = { in: () => zoom(ZOOM_STEP), out: () => zoom(1 / ZOOM_STEP), fit, find, export: () => save(button) };
  actions[/** @type {keyof typeof actions} */ (button.dataset.zoom)]?.();
}
