// @ts-check
// From the text of an SVG to elements that can only be looked at: no scripts, links, styles or outside images.

const SVG = "http://www.w3.org/2000/svg";
const ELEMENTS = new Set(["svg", "g", "path", "polygon", "polyline", "ellipse", "circle", "rect", "text", "tspan"]);
const ATTRIBUTES = new Set([
  "id", "class", "d", "points", "x", "y", "cx", "cy", "r", "rx", "ry", "width", "height", "viewBox", "transform",
  "fill", "stroke", "stroke-width", "stroke-dasharray", "text-anchor", "font-size", "font-weight", "font-style",
]);

/**
 * The drawing in `text`, rebuilt from allowed elements and attributes; null when it is not an SVG.
 * @param {string} text
 * @returns {SVGSVGElement | null}
 */
export function drawingOf(text) {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (root.namespaceURI !== SVG || root.localName !== "svg") return null;
  return /** @type {SVGSVGElement} */ (rebuilt(root));
}

/**
 * @param {Element} element
 * @returns {Element}
 */
function rebuilt(element) {
  const copy = document.createElementNS(SVG, element.localName);
  for (const { name, value } of element.attributes) {
    if (ATTRIBUTES.has(name) && !/url\s*\(/i.test(value)) copy.setAttribute(name, value);
  }
  copy.append(...[...element.childNodes].flatMap(allowed));
  return copy;
}

/**
 * @param {Node} node
 * @returns {Node[]}
 */
function allowed(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.nodeValue ?? "")];
  if (!(node instanceof Element) || node.namespaceURI !== SVG) return [];
  if (node.localName === "a") return [...node.childNodes].flatMap(allowed);
  return ELEMENTS.has(node.localName) ? [rebuilt(node)] : [];
}
