// What the editor takes from CodeMirror 6.
export { basicSetup } from "codemirror";
export { acceptCompletion, autocompletion, closeCompletion, completionStatus, snippet, startCompletion } from "@codemirror/autocomplete";
export { indentWithTab, isolateHistory } from "@codemirror/commands";
export { json, jsonLanguage } from "@codemirror/lang-json";
export {
  ensureSyntaxTree, foldEffect, foldedRanges, HighlightStyle, indentUnit, syntaxHighlighting, syntaxTree, unfoldEffect,
} from "@codemirror/language";
export { forEachDiagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
export { openSearchPanel } from "@codemirror/search";
export { Annotation, Compartment, EditorSelection, EditorState, Prec, StateEffect, StateField, Transaction } from "@codemirror/state";
export { Decoration, EditorView, hoverTooltip, keymap, ViewPlugin } from "@codemirror/view";
export { tags } from "@lezer/highlight";
