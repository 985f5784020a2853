// @ts-check
// From the text of an SVG to elements that can only be looked at: no scripts, links, styles or outside images.

const SVG = "http://www.w3.org/2000/svg";
const ELEMENTS = new Set(["svg", "g", "path", "polygon", "polyline", "ellipse", "circle", "rect", "text", "tspan"]);
const ATTRIBUTES = new Set([
  "id", "class", "d", "points", "x", "y", "cx", "cy", "r", "rx", "ry", "width", "height", "viewBox", "transform",
  "fill", "stroke", "stroke-width", "stroke-dasharray", "text-anchor", "font-size", "font-weight", "font-style",
]);

// One state, edge or cluster as Graphviz writes it; only links hold groups of their own, and we make none.
const GROUP = /<g id="[^"<>]*" class="(?:node|edge|cluster)\b[^"<>]*">[^]*?<\/g>\n/g;
const COMMENT = /<!--[^>]*-->\n/g;
const LINK = '<g id="a_';

/**
 * The drawing in `text` without its parts, and these, all as texts: `frameOf` and `partsOf` read them, a few at a
 * time. Reading it all at once would stop the page.
 * @param {string} text
 * @returns {{frame: string, groups: string[]}}
 */
export function takenApart(text) {
  const groups = text.includes(LINK) ? [] : text.match(GROUP) ?? [];
  return { frame: groups.length ? text.replace(GROUP, "").replace(COMMENT, "") : text, groups };
}

/**
 * The drawing without its parts; null when the text is not an SVG.
 * @param {string} text
 * @returns {{text: string, svg: SVGSVGElement, graph: Element, rest: Node[]} | null}
 */
export function frameOf(text) {
  const root = parsed(text);
  if (root.namespaceURI !== SVG || root.localName !== "svg") return null;
  const svg = /** @type {SVGSVGElement} */ (shell(root));
  const outer = [...root.children].find(({ localName }) => localName === "g");
  const graph = outer ? shell(outer) : svg;
  if (outer) svg.append(graph);
  return { text, svg, graph, rest: [...(outer ?? root).childNodes].filter((node) => !isBlank(node)) };
}

/**
 * What of some groups may be shown, as new nodes.
 * @param {string[]} groups
 */
export function partsOf(groups) {
  return [...parsed(`<svg xmlns="${SVG}">${groups.join("")}</svg>`).childNodes].flatMap(rebuilt);
}

/** @param {Node} node */
function isBlank(node) {
  return node.nodeType === Node.TEXT_NODE && !node.nodeValue?.trim();
}

/** @param {string} text */
function parsed(text) {
  return new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
}

/**
 * What of a node may be shown, as new nodes.
 * @param {Node} node
 * @returns {Node[]}
 */
export function rebuilt(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.nodeValue ?? "")];
  if (!(node instanceof Element) || node.namespaceURI !== SVG) return [];
  if (node.localName === "a") return [...node.childNodes].flatMap(rebuilt);
  if (!ELEMENTS.has(node.localName)) return [];
  const copy = shell(node);
  copy.append(...[...node.childNodes].flatMap(rebuilt));
  return [copy];
}

/**
 * An element with the allowed attributes and nothing in it.
 * @param {Element} element
 */
function shell(element) {
  const copy = document.createElementNS(SVG, element.localName);
  for (const { name, value } of element.attributes) {
    if (ATTRIBUTES.has(name) && !/url\s*\(/i.test(value)) copy.setAttribute(name, value);
  }
  return copy;
}
