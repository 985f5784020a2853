// @ts-check
// Marks words on the page without touching it: the browser paints ranges of text.

const NAME = "log-search";
const MOST_RANGES = 500;

/**
 * Mark `words` below `root`, whatever their case; "" marks nothing.
 * @param {HTMLElement} root
 * @param {string} words
 */
export function highlight(root, words) {
  if (!("highlights" in CSS)) return; // the row itself is marked all the same
  const ranges = words ? rangesOf(root, words.toLowerCase()) : [];
  if (ranges.length) CSS.highlights.set(NAME, new Highlight(...ranges));
  else CSS.highlights.delete(NAME);
}

/**
 * @param {HTMLElement} root
 * @param {string} words
 */
function rangesOf(root, words) {
  /** @type {Range[]} */
  const ranges = [];
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode() && ranges.length < MOST_RANGES) {
    const text = /** @type {Text} */ (texts.currentNode);
    const lower = text.data.toLowerCase();
    if (lower.length !== text.length || text.parentElement?.closest("button")) continue; // some letters become two: no place is right
    for (let at = lower.indexOf(words); at >= 0 && ranges.length < MOST_RANGES; at = lower.indexOf(words, at + words.length)) {
      const range = new Range();
      range.setStart(text, at);
      range.setEnd(text, at + words.length);
      ranges.push(range);
    }
  }
  return ranges;
}
