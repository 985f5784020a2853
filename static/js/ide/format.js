// @ts-check
// Indenting JSON anew by changing the space between tokens only: every token stays as it was written. Pure.

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g;
const FITS = 80;

/** @typedef {{text: string, from: number, to: number}} Token */

/**
 * The edits that indent `text`; null when it is not JSON.
 * @param {string} text
 * @returns {{from: number, to: number, insert: string}[] | null}
 */
export function formatting(text) {
  if (!isJSON(text)) return null;
  const tokens = [...text.matchAll(TOKEN)].map((match) => ({
    text: match[0], from: match.index, to: match.index + match[0].length,
  }));
  const gaps = gapsOf(tokens);
  const ends = [{ from: 0, to: tokens[0].from, insert: "" }, { from: tokens.at(-1)?.to ?? 0, to: text.length, insert: "\n" }];
  const between = tokens.slice(1).map((token, at) => ({ from: tokens[at].to, to: token.from, insert: gaps[at] }));
  return [ends[0], ...between, ends[1]].filter(({ from, to, insert }) => text.slice(from, to) !== insert);
}

/** @param {string} text */
function isJSON(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The space after each token but the last.
 * @param {Token[]} tokens
 */
function gapsOf(tokens) {
  let depth = 0;
  let inlineUntil = -1;
  return tokens.slice(0, -1).map((token, at) => {
    const next = tokens[at + 1].text;
    if (isOpening(token.text)) {
      if (at > inlineUntil) inlineUntil = Math.max(inlineUntil, endOfShortList(tokens, at));
      depth += 1;
    }
    if (isClosing(next)) depth -= 1;
    if (at < inlineUntil) return token.text === "," || token.text === ":" ? " " : "";
    if (token.text === ":") return " ";
    if (isOpening(token.text) && isClosing(next)) return "";
    if (isOpening(token.text) || isClosing(next) || token.text === ",") return `\n${"  ".repeat(depth)}`;
    return "";
  });
}

/**
 * The token that ends the array at `at`, when that array holds only plain values and fits on a line; else -1.
 * @param {Token[]} tokens
 * @param {number} at
 */
function endOfShortList(tokens, at) {
  if (tokens[at].text !== "[") return -1;
  let length = 2;
  for (let end = at + 1; end < tokens.length && length <= FITS; end += 1) {
    const { text } = tokens[end];
    if (text === "]") return end;
    if (isOpening(text)) return -1;
    length += text.length + 1;
  }
  return -1;
}

/** @param {string} text */
function isOpening(text) {
  return text === "{" || text === "[";
}

/** @param {string} text */
function isClosing(text) {
  return text === "}" || text === "]";
}
