// @ts-check
// Places in the text that are to be typed over, one after the other with Tab. Places of one stop are typed at once.
import { Decoration, EditorSelection, EditorView, keymap, Prec, StateEffect, StateField } from "../../vendor/codemirror.js";

/** @typedef {{from: number, to: number}} Spot */
/** @typedef {{stops: Spot[][], at: number}} Walk */

/** @type {any} */
const setWalk = StateEffect.define();
const shown = Decoration.mark({ class: "cm-placeholder-spot" });

/** @type {any} */
const walkField = StateField.define({
  create: () => null,
  update: (/** @type {Walk | null} */ walk, /** @type {any} */ transaction) => {
    for (const effect of transaction.effects) if (effect.is(setWalk)) return effect.value;
    if (!walk || !transaction.docChanged) return walk;
    if (transaction.isUserEvent("undo")) return null;
    return { ...walk, stops: walk.stops.map((stop) => stop.map((spot) => mapped(spot, transaction.changes))) };
  },
  provide: (/** @type {any} */ field) => EditorView.decorations.from(field, marks),
});

/**
 * What is typed at a spot's edge becomes part of it.
 * @param {Spot} spot
 * @param {any} changes
 */
function mapped({ from, to }, changes) {
  return { from: changes.mapPos(from, -1), to: changes.mapPos(to, 1) };
}

/** @param {Walk | null} walk */
function marks(walk) {
  const spots = (walk?.stops ?? []).flat().filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from);
  return Decoration.set(spots.map(({ from, to }) => shown.range(from, to)), true);
}

/** @param {1 | -1} by */
function step(by) {
  return (/** @type {any} */ view) => {
    const walk = /** @type {Walk | null} */ (view.state.field(walkField, false) ?? null);
    if (!walk) return false;
    const at = walk.at + by;
    if (at < 0) return true;
    if (at >= walk.stops.length) finish(view, walk);
    else go(view, { ...walk, at });
    return true;
  };
}

/**
 * @param {any} view
 * @param {Walk} walk
 */
function go(view, walk) {
  const spots = [...walk.stops[walk.at]].sort((a, b) => a.from - b.from);
  const ranges = spots.map(({ from, to }) => EditorSelection.range(from, to));
  view.dispatch({ selection: EditorSelection.create(ranges, ranges.length - 1), effects: setWalk.of(walk), scrollIntoView: true });
}

/**
 * @param {any} view
 * @param {Walk} walk
 */
function finish(view, walk) {
  const end = Math.max(...walk.stops[walk.at].map(({ to }) => to));
  view.dispatch({ selection: { anchor: end }, effects: setWalk.of(null) });
}

/** @param {any} view */
function leave(view) {
  if (!view.state.field(walkField, false)) return false;
  view.dispatch({ effects: setWalk.of(null), selection: { anchor: view.state.selection.main.head } });
  return true;
}

/**
 * Let the author type over these places, the first now.
 * @param {any} view
 * @param {[number, number][][]} stops for each stop, its places
 */
export function walkThrough(view, stops) {
  if (!stops.length) return;
  go(view, { stops: stops.map((stop) => stop.map(([from, to]) => ({ from, to }))), at: 0 });
  view.focus();
}

/** For a text that is to have placeholders. */
export const placeholders = [
  walkField,
  Prec.highest(keymap.of([
    { key: "Tab", run: step(1), shift: step(-1) },
    { key: "Escape", run: leave },
  ])),
];
