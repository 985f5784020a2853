// @ts-check
// The whole flow in small, with the part in sight framed. Only there while not all is in sight.

/** @typedef {import("./graph.js").Box} Box */
/** @typedef {import("./viewport.js").Size} Size */

const SVG = "http://www.w3.org/2000/svg";

export class Minimap {
  /** @type {SVGRectElement | null} */
  #sight = null;
  /** What it shows, as JSON: it is drawn anew only when that is different. */
  #drawn = "";

  /**
   * @param {SVGSVGElement} svg
   * @param {(point: {x: number, y: number}) => void} onPoint a place of the drawing was pointed at
   */
  constructor(svg, onPoint) {
    this.svg = svg;
    svg.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      svg.setPointerCapture(event.pointerId);
      onPoint(this.#place(event));
    });
    svg.addEventListener("pointermove", (event) => {
      if (svg.hasPointerCapture(event.pointerId)) onPoint(this.#place(event));
    });
  }

  /**
   * @param {Box[]} boxes
   * @param {Size} size
   */
  draw(boxes, size) {
    const drawn = JSON.stringify([...boxes, size]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#sight = rectangle("minimap__sight", { x: 0, y: 0, ...size });
    this.svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    this.svg.replaceChildren(...boxes.map((box) => rectangle("minimap__state", box)), this.#sight);
    this.size = size;
  }

  /** @param {Box} sight */
  show(sight) {
    if (!this.#sight || !this.size) return;
    place(this.#sight, sight);
    const isAll = sight.x <= 0 && sight.y <= 0
      && sight.x + sight.width >= this.size.width && sight.y + sight.height >= this.size.height;
    this.svg.toggleAttribute("hidden", isAll);
  }

  /** @param {PointerEvent} event */
  #place(event) {
    const matrix = this.svg.getScreenCTM()?.inverse();
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    return { x, y };
  }
}

/**
 * @param {string} name
 * @param {Box} box
 */
function rectangle(name, box) {
  const element = document.createElementNS(SVG, "rect");
  element.setAttribute("class", name);
  place(element, box);
  return element;
}

/**
 * @param {SVGRectElement} element
 * @param {Box} box
 */
function place(element, { x, y, width, height }) {
  for (const [name, value] of Object.entries({ x, y, width, height })) element.setAttribute(name, String(value));
}
