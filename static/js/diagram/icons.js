// @ts-check
// One icon for each type of state, on a field of 16 by 16; drawn as strokes, so that exports need no other file.

/** @type {Record<string, string>} */
const ICONS = {
  action: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
  choice: "M8 1.8 14.2 8 8 14.2 1.8 8z",
  expressioneval: "M12 2.5H4L8.5 8 4 13.5h8",
  pass: "M2 8h11M9 4l4 4-4 4",
  wait: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 1 0 8 2.2M8 4.8V8l2.2 1.6",
  fail: "M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4zM5.9 5.9l4.2 4.2m0-4.2-4.2 4.2",
  createwebinput: "M2 3h12v8H8l-3 2.8V11H2zM6.4 5.6a1.6 1.6 0 1 1 2.2 1.5c-.4.2-.6.4-.6.8",
  awaitwebinput: "M8 2.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 1 0 0-5.4M2.8 13.7c.5-2.8 2.6-4.2 5.2-4.2s4.7 1.4 5.2 4.2",
};
const UNKNOWN = "M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2M6.2 6.3a1.9 1.9 0 1 1 2.6 1.8c-.6.3-.8.6-.8 1.2M8 11.5v.1";

/**
 * The strokes for a type, such as "Action".
 * @param {string} type
 */
export function iconPath(type) {
  return ICONS[type.toLowerCase()] ?? UNKNOWN;
}
