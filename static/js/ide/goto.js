// @ts-check
// Going to where a name is defined: F12, or a click with Ctrl. Alt and a click add a cursor instead.
import { EditorView } from "../../vendor/codemirror.js";

/** @param {(position: number, isAsked: boolean) => void} go */
export function going(go) {
  return [
    EditorView.clickAddsSelectionRange.of((/** @type {MouseEvent} */ event) => event.altKey),
    EditorView.domEventHandlers({
      mousedown: (/** @type {MouseEvent} */ event, /** @type {any} */ view) => {
        if (event.button !== 0 || event.altKey || !(event.ctrlKey || event.metaKey)) return false;
        const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
        if (position === null) return false;
        event.preventDefault();
        go(position, false);
        return true;
      },
    }),
  ];
}
