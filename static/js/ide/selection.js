// @ts-check
// One state is looked at in the text and in the diagram: each follows the other.
import { ensureSyntaxTree } from "../../vendor/codemirror.js";
import { placeAt, statePlaces } from "./places.js";
import { showPlace } from "./text.js";

const PARSE_MILLISECONDS = 50;

/** @typedef {{index: number, name: string}} State */

/**
 * @param {{
 *   view: any, diagram: () => {states: State[], select: (index: number | null) => void}, showText: () => void,
 *   onChosen: () => void,
 * }} around view: of the definition; showText: brings it to the front; onChosen: another state is looked at
 */
export function mountSelection({ view, diagram, showText, onChosen }) {
  let isFollowing = true;

  function places() {
    const { state } = view;
    const tree = ensureSyntaxTree(state, state.doc.length, PARSE_MILLISECONDS);
    return tree ? statePlaces(tree, (from, to) => state.sliceDoc(from, to)) : [];
  }

  /** Light up the state that the cursor is in. */
  function follow() {
    const name = placeAt(places(), view.state.selection.main.head)?.name;
    diagram().select(diagram().states.find((state) => state.name === name)?.index ?? null);
    onChosen();
  }

  /**
   * Bring the text of a state into sight.
   * @param {string} name
   * @param {boolean} focus whether the text gets it
   */
  function showState(name, focus) {
    const place = places().find((place) => place.name === name);
    if (!place) return;
    showText();
    isFollowing = false;
    showPlace(view, place.nameFrom, { focus });
    isFollowing = true;
  }

  return {
    follow,
    showState,
    moved: () => isFollowing && follow(),
    /**
     * A state was chosen in the diagram: go to its text.
     * @param {number | null} index
     * @param {{isOpened: boolean}} how
     */
    chosen(index, { isOpened }) {
      const name = diagram().states.find((state) => state.index === index)?.name;
      if (name !== undefined) showState(name, isOpened);
      onChosen();
    },
  };
}
