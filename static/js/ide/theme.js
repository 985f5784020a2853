// @ts-check
// How the text looks: the site's colours, so that light and dark need no second theme.
import { EditorView, HighlightStyle, syntaxHighlighting, tags } from "../../vendor/codemirror.js";

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--color-text)", backgroundColor: "var(--color-surface)", fontSize: "13px" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--color-text)", padding: "8px 0" },
  "&.cm-focused": { outline: "none" },
  ".cm-gutters": { color: "var(--color-muted)", backgroundColor: "var(--color-surface)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 6px 0 12px", minWidth: "34px" },
  ".cm-foldGutter .cm-gutterElement": { color: "var(--color-muted)", padding: "0 4px" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--color-accent) 6%, transparent)" },
  ".cm-activeLineGutter": { color: "var(--color-text)", backgroundColor: "transparent" },
  ".cm-cursor": { borderLeftColor: "var(--color-text)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--color-selection)",
  },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--color-accent) 18%, transparent)" },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--color-accent) 22%, transparent)",
  },
  ".cm-foldPlaceholder": {
    color: "var(--color-muted)", backgroundColor: "var(--color-sunken)", border: "1px solid var(--color-border)",
    padding: "0 6px", margin: "0 2px",
  },
  ".cm-tooltip": {
    color: "var(--color-text)", backgroundColor: "var(--color-raised)", border: "1px solid var(--color-border)",
    borderRadius: "6px", boxShadow: "var(--shadow)", maxWidth: "min(520px, 90vw)", overflow: "hidden",
  },
  ".cm-diagnostic": { padding: "6px 10px", borderLeftWidth: "3px", fontFamily: "var(--font-ui)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--color-failed-solid)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--color-waiting-solid)" },
  ".cm-diagnostic-info, .cm-diagnostic-hint": { borderLeftColor: "var(--color-running-solid)" },
  ".cm-diagnosticAction": {
    font: "500 12.5px var(--font-ui)", color: "var(--color-accent)", background: "none",
    border: "1px solid var(--color-border-strong)", borderRadius: "4px", padding: "2px 8px", margin: "4px 6px 0 0",
    display: "inline-block", cursor: "pointer",
  },
  ".cm-lintRange": {
    backgroundImage: "none", paddingBottom: "0", textDecoration: "underline wavy 1.5px", textUnderlineOffset: "3px",
  },
  ".cm-lintRange-error": { textDecorationColor: "var(--color-failed-solid)" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--color-waiting-solid)" },
  ".cm-lintRange-info, .cm-lintRange-hint": { textDecorationColor: "var(--color-running-solid)" },
  ".cm-lintRange-active": { backgroundColor: "color-mix(in srgb, var(--color-waiting-solid) 18%, transparent)" },
  ".cm-lintPoint::after": { borderBottomColor: "var(--color-failed-solid)" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "4px 1px" },
  ".cm-lint-marker": { width: "12px", height: "12px" },
  ".cm-panels": { color: "var(--color-text)", backgroundColor: "var(--color-sunken)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--color-border)" },
  ".cm-panel.cm-search": { font: "13px var(--font-ui)", padding: "8px 32px 8px 10px" },
  ".cm-panel.cm-search [name=close]": { color: "inherit", fontSize: "18px", width: "24px", height: "24px" },
  ".cm-textfield": {
    color: "inherit", backgroundColor: "var(--color-surface)", border: "1px solid var(--color-border-strong)",
    borderRadius: "4px", padding: "3px 6px",
  },
  ".cm-button": {
    color: "inherit", backgroundColor: "var(--color-surface)", backgroundImage: "none",
    border: "1px solid var(--color-border-strong)", borderRadius: "4px", padding: "3px 8px",
  },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--color-code-name)" },
  { tag: tags.string, color: "var(--color-code-text)" },
  { tag: tags.number, color: "var(--color-code-number)" },
  { tag: [tags.bool, tags.null], color: "var(--color-code-word)", fontWeight: "600" },
  { tag: [tags.separator, tags.squareBracket, tags.brace], color: "var(--color-muted)" },
]);

export const theme = [look, syntaxHighlighting(colours)];
