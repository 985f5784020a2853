// @ts-check
// What one takes hold of in a picture that can be edited: below the chosen state to draw an arrow, on the chosen
// arrow to put a state in.
import { iconOf, made } from "./frame.js";

/** @typedef {import("./graph.js").Box} Box */
/** @typedef {{x: number, y: number}} Point */

const SVG = "http://www.w3.org/2000/svg";

export class Handles {
  /** @type {SVGSVGElement | null} */
  #line = null;
  /** @type {Point} */
  #start = { x: 0, y: 0 };

  /**
   * @param {HTMLElement} layer what is moved and scaled with the drawing
   * @param {{
   *   scale: () => number, stateAt: (x: number, y: number) => number | null,
   *   onConnect: (target: number | null) => void, onInsert: () => void,
   * }} options target: null asks for one
   */
  constructor(layer, options) {
    this.layer = layer;
    this.options = options;
    this.connect = handle("diagram__connect", "chevron-down", "Draw an arrow from here: drag to a state, or press to choose one (C)");
    this.insert = handle("diagram__insert", "plus", "Put a state on this arrow (I)");
    this.insert.addEventListener("click", () => options.onInsert());
    this.connect.addEventListener("pointerdown", (event) => this.#grab(event));
    this.connect.addEventListener("pointermove", (event) => this.#drag(event));
    this.connect.addEventListener("pointerup", (event) => this.#drop(event));
    this.connect.addEventListener("pointercancel", () => this.#let());
  }

  /** @param {Box | undefined} box of the chosen state */
  atState(box) {
    this.insert.remove();
    if (!box) return this.connect.remove();
    this.#start = { x: box.x + box.width / 2, y: box.y + box.height };
    this.#place(this.connect, this.#start);
  }

  /** @param {Point | undefined} middle of the chosen arrow */
  atArrow(middle) {
    this.connect.remove();
    if (middle) this.#place(this.insert, middle);
    else this.insert.remove();
  }

  /**
   * @param {HTMLElement} element
   * @param {Point} point
   */
  #place(element, { x, y }) {
    element.style.left = `${x}px`;
    element.style.top = `${y}px`;
    if (element.parentNode !== this.layer || this.layer.lastChild !== element) this.layer.append(element);
  }

  /** @param {PointerEvent} event */
  #grab(event) {
    if (event.button !== 0) return;
    event.stopPropagation();
    this.connect.setPointerCapture(event.pointerId);
    this.#line = document.createElementNS(SVG, "svg");
    this.#line.setAttribute("class", "diagram__line");
    this.#line.append(document.createElementNS(SVG, "path"));
    this.layer.append(this.#line);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (!this.#line) return;
    const { left, top } = this.layer.getBoundingClientRect();
    const scale = this.options.scale();
    const { x, y } = this.#start;
    this.#line.firstElementChild?.setAttribute("d", `M${x} ${y}L${(event.clientX - left) / scale} ${(event.clientY - top) / scale}`);
  }

  /** @param {PointerEvent} event */
  #drop(event) {
    if (!this.#line) return;
    const isPress = !this.#line.firstElementChild?.hasAttribute("d");
    this.#let();
    const target = this.options.stateAt(event.clientX, event.clientY);
    if (isPress) this.options.onConnect(null);
    else if (target !== null) this.options.onConnect(target);
  }

  #let() {
    this.#line?.remove();
    this.#line = null;
  }
}

/**
 * @param {string} name
 * @param {string} icon
 * @param {string} title
 */
function handle(name, icon, title) {
  const element = made("button", `diagram__handle ${name}`, { type: "button", tabindex: "-1", title });
  element.append(iconOf(icon));
  return element;
}
