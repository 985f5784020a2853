// @ts-check
// From the text of an SVG to elements that can only be looked at: no scripts, links, styles or outside images.

const SVG = "http://www.w3.org/2000/svg";
const ELEMENTS = new Set(["svg", "g", "path", "polygon", "polyline", "ellipse", "circle", "rect", "text", "tspan"]);
const ATTRIBUTES = new Set([
  "id", "class", "d", "points", "x", "y", "cx", "cy", "r", "rx", "ry", "width", "height", "viewBox", "transform",
  "fill", "stroke", "stroke-width", "stroke-dasharray", "text-anchor", "font-size", "font-weight", "font-style",
]);

/**
 * The drawing in `text` without its parts, and these as they came: each is to be rebuilt (`rebuilt`) on its way
 * into `graph`. Null when the text is not an SVG.
 * @param {string} text
 * @returns {{svg: SVGSVGElement, graph: Element, parts: Node[]} | null}
 */
export function drawingOf(text) {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (root.namespaceURI !== SVG || root.localName !== "svg") return null;
  const svg = /** @type {SVGSVGElement} */ (shell(root));
  const outer = [...root.children].find(({ localName }) => localName === "g");
  const graph = outer ? shell(outer) : svg;
  if (outer) svg.append(graph);
  return { svg, graph, parts: [...(outer ?? root).childNodes] };
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
