/** Finding and editing code in large projects: what `migrate dev` and then `next` do, stage by stage, beside a plain parse of all files. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { field } from "./code-models.js";
import { type CodeProject, writeCodeProject } from "./code-project.js";
import { median, milliseconds, whole } from "./figures.js";
import type { BenchReport, Bound } from "./report.js";

const child = fileURLToPath(new URL("./code-process.mjs", import.meta.url));
const stages = ["load", "list", "read", "prefilter", "git", "configs", "parse", "find", "edit"] as const;

/** The changes that are measured: the model, and the name of its new field. */
const changes = {
  none: { model: "Reconciliation", field: "auditedBy", title: "a model that no code names" },
  rare: { model: "User", field: "referralCohort", title: "a rare name, on User" },
  common: { model: "User", field: "status", title: "a common name, on User" },
  optional: { model: "User", field: "nickname", title: "an optional column of User, without a plan" },
} as const;
type Change = keyof typeof changes;

/** By the number of files: the most seconds by change, and the most memory. */
const limits: Readonly<Record<number, { readonly seconds: Partial<Record<Change, number>>; readonly mb: number }>> = {
  1500: { seconds: { none: 1, rare: 6, common: 10, optional: 10 }, mb: 1000 },
  5000: { seconds: { rare: 25, common: 25, optional: 25 }, mb: 2000 },
};

export interface CodeOptions {
  readonly sizes: readonly number[];
  readonly runs: number;
}

interface Figures {
  readonly stages: Partial<Record<(typeof stages)[number], number>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly wallMs: number;
  readonly userMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

type Measured = Readonly<Record<Change | "parse", readonly Figures[]>>;

/** Every size in a project of its own; each measurement in a process of its own. */
export function benchCode({ sizes, runs }: CodeOptions, progress: (text: string) => void): BenchReport {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-bench-"));
  try {
    const measured = sizes.map((size) => {
      const root = join(folder, String(size));
      mkdirSync(root);
      progress(`writing ${whole(size)} files`);
      const project = writeCodeProject(root, size);
      const figures: Record<Change | "parse", Figures[]> = { parse: [], none: [], rare: [], common: [], optional: [] };
      for (let run = 1; run <= runs; run++) {
        progress(`${whole(size)} files, run ${run} of ${runs}`);
        for (const kind of Object.keys(figures) as (keyof Measured)[]) figures[kind].push(measure(root, project, kind));
      }
      return { size, project, figures };
    });
    return report(measured, runs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(root: string, project: CodeProject, kind: keyof Measured): Figures {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [child], {
    env,
    encoding: "utf8",
    input: JSON.stringify({ root, kind, ...(kind === "parse" ? {} : requestOf(project, kind)) }),
  });
  if (status !== 0) throw new Error(`${kind} ended with ${status}:\n${stderr}`);
  return JSON.parse(stdout) as Figures;
}

/** What the phases ask for: `expand` as `migrate dev` has it, then `switch`. */
function requestOf(project: CodeProject, change: Change) {
  const { model, field: name } = changes[change];
  const added = field(name, "string", { isOptional: true });
  const models = project.models.map((each) =>
    each.name === model ? { ...each, fields: [...each.fields, added] } : each,
  );
  const value = { kind: "sql", sql: change === "none" ? "'nobody'" : "lower(email)" };
  const intents = (...kinds: string[]) => kinds.map((kind) => ({ kind, model, field: name, value }));
  if (change === "optional") {
    // What `lockstep code User.nickname` asks for: all at once, and nothing says what new rows get.
    const kinds = ["write", "completeFixtures", "acceptInRequests", "read"];
    const all = kinds.map((kind) => ({ kind, model, field: name, value: { kind: "none" }, staysOptional: true }));
    return { models, model, intents: { expand: all, switch: [] } };
  }
  return {
    models,
    model,
    intents: {
      expand: intents("write", "keepFromReads", "completeFixtures", "acceptInRequests"),
      switch: intents("read"),
    },
  };
}

function report(
  measured: readonly { readonly size: number; readonly project: CodeProject; readonly figures: Measured }[],
  runs: number,
): BenchReport {
  const all = measured.flatMap(({ size, figures }) => [
    row(`${whole(size)} files: TypeScript parses all`, figures.parse, figures.parse),
    ...(Object.keys(changes) as Change[]).map((change) =>
      row(`  ${changes[change].title}`, figures[change], figures.parse),
    ),
  ]);
  return {
    name: "code",
    title: `code edits of expand, then of switch, in generated projects, ${runs} runs`,
    table: [["", "wall", "CPU", "of it user", "× parse", "memory", "relevant", ...stages], ...all],
    notes: [
      ...measured.map(
        ({ project, size }) =>
          `${whole(size)} files: ${whole(project.lines)} lines, ${project.models.length} models, of which User is named most.`,
      ),
      "Medians. Each measurement is a process of its own; memory is the most that it had at once, × parse the ratio of wall times.",
      "Stages of both phases together: files are listed, read and judged by their text twice. Relevant: files that are parsed at all.",
    ],
    bounds: measured.flatMap(({ size, figures }) => boundsOf(size, figures)),
    measurements: Object.fromEntries(measured.map(({ size, figures }) => [size, figures])),
  };
}

function row(name: string, figures: readonly Figures[], yardstick: readonly Figures[]): string[] {
  const of = (pick: (each: Figures) => number) => median(figures.map(pick));
  const wall = of(({ wallMs }) => wallMs);
  return [
    name,
    milliseconds(wall),
    milliseconds(of(({ cpuMs }) => cpuMs)),
    milliseconds(of(({ userMs }) => userMs)),
    (wall / median(yardstick.map(({ wallMs }) => wallMs))).toFixed(1),
    `${whole(of(({ peakMb }) => peakMb))} MB`,
    whole(of(({ counts }) => counts.relevant ?? counts.read ?? 0)),
    ...stages.map((stage) => milliseconds(of((each) => each.stages[stage] ?? 0))),
  ];
}

function boundsOf(size: number, figures: Measured): Bound[] {
  const limit = limits[size];
  if (limit === undefined) return [];
  const times = Object.entries(limit.seconds).map(([change, seconds]): Bound => {
    const of = figures[change as Change];
    const wall = median(of.map(({ wallMs }) => wallMs));
    return {
      promise: `Code of ${whole(size)} files, ${changes[change as Change].title}: under ${seconds} s`,
      measured: `${milliseconds(wall)} (${milliseconds(median(of.map(({ cpuMs }) => cpuMs)))} of work)`,
      isMet: wall < seconds * 1000,
    };
  });
  const most = Math.max(...Object.values(figures).flatMap((of) => of.map(({ peakMb }) => peakMb)));
  const memory = {
    promise: `Code of ${whole(size)} files: under ${whole(limit.mb)} MB`,
    measured: `${whole(most)} MB`,
  };
  return [...times, { ...memory, isMet: most < limit.mb }];
}
