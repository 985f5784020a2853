// @ts-check
// How the steps of a dry run are marked in the diagram. Pure.

/** @typedef {{state: number | null, status: string, to: number}} Mark to -1: the end */

/**
 * The marks after so many steps. A state that was visited again is marked as its last visit ended.
 * @param {Mark[]} marks
 * @param {number} count
 */
export function marksUpTo(marks, count) {
  /** @type {Record<number, string>} */
  const statuses = {};
  /** @type {[number, number][]} */
  const edges = [];
  marks.slice(0, count).forEach(({ state, status, to }, at) => {
    if (state === null) return;
    if (at === 0) edges.push([-1, state]);
    statuses[state] = status;
    edges.push([state, to]);
  });
  return { statuses, edges };
}
