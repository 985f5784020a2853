// @ts-check
// Where the reader looks: pan and zoom as numbers. Pure.

/** @typedef {{x: number, y: number, scale: number}} View a point p of the drawing is seen at p * scale + (x, y) */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {{x: number, y: number}} Point */

export const MIN_SCALE = 0.1;
export const MAX_SCALE = 3;
const LEGIBLE_SCALE = 0.75;
const USUAL_SCALE = 1.2;
const MARGIN = 16;
const KEEP_IN_SIGHT = 40;

/**
 * The whole drawing, centred, hardly enlarged. A drawing too tall to be read so is shown from its top.
 * @param {Size} frame
 * @param {Size} drawing
 * @param {{whole?: boolean}} [options] whole: however small it gets
 * @returns {View}
 */
export function fitted(frame, drawing, { whole = false } = {}) {
  const byWidth = (frame.width - 2 * MARGIN) / drawing.width;
  const byHeight = (frame.height - 2 * MARGIN) / drawing.height;
  const smallest = whole ? MIN_SCALE : Math.min(LEGIBLE_SCALE, byWidth);
  const scale = clamp(Math.max(Math.min(USUAL_SCALE, byWidth, byHeight), smallest), MIN_SCALE, USUAL_SCALE);
  const y = Math.max(MARGIN, (frame.height - drawing.height * scale) / 2);
  return { scale, x: (frame.width - drawing.width * scale) / 2, y: Math.min(y, 3 * MARGIN) };
}

/**
 * Zoom by `factor`, keeping what is under `point` where it is.
 * @param {View} view
 * @param {Point} point
 * @param {number} factor
 * @returns {View}
 */
export function zoomedAt(view, point, factor) {
  const scale = clamp(view.scale * factor, MIN_SCALE, MAX_SCALE);
  const grown = scale / view.scale;
  return { scale, x: point.x - (point.x - view.x) * grown, y: point.y - (point.y - view.y) * grown };
}

/**
 * Move by (dx, dy), but never so far that the drawing is lost from sight.
 * @param {View} view
 * @param {Point} by
 * @param {Size} frame
 * @param {Size} drawing
 * @returns {View}
 */
export function panned(view, by, frame, drawing) {
  const width = drawing.width * view.scale;
  const height = drawing.height * view.scale;
  return {
    scale: view.scale,
    x: clamp(view.x + by.x, KEEP_IN_SIGHT - width, frame.width - KEEP_IN_SIGHT),
    y: clamp(view.y + by.y, KEEP_IN_SIGHT - height, frame.height - KEEP_IN_SIGHT),
  };
}

/**
 * Move as little as needed to bring `box` (in drawing units) into sight.
 * @param {View} view
 * @param {Point & Size} box
 * @param {Size} frame
 * @returns {View}
 */
export function revealing(view, box, frame) {
  const x = shift(box.x * view.scale + view.x, box.width * view.scale, frame.width);
  const y = shift(box.y * view.scale + view.y, box.height * view.scale, frame.height);
  return { scale: view.scale, x: view.x + x, y: view.y + y };
}

/**
 * @param {number} start
 * @param {number} length
 * @param {number} room
 */
function shift(start, length, room) {
  if (start < MARGIN) return MARGIN - start;
  const over = start + length + MARGIN - room;
  return over > 0 ? -Math.min(over, start - MARGIN) : 0;
}

/**
 * The part of the drawing that is in sight, in drawing units.
 * @param {View} view
 * @param {Size} frame
 * @returns {Point & Size}
 */
export function inSight(view, frame) {
  return {
    x: -view.x / view.scale,
    y: -view.y / view.scale,
    width: frame.width / view.scale,
    height: frame.height / view.scale,
  };
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function clamp(value, least, most) {
  return Math.max(Math.min(least, most), Math.min(Math.max(least, most), value));
}
