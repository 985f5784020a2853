"""How long does the layout of one flow take: by Graphviz, as in the editor, and by dagre?"""

from __future__ import annotations

from typing import Any

import others
from playwright.sync_api import Page

from flowlang import diagram

OURS = """async (dot) => {
  const { Layouts } = await import("/static/js/diagram/layout.js");
  const layouts = new Layouts();
  const took = [];
  for (let at = 0; at < 4; at += 1) {
    const began = performance.now();
    await layouts.of(`${dot}\\n// ${at}`);
    took.push(performance.now() - began);
  }
  return Math.min(...took);
}"""
THEIRS = """([states, hasCatches]) => {
  const took = [];
  for (let at = 0; at < 3; at += 1) {
    const graph = new dagre.graphlib.Graph({ multigraph: true });
    graph.setGraph({}).setDefaultEdgeLabel(() => ({}));
    for (const { index } of states) graph.setNode(String(index), { width: 176, height: 44 });
    for (const { index, ways } of states) {
      for (const { to, kind } of ways) {
        if (to >= 0 && (hasCatches || kind !== "catch")) graph.setEdge(String(index), String(to), {}, kind);
      }
    }
    const began = performance.now();
    dagre.layout(graph);
    took.push(performance.now() - began);
    if (took[at] > 5000) break;
  }
  return Math.min(...took);
}"""


def milliseconds(page: Page, flow: dict[str, Any], *, is_alone: bool) -> list[float | None]:
    """Return the best of a few layouts of a flow, on the editor's page.

    Three figures: ours, in its worker; dagre's; dagre's with the ways out by Catch, which ours leaves out.
    """
    ours = page.evaluate(OURS, diagram.to_dot(flow))
    if is_alone:
        return [ours, None, None]
    page.evaluate(dagre_script())
    states: Any = diagram.states(flow)
    return [ours, *(page.evaluate(THEIRS, [states, has_catches]) for has_catches in (False, True))]


def dagre_script() -> str:
    """Return dagre's script, installed the first time."""
    others.install_javascript()
    folder = others.NODE_MODULES / "@dagrejs" / "dagre" / "dist"
    return (folder / "dagre.min.js").read_text() + "; window.dagre = dagre; 0"
