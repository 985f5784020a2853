// @ts-check
// The frame one looks through: drag, wheel, pinch and buttons move the drawing behind it.
import { fitted, inSight, panned, revealing, zoomedAt } from "./viewport.js";

/** @typedef {import("./viewport.js").View} View */
/** @typedef {import("./viewport.js").Size} Size */
/** @typedef {import("./graph.js").Box} Box */

const CLICK_PIXELS = 4;
const GLIDE_MILLISECONDS = 180;

export class Canvas {
  /** @type {View} */
  view = { x: 0, y: 0, scale: 1 };
  /** @type {Size | null} */
  size = null;
  isFitted = true;
  hasMoved = false;
  /** @type {Map<number, {x: number, y: number}>} */
  #pointers = new Map();
  #travelled = 0;
  /** @type {Size | null} */
  #room = null;

  /**
   * @param {HTMLElement} frame
   * @param {HTMLElement} layer what is moved
   * @param {() => void} onView
   */
  constructor(frame, layer, onView) {
    this.frame = frame;
    this.layer = layer;
    this.onView = onView;
    frame.addEventListener("pointerdown", (event) => this.#press(event));
    frame.addEventListener("pointermove", (event) => this.#move(event));
    frame.addEventListener("pointerup", (event) => this.#release(event));
    frame.addEventListener("pointercancel", (event) => this.#release(event));
    frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    new ResizeObserver(() => this.#resized()).observe(frame);
  }

  /**
   * The size of the frame. Remembered: asking for it lays out a picture that has just been put in.
   * @returns {Size}
   */
  room() {
    this.#room ??= { width: this.frame.clientWidth, height: this.frame.clientHeight };
    return this.#room;
  }

  #resized() {
    this.#room = null;
    this.room();
    if (this.isFitted) this.fit();
  }

  /** @param {{whole?: boolean}} [options] */
  fit(options) {
    const room = this.room();
    if (!this.size || !room.width || !room.height) return;
    this.#show(fitted(room, this.size, options));
    this.isFitted = true;
  }

  /** Let the next move be seen as a move. */
  #glide() {
    this.layer.classList.add("is-gliding");
    setTimeout(() => this.layer.classList.remove("is-gliding"), GLIDE_MILLISECONDS);
  }

  /** @param {number} factor */
  zoom(factor) {
    this.#glide();
    const { width, height } = this.room();
    this.#chosen(zoomedAt(this.view, { x: width / 2, y: height / 2 }, factor));
  }

  /** Show one drawing unit as one pixel. */
  actualSize() {
    this.zoom(1 / this.view.scale);
  }

  /** @param {Box} box */
  reveal(box) {
    const view = revealing(this.view, box, this.room());
    if (view.x === this.view.x && view.y === this.view.y) return;
    this.#glide();
    this.#chosen(view);
  }

  /** @param {{x: number, y: number}} point in drawing units, to come to the middle */
  centre(point) {
    const { width, height } = this.room();
    const { scale } = this.view;
    this.#chosen({ scale, x: width / 2 - point.x * scale, y: height / 2 - point.y * scale });
  }

  /**
   * Move with what is looked at: the drawing has changed below it.
   * @param {{x: number, y: number}} by in drawing units
   */
  shift({ x, y }) {
    this.#chosen({ ...this.view, x: this.view.x + x * this.view.scale, y: this.view.y + y * this.view.scale });
  }

  sight() {
    return inSight(this.view, this.room());
  }

  /** @param {View} view */
  #chosen(view) {
    this.isFitted = false;
    this.#show(view);
  }

  /** @param {View} view */
  #show(view) {
    this.view = view;
    this.layer.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    this.onView();
  }

  /** @param {{x: number, y: number}} by */
  #pan(by) {
    if (!this.size) return false;
    const view = panned(this.view, by, this.room(), this.size);
    const hasMoved = view.x !== this.view.x || view.y !== this.view.y;
    if (hasMoved) this.#chosen(view);
    return hasMoved;
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0 || /** @type {Element} */ (event.target).closest("button, input, label")) return;
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#travelled = 0;
    this.hasMoved = false;
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const by = { x: event.clientX - before.x, y: event.clientY - before.y };
    this.#travelled += Math.abs(by.x) + Math.abs(by.y);
    if (this.#travelled < CLICK_PIXELS) return;
    if (!this.hasMoved) this.frame.setPointerCapture(event.pointerId);
    this.hasMoved = true;
    if (this.#pointers.size === 2) this.#pinch(event, by);
    else this.#pan(by);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  /**
   * @param {PointerEvent} event
   * @param {{x: number, y: number}} by
   */
  #pinch(event, by) {
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) return;
    const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    const before = Math.hypot(event.clientX - by.x - other.x, event.clientY - by.y - other.y);
    const { left, top } = this.frame.getBoundingClientRect();
    this.#chosen(zoomedAt(this.view, { x: other.x - left, y: other.y - top }, after / Math.max(before, 1)));
  }

  /** @param {PointerEvent} event */
  #release(event) {
    this.#pointers.delete(event.pointerId);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (event.ctrlKey || event.metaKey) {
      const { left, top } = this.frame.getBoundingClientRect();
      const point = { x: event.clientX - left, y: event.clientY - top };
      this.#chosen(zoomedAt(this.view, point, Math.exp(-event.deltaY / 300)));
      event.preventDefault();
    } else if (this.#pan({ x: -event.deltaX, y: -event.deltaY })) {
      event.preventDefault();
    }
  }
}
