// @ts-check
// The picture as a file: SVG that looks the same anywhere, PNG, or the DOT it was made from.
import { showChoices } from "../site/choices.js";

/** @typedef {keyof typeof FORMATS} Format */
/** @typedef {{drawing: import("./drawing.js").Drawing, dot: string, element: Element}} Picture */

const FORMATS = { svg: "SVG picture", png: "PNG picture", dot: "DOT for Graphviz" };
const TYPES = { svg: "image/svg+xml", png: "image/png", dot: "text/vnd.graphviz" };
const PROPERTIES = [
  "fill", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-size", "font-weight", "text-anchor",
  "paint-order", "display", "stroke-linecap", "stroke-linejoin",
];
const MARGIN = 12;
const PNG_SCALE = 2;
const MOST_PIXELS = 16_000;

/**
 * The picture with every colour written into it, on a plain ground.
 * @param {SVGSVGElement} svg as it is shown
 * @param {{width: number, height: number}} size
 * @param {string} ground the colour behind it
 */
function standalone(svg, { width, height }, ground) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  const shown = [svg, ...svg.querySelectorAll("*")];
  const copies = [copy, ...copy.querySelectorAll("*")];
  shown.forEach((element, at) => {
    if (element.localName === "title") return;
    const style = getComputedStyle(element);
    copies[at].setAttribute("style", PROPERTIES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
  });
  for (const unseen of copy.querySelectorAll(".edge__reach")) unseen.remove();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}`);
  copy.setAttribute("width", String(width + 2 * MARGIN));
  copy.setAttribute("height", String(height + 2 * MARGIN));
  copy.style.background = ground;
  return new XMLSerializer().serializeToString(copy);
}

/**
 * @param {string} svg from `standalone`
 * @param {string} ground
 * @returns {Promise<Blob>}
 */
async function pngOf(svg, ground) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(PNG_SCALE, MOST_PIXELS / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(image.width * scale);
  canvas.height = Math.ceil(image.height * scale);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = ground;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large for a PNG."))), "image/png");
  });
}

/**
 * Let the browser save a file.
 * @param {Blob} blob
 * @param {string} name
 */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/**
 * Ask beside the button which kind of file it is to be, and save it.
 * @param {HTMLElement} button
 * @param {Picture} picture
 */
export function offerToSave(button, picture) {
  const formats = /** @type {[Format, string][]} */ (Object.entries(FORMATS));
  const choices = formats.map(([format, title]) => ({ title, apply: () => void saveAs(format, picture) }));
  const { right, bottom } = button.getBoundingClientRect();
  showChoices("Save the picture as", choices, ({ offsetHeight }) => ({ left: right + 6, top: bottom - offsetHeight }));
}

/**
 * @param {Format} format
 * @param {Picture} picture
 */
async function saveAs(format, { drawing, dot, element }) {
  const ground = getComputedStyle(element).backgroundColor;
  const svg = format === "dot" ? "" : standalone(drawing.svg, drawing.size, ground);
  const content = { svg: () => svg, dot: () => dot, png: () => pngOf(svg, ground) }[format];
  save(new Blob([await content()], { type: TYPES[format] }), `flow.${format}`);
}
