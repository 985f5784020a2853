// @ts-check
// A flow of which only words have changed keeps its layout: new words are put into the picture of the old ones. Pure.

/** @typedef {{dot: string, svg: string}} LaidOut */

const LABEL = /\bx?label=("(?:[^"\\]|\\.)*"|[^\s\]]+)/;
const ID = /\bid="([\w-]+)"/;
const TEXT = /(<text\b[^>]*>)[^<]*(?=<\/text>)/g;
// As Graphviz writes them. An ampersand is written so in DOT already.
const ESCAPES = /** @type {Record<string, string>} */ ({
  "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "-": "&#45;", " ": "&#160;",
});

/**
 * The picture of `dot`, in the layout of another; null when more than words is different.
 * @param {LaidOut} before
 * @param {string} dot
 * @returns {string | null}
 */
export function relabelled(before, dot) {
  const [old, fresh] = [before.dot.split("\n"), dot.split("\n")];
  if (old.length !== fresh.length) return null;
  let svg = /** @type {string | null} */ (before.svg);
  for (const [at, line] of fresh.entries()) {
    if (svg !== null && line !== old[at]) svg = withWords(svg, read(old[at]), read(line));
  }
  return svg;
}

/**
 * What a line of DOT says, and all the rest of it.
 * @param {string} line
 */
function read(line) {
  const rest = line.replace(LABEL, "label");
  return { rest, id: ID.exec(rest)?.[1], words: wordsOf(LABEL.exec(line)?.[1] ?? "") };
}

/** @param {string} label as it is quoted in DOT */
function wordsOf(label) {
  const text = label.startsWith('"') ? label.slice(1, -1) : label;
  if (!text) return [];
  return text.replace(/\\(.)/g, (_, character) => (character === "n" ? "\n" : character)).split("\n");
}

/**
 * @param {string} svg
 * @param {ReturnType<typeof read>} old
 * @param {ReturnType<typeof read>} fresh
 */
function withWords(svg, old, { rest, id, words }) {
  const start = svg.indexOf(`<g id="${escaped(id ?? "")}" `);
  if (rest !== old.rest || words.length !== old.words.length || start < 0) return null;
  const end = svg.indexOf("</g>", start);
  const group = svg.slice(start, end);
  if (group.match(TEXT)?.length !== words.length) return null;
  let at = 0;
  const changed = group.replace(TEXT, (_, tag) => tag + escaped(words[at++]));
  return svg.slice(0, start) + changed + svg.slice(end);
}

/** @param {string} words */
function escaped(words) {
  return words.replace(/[<>"'-]|(?<= ) /g, (character) => ESCAPES[character]);
}
