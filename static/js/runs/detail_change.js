// @ts-check
// What a state changed in the run's data, place by place, each with its path to copy.
import { unchanged } from "./detail_words.js";
import { copyButton, element, icon } from "./elements.js";
import { bytes, count } from "./words.js";

const MOST_AT_ONCE = 200; // characters

/** @typedef {{kind: "added" | "changed" | "removed", path: string, old?: any, new?: any, old_bytes?: number, new_bytes?: number}} Place */

const KINDS = {
  added: { word: "Added", icon: "plus" },
  changed: { word: "Changed", icon: "edit" },
  removed: { word: "Removed", icon: "minus" },
};

/**
 * @param {{places: Place[], same: {path: string, bytes: number}[], more: number}} change
 * @returns {Node[]}
 */
export function changeView({ places, same, more }) {
  const list = element("ul", "change");
  list.append(...places.map(placeItem));
  return [
    ...(places.length ? [list] : [element("p", "muted small", "It left the run's data as they were.")]),
    ...(more ? [element("p", "muted small", `And ${count(more, "further place")}: see the run's data under Output.`)] : []),
    ...(same.length ? [sameBox(same)] : []),
  ];
}

/** @param {Place} place */
function placeItem(place) {
  const item = element("li", `change__place change__place--${place.kind}`);
  const head = element("p", "change__head");
  const kind = element("span", "change__kind");
  kind.append(icon(KINDS[place.kind].icon), KINDS[place.kind].word);
  head.append(kind, element("code", "change__path", place.path), copyButton(() => place.path, "Copy path"));
  item.append(head);
  if (place.kind !== "added") item.append(value("old", place.old, place.old_bytes));
  if (place.kind !== "removed") item.append(value("new", place.new, place.new_bytes));
  return item;
}

/**
 * @param {"old" | "new"} side
 * @param {any} shown
 * @param {number | undefined} size of what is too long to be shown here
 */
function value(side, shown, size) {
  if (size !== undefined) return element("p", "muted small", `${bytes(size)}: see the run's data under ${side === "old" ? "Input" : "Output"}.`);
  const words = JSON.stringify(shown, null, 2);
  const text = element(side === "old" ? "del" : "ins", "change__value mono", words);
  if (words.length > MOST_AT_ONCE) text.tabIndex = 0; // it may scroll: by keys, too
  return text;
}

/** @param {{path: string, bytes: number}[]} same */
function sameBox(same) {
  const box = element("details", "about__box");
  const list = element("ul", "change__same mono small");
  list.append(...same.map((place) => element("li", "", `${place.path}, ${bytes(place.bytes)}`)));
  box.append(element("summary", "", unchanged(same)), list);
  return box;
}
