/**
 * One measurement of `code.ts`, in a process of its own: what `migrate dev` and `next` do to code, stage by stage. Plain JavaScript
 * over the build, because a loader of TypeScript would be measured along with it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const { root, kind, models, model, intents } = JSON.parse(readFileSync(0, "utf8"));
const stages = {};
const counts = {};
let clock;
const begin = performance.now();

if (kind === "parse") await parseAll();
else await plan();

const { user, system } = process.cpuUsage();
const figures = {
  stages,
  counts,
  wallMs: performance.now() - begin,
  userMs: user / 1000,
  cpuMs: (user + system) / 1000,
  peakMb: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(figures));

/** The yardstick: TypeScript parses every source file once, and nothing else is done. */
async function parseAll() {
  const [{ readSources }, { ts }] = await Promise.all([core("sources/source-files"), core("ast/compiler")]);
  const files = await timed("read", () => readSources(root, {}, () => true));
  await timed("parse", () => {
    for (const { file, text } of files) ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  });
  counts.read = files.length;
}

async function plan() {
  const files = await find();
  counts.parsed = 0;
  if (files.length === 0) return;
  const [{ planCodeEdits }, { coreTransforms }, { ts }, { prismaTransforms }] = await timed("load", () =>
    Promise.all([
      core("run/plan-edits"),
      core("index"),
      core("ast/compiler"),
      import("../../plugin-prisma/dist/codemods/index.js"),
    ]),
  );
  // The compiler's own clock: files are parsed when somebody looks at them.
  clock = ts.performance;
  clock.enable();
  const transforms = [...prismaTransforms, ...coreTransforms].map((transform) => clocked(transform));
  const request = { root, models, transforms };
  const expand = await planned(() => planCodeEdits({ ...request, files, intents: intents.expand, earlier: [] }));
  if (intents.switch.length === 0) {
    Object.assign(counts, { edits: expand.edits.length, places: expand.places.length });
    return;
  }
  const after = new Map(expand.changes.map((change) => [change.file, change.after]));
  for (const [file, text] of after) writeFileSync(join(root, file), text);
  try {
    const again = await find();
    const opened = await planned(() =>
      planCodeEdits({ ...request, files: again, intents: intents.switch, earlier: expand.edits }),
    );
    Object.assign(counts, { edits: expand.edits.length + opened.edits.length });
    counts.places = expand.places.length + opened.places.length;
  } finally {
    for (const { file, before } of expand.changes) writeFileSync(join(root, file), before);
  }
}

/** Finding and parsing happen inside; what is left is the work of applying edits. */
async function planned(make) {
  const inner = () => parsed() + (stages.find ?? 0);
  const [start, before] = [performance.now(), inner()];
  const result = await make();
  stages.edit = (stages.edit ?? 0) + performance.now() - start - (inner() - before);
  stages.parse = parsed();
  counts.parsed = clock.getCount("beforeParse");
  return result;
}

function clocked(transform) {
  return {
    ...transform,
    find(file, context) {
      const [start, before] = [performance.now(), parsed()];
      const found = [...transform.find(file, context)];
      stages.find = (stages.find ?? 0) + performance.now() - start - (parsed() - before);
      return found;
    },
  };
}

function parsed() {
  return clock.getDuration("Parse");
}

/** `readSourceFiles`, step by step. */
async function find() {
  const { listSources, readRelevant, withoutIgnored, relevance } = await timed("load", () =>
    core("sources/source-files"),
  );
  const matters = relevance({
    models: models.filter(({ name }) => name === model),
    all: models,
    planned: intents.expand,
  });
  const paths = await timed("list", () => listSources(root, {}));
  const before = stages.prefilter ?? 0;
  const found = await timed("read", () =>
    readRelevant(root, paths, (text) => {
      const start = performance.now();
      const isWanted = matters(text);
      stages.prefilter = (stages.prefilter ?? 0) + performance.now() - start;
      return isWanted;
    }),
  );
  stages.read -= stages.prefilter - before;
  const files = await timed("git", () => withoutIgnored(root, found));
  counts.relevant = files.length;
  const { readModuleConfigs } = await core("sources/read-configs");
  const names = files.map(({ file }) => file);
  return [...files, ...(await timed("configs", () => readModuleConfigs(root, names)))];
}

async function timed(stage, make) {
  const start = performance.now();
  const result = await make();
  stages[stage] = (stages[stage] ?? 0) + performance.now() - start;
  return result;
}

function core(name) {
  return import(`../../core/dist/code/${name}.js`);
}
