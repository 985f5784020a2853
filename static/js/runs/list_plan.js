// @ts-check
// What a fresh answer does to the rows on the page, so that nothing moves under the pointer. Pure.

/**
 * @typedef {object} Plan
 * @property {string[]} added runs that are found now and are not on the page, as the list has them
 * @property {string[]} shown the rows to show from now on, from the top down
 * @property {number} waiting how many wait to be shown, because the reader is busy with the rows
 * @property {string[]} left rows that stay where they are though the search finds them no more
 */

/**
 * @param {string[]} onPage the runs on the page, from the top down
 * @param {string[]} found the runs that are found now
 * @param {{isCalm: boolean, isFirst: boolean, most: number}} state isCalm: nobody points at the rows or ticks them;
 *   isFirst: it is the first page, to which new runs come; most: rows of a page
 * @returns {Plan}
 */
export function plan(onPage, found, { isCalm, isFirst, most }) {
  const known = new Set(onPage);
  const still = new Set(found);
  const added = isFirst ? found.filter((id) => !known.has(id)) : [];
  const left = onPage.filter((id) => !still.has(id));
  if (!isFirst || !isCalm || added.length === 0) return { added, shown: onPage, waiting: added.length, left: isFirst ? left : [] };
  return { added, shown: found.slice(0, most), waiting: 0, left: [] };
}

/**
 * How long to wait before the next look: often while something goes on, seldom when all is quiet.
 * @param {number} quiet how many looks brought nothing new, one after another
 */
export function pause(quiet) {
  return quiet < 15 ? 2000 : 5000;
}

/** @param {number} count */
export function newRuns(count) {
  return `${count} new run${count === 1 ? "" : "s"}`;
}

/**
 * Where two ticked runs are compared; null unless exactly two are ticked.
 * @param {string[]} ticked
 */
export function comparison(ticked) {
  return ticked.length === 2 ? `/runs/${ticked[0]}/compare?with=${ticked[1]}` : null;
}
