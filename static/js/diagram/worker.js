// @ts-check
// Graphviz in a worker of its own: a heavy layout never blocks the page, and can be stopped.
import { instance } from "../../vendor/viz.js";

const graphviz = instance();

addEventListener("message", async ({ data: { number, dot } }) => {
  const { status, output, errors } = (await graphviz).render(dot, { format: "svg", engine: "dot" });
  const reason = errors.map((/** @type {{message: string}} */ error) => error.message).join("; ");
  postMessage({ number, svg: status === "success" ? output : null, reason });
});
