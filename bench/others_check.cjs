// Peers of the checker in JavaScript. Reads a question (see check.py), prints one JSON object a measurement.
const fs = require("fs");
const { performance } = require("perf_hooks");
const aslValidator = require("asl-validator");
const { getLanguageService } = require("amazon-states-language-service");
const { TextDocument } = require("vscode-languageserver-textdocument");

const LEAST_REPEATS = 5;
const question = JSON.parse(fs.readFileSync(0, "utf8"));
const service = getLanguageService({});
let documents = 0;

const checks = {
  "asl-validator": async (text) => (aslValidator.default || aslValidator)(JSON.parse(text)).errors,
  "amazon-states-language-service": async (text) => {
    documents += 1;
    const document = TextDocument.create(`memory://flow${documents}.asl.json`, "asl", 1, text);
    return service.doValidation(document, service.parseJSONDocument(document));
  },
};

async function measure(work, seconds) {
  await work();
  const taken = [];
  const until = performance.now() + seconds * 1e3;
  while (taken.length < LEAST_REPEATS || performance.now() < until) {
    const beganAt = performance.now();
    await work();
    taken.push(performance.now() - beganAt);
  }
  taken.sort((a, b) => a - b);
  const half = taken.length >> 1;
  const median = taken.length % 2 ? taken[half] : (taken[half - 1] + taken[half]) / 2;
  return { median, least: taken[0], most: taken[taken.length - 1], repeats: taken.length };
}

function version(name) {
  return JSON.parse(fs.readFileSync(`${__dirname}/node_modules/${name}/package.json`, "utf8")).version;
}

async function main() {
  for (const [name, check] of Object.entries(checks)) {
    for (const flow of question.flows) {
      const problems = (await check(flow.asl)).length;
      const taken = await measure(() => check(flow.asl), question.seconds);
      const answer = { tool: `${name} ${version(name)}`, shape: flow.shape, states: flow.states, problems };
      console.log(JSON.stringify({ ...answer, ...taken }));
    }
  }
}

main();
