// @ts-check
// The editor page: two texts, their problems, the diagram, drafts and publishing.
import { mount as mountDiagram } from "../diagram/diagram.js";
import { addShortcut, postJSON, toast } from "../site.js";
import { mountTabs, showTab } from "../site/tabs.js";
import { Checker } from "./checker.js";
import { Drafts } from "./drafts.js";
import { editingTools } from "./editing_tools.js";
import { formatting } from "./format.js";
import { mountInAndOut } from "./in_and_out.js";
import { mountKeeping } from "./keeping.js";
import { mountKeys } from "./keys.js";
import { ProblemViews } from "./problem_views.js";
import { counted, staleReason } from "./problems.js";
import { mountPublish } from "./publish.js";
import { mountSelection } from "./selection.js";
import { mountShare, showShare } from "./share.js";
import { Since } from "./since.js";
import { mountSplit } from "./split.js";
import { change, changeUnseen, mountText, showPlace } from "./text.js";
import { mountTogether } from "./together.js";
import { mountTrying } from "./trying.js";
import { understandingOf } from "./understanding.js";

/** @typedef {import("./problems.js").Problem} Problem */
/** @typedef {import("./problems.js").DocumentName} DocumentName */

const NAMES = /** @type {DocumentName[]} */ (["definition", "input_schema"]);
const LABELS = { definition: "Definition", input_schema: "Input schema" };

const root = /** @type {HTMLElement} */ (document.querySelector("[data-ide]"));
const page = read("ide-page");
const addresses = read("ide-addresses");

/** @type {any[]} */
let states = [];
let isReady = false;
const since = new Since();

const understanding = understandingOf(document, {
  flow: page.flow,
  texts,
  cursor: () => ({ name: shownName(), position: views[shownName()].state.selection.main.head }),
  onGo: ({ document: name, from, to }) => {
    showDocument(name);
    showPlace(views[name], from, { to, focus: true });
  },
  onEdits: (name, edits) => {
    change(views[name], edits);
    views[name].focus();
  },
});
/** @type {Record<DocumentName, ReturnType<typeof mountText>>} */
const views = { definition: mountDocument("definition"), input_schema: mountDocument("input_schema") };
const selection = mountSelection({
  view: views.definition, diagram: () => diagram,
  showText: () => showDocument("definition"), onChosen: () => tools.follow(),
});
const tools = editingTools(root, {
  view: views.definition, texts, addresses, palette: page.palette,
  diagram: () => diagram, states: () => states, show: selection.showState,
});
/** @type {ReturnType<typeof mountDiagram>} */
const diagram = mountDiagram(part("[data-diagram]"), { onSelect: selection.chosen, editing: tools.hooks });
const problems = new ProblemViews(root, {
  views, shownName, showDocument,
  isCurrent: () => checker.isCurrent,
  onExplain: ({ code }) => understanding.explain(code),
});
const checker = new Checker({
  texts,
  ask: (texts) => postJSON(addresses.check, texts),
  onAnswer: showAnswer,
  onTrouble: (words) => problems.drawer.trouble(words),
});
const keeping = mountKeeping(root, { page, addresses, texts, drafts: () => drafts, together: () => together });
const drafts = new Drafts({
  saved: page.draft,
  content: () => ({ ...texts(), title: title(), flow: page.flow, base: page.base }),
  send: (saved, body, options) => postJSON(saved ? `${addresses.drafts}/${saved.id}` : addresses.drafts, body, options),
  onSaved: keeping.saved,
  onState: keeping.say,
  onConflict: keeping.conflict,
});
const publishing = mountPublish(/** @type {HTMLDialogElement} */ (document.querySelector("[data-publish]")), {
  title,
  send: (fields) => postJSON(addresses.publish, { ...drafts.content(), draft: drafts.saved?.id, revision: drafts.saved?.revision, ...fields }),
  onProblems: (answer) => { showAnswer(answer); problems.drawer.open(true); },
  onPublished: ({ edit }) => { drafts.forget(); together.saved(); keeping.say("Published"); history.replaceState(null, "", edit); },
  onMerge: () => together.mergePublished(),
});
const trying = mountTrying(root.querySelector("[data-try]"), {
  texts, flow: page.flow, draft: () => drafts.saved?.id, keepDraft: () => drafts.save(),
  diagram: () => diagram, states: () => states, show: () => showTab(part("#tab-try")),
});
const together = mountTogether(root, {
  page, texts, title, onTitle: showTitle, drafts, edit, address: addresses.drafts,
  take: (name, edits) => changeUnseen(views[name], edits),
  onTaken: ({ by }) => keeping.say(`${by || "Another window"} has saved this draft; you see it as it is now`),
  state: () => diagram.states.find(({ index }) => index === diagram.chosen.state)?.name,
});
const inAndOut = mountInAndOut(root, {
  texts, title, addresses, flow: page.flow, edit, onTitle: showTitle, share: () => actions.share(),
});
const shareDialog = /** @type {HTMLDialogElement} */ (document.querySelector("[data-share]"));

const actions = {
  ...inAndOut.actions,
  share: () => showShare(shareDialog, new URL(addresses.scratch, location.href).href, texts()),
  format,
  validate,
  publish,
  discard: keeping.discard,
  reload: () => location.reload(),
  merge: () => together.mergeDraft(),
  mergePublished: () => together.mergePublished(),
  useLocal: () => together.useLocal(),
  dropLocal: () => together.dropLocal(),
  overwrite: keeping.overwrite,
};

mountTabs(root);
mountSplit(part("[data-panes]"), part("[data-divider]"));
mountShare(shareDialog);
mountKeys({
  save: keeping.save, publish, format, validate,
  next: () => problems.step(1),
  previous: () => problems.step(-1),
  fix: () => problems.chooseFix(),
  rename: () => understanding.rename(),
  define: () => understanding.define(),
  outline: () => understanding.outline(),
}, addShortcut);
root.addEventListener("click", onAction);
root.addEventListener("tabs:show", () => { views[shownName()].requestMeasure(); inAndOut.follow(); });
root.querySelector("[data-title]")?.addEventListener("input", () => isReady && keeping.changed());
showAnswer(page.answer);
if (page.isShared) unpack();
if (page.draft) keeping.say(`Draft of ${new Date(page.draft.saved_at).toLocaleString()}`);
else if (!page.isSignedIn) keeping.say("Not kept: you are not signed in");
isReady = true;

/** @param {string} id */
function read(id) {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null");
}

/** @param {string} selector */
function part(selector) {
  return /** @type {HTMLElement} */ (root.querySelector(selector));
}

/** @param {DocumentName} name */
function mountDocument(name) {
  return mountText(part(`[data-editor=${name}]`), {
    text: page[name],
    label: LABELS[name],
    extensions: understanding.extensions(name),
    onChange: (changes) => {
      checker.changed();
      since.note(checker.version, name, changes);
      Object.assign(root.dataset, { current: false, typed: checker.version });
      inAndOut.follow();
      if (isReady) keeping.changed();
    },
    onCursor: () => {
      if (name === "definition") selection.moved();
      understanding.moved();
    },
  });
}

function texts() {
  return { definition: views.definition.state.doc.toString(), input_schema: views.input_schema.state.doc.toString() };
}

function title() {
  const field = /** @type {HTMLInputElement | null} */ (root.querySelector("[data-title]"));
  return field ? field.value.trim() : page.title;
}

/** @param {string} words */
function showTitle(words) {
  const field = /** @type {HTMLInputElement | null} */ (root.querySelector("[data-title]"));
  if (field && !field.value.trim()) field.value = words;
}

function shownName() {
  return NAMES.find((name) => !part(`[data-editor=${name}]`).hidden) ?? "definition";
}

/** @param {DocumentName} name */
function showDocument(name) {
  if (shownName() !== name) showTab(part(`#tab-${name}`));
}

/**
 * @param {DocumentName} name
 * @param {import("./text.js").Change[]} edits
 */
function edit(name, edits) {
  showDocument(name);
  change(views[name], edits);
}

// --- problems and the diagram

/**
 * @param {any} answer
 * @param {number} version of the texts that it is about
 */
async function showAnswer(answer, version = checker.version) {
  const { definition, input_schema } = views;
  const docs = { definition: definition.state.doc, input_schema: input_schema.state.doc };
  problems.show({ ...answer, problems: since.moved(answer.problems, version, docs) });
  const isDrawn = answer.diagram ? draw(answer.diagram) : diagram.stale(staleReason(answer.problems));
  if (version === checker.version) trying.answered(answer);
  if (await isDrawn === false || version < Number(root.dataset.shown ?? 0)) return; // there is, or will be, a newer one
  Object.assign(root.dataset, { current: version === checker.version, shown: version });
}

/** @param {{dot: string, states: any[]}} picture */
async function draw(picture) {
  states = picture.states;
  diagram.stale(null);
  const isDrawn = await diagram.draw(picture.dot, picture.states);
  if (isDrawn) selection.follow();
  return isDrawn;
}

// --- what the buttons and keys do

/** @param {Event} event */
function onAction(event) {
  const button = /** @type {Element} */ (event.target).closest("[data-action]");
  const name = button instanceof HTMLElement ? button.dataset.action : undefined;
  if (name && name in actions) actions[/** @type {keyof typeof actions} */ (name)]();
}

async function validate() {
  const answer = await checker.now();
  if (!answer) return;
  problems.drawer.open(answer.problems.length > 0);
  if (!answer.problems.length) toast(`No problems found in ${answer.states} states.`);
}

function format() {
  const view = views[shownName()];
  const edits = formatting(view.state.doc.toString());
  if (!edits) return toast("Only valid JSON can be formatted. Mend the marked places first.", "warning");
  if (edits.length) change(view, edits);
}

/** A link packs its texts on one line: unfold them for reading. Nothing has been typed yet. */
function unpack() {
  for (const view of Object.values(views)) {
    const edits = view.state.doc.lines === 1 ? formatting(view.state.doc.toString()) : null;
    if (edits) change(view, edits);
  }
}

async function publish() {
  if (!page.isSignedIn) return toast("Sign in to publish.", "warning");
  const answer = await checker.now();
  const errors = answer?.problems.filter((/** @type {Problem} */ problem) => problem.severity === "error");
  if (errors?.length) {
    problems.drawer.open(true);
    return toast(`Not published: ${counted(errors)} to mend first.`, "error");
  }
  // What somebody else has saved meanwhile is seen before it is published; a new flow's draft is there to become it.
  const isSaved = !drafts.isDirty || await drafts.save();
  if (isSaved || !page.flow) publishing.open();
}
