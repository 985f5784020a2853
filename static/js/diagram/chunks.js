// @ts-check
// Long work in slices, so that keys and clicks get their turn in between.

const SLICE_MILLISECONDS = 12;

/**
 * Do `act` with each item. False when `isWanted` said no in between, and the rest was left.
 * @template T
 * @param {Iterable<T>} items
 * @param {(item: T) => void} act
 * @param {() => boolean} [isWanted]
 */
export async function inSlices(items, act, isWanted = () => true) {
  let until = performance.now() + SLICE_MILLISECONDS;
  for (const item of items) {
    act(item);
    if (performance.now() < until) continue;
    await new Promise((resolve) => setTimeout(resolve));
    if (!isWanted()) return false;
    until = performance.now() + SLICE_MILLISECONDS;
  }
  return true;
}
