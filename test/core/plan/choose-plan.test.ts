import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Invocation } from "../../../core/src/cli/command.js";
import { afterDeploy } from "../../../core/src/cli/deploy-text.js";
import { planOf } from "../../../core/src/cli/plan-of.js";
import type { Plan } from "../../../core/src/model/index.js";
import { planText } from "../../../core/src/plan/plan-file.js";
import { listPlans, type WayBack } from "../../../core/src/plan/store.js";
import { commandFor } from "../../../core/src/review/messages.js";
import { planOf as builtPlan } from "../../support/plan-fixture.js";

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

type Released = Plan["state"]["released"];

/** A project with plans in these phases: their ids end with a, b, c. */
async function projectWith(phases: readonly Released[]): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "lockstep-choose-"));
  roots.push(root);
  for (const [at, released] of phases.entries()) {
    const plan = await builtPlan({ id: `20261120093000_${"abc"[at]}` });
    mkdirSync(join(root, "lockstep", plan.id), { recursive: true });
    const text = planText({ ...plan, state: { ...plan.state, released } });
    writeFileSync(join(root, "lockstep", plan.id, "plan.json"), text);
  }
  return root;
}

const [a, b, c] = ["a", "b", "c"].map((name) => `20261120093000_${name}`);

interface Case {
  readonly name: string;
  readonly phases: readonly Released[];
  readonly command?: string;
  readonly options?: Invocation["options"];
  readonly wayBack?: WayBack;
  readonly message: string;
  readonly commands: readonly string[];
}

test.each<Case>([
  {
    name: "each open plan, with the options as typed",
    phases: ["contract", "switch", "expand"],
    options: { confirm: ["reads-steady"], dryRun: true },
    message: `Open plans: ${b} (switch), ${c} (expand).`,
    commands: [
      `npx lockstep next ${b} --confirm reads-steady --dry-run`,
      `npx lockstep next ${c} --confirm reads-steady --dry-run`,
    ],
  },
  {
    name: "of a backfill: the plans whose rows are being filled",
    phases: ["expand", "switch", "expand"],
    command: "backfill run",
    message: `Open plans: ${a} (expand), ${b} (switch), ${c} (expand).`,
    commands: [`npx lockstep backfill run ${a}`, `npx lockstep backfill run ${c}`],
  },
  {
    name: "of a backfill that no plan has before it: all",
    phases: ["switch", "switch"],
    command: "backfill status",
    message: `Open plans: ${a} (switch), ${b} (switch).`,
    commands: [`npx lockstep backfill status ${a}`, `npx lockstep backfill status ${b}`],
  },
  {
    name: "none is open: each finished plan, and no undone one",
    phases: ["contract", "undone", "contract"],
    command: "abandon",
    wayBack: "abandon",
    message: `No plan has a phase left to release. Plans to undo: ${a} (contract), ${c} (contract).`,
    commands: [`npx lockstep abandon ${a}`, `npx lockstep abandon ${c}`],
  },
  {
    name: "none is open: undo asks too, instead of taking the newest",
    phases: ["undone", "contract", "contract"],
    command: "undo",
    wayBack: "undo",
    message: `No plan has a phase left to release. Plans to undo: ${b} (contract), ${c} (contract).`,
    commands: [`npx lockstep undo ${b}`, `npx lockstep undo ${c}`],
  },
  {
    name: "a repeated undo: the finished plan does not follow the undone one",
    phases: ["contract", "undone"],
    command: "undo",
    wayBack: "undo",
    message: `No plan has a phase left to release. Plans to undo: ${a} (contract).`,
    commands: [`npx lockstep undo ${a}`],
  },
])("a command without the plan's name: $name", async ({ phases, command, options, wayBack, message, commands }) => {
  const invocation = { name: command ?? "next", arguments: [], options: options ?? {} } as unknown as Invocation;
  const root = await projectWith(phases);
  expect(() => planOf(invocation, root, wayBack)).toThrow(
    expect.objectContaining({ code: "LS3006", message, hint: commands.join("\n       ") }),
  );
});

test("of several open plans, a backfill command takes the only one with rows to fill, and the printed command has no name", async () => {
  const root = await projectWith(["expand", "switch"]);
  const of = (name: string) => planOf({ name, arguments: [], options: {} } as unknown as Invocation, root);
  expect(of("backfill run").id).toBe(a);
  expect(of("backfill status").id).toBe(a);
  expect(() => of("next")).toThrow(expect.objectContaining({ code: "LS3006" }));
  const plans = listPlans(root);
  expect(commandFor("backfill run", plans[0]!, plans)).toBe("npx lockstep backfill run");
  expect(commandFor("backfill run", plans[1]!, plans)).toBe(`npx lockstep backfill run ${b}`);
  expect(commandFor("next", plans[0]!, plans)).toBe(`npx lockstep next ${a}`);
});

test("after the deployment of one plan's expand its backfill is next; of several, or on a part of the targets, status", async () => {
  const plans = listPlans(await projectWith(["expand", "expand"])).map((plan) => ({
    ...plan,
    state: {
      ...plan.state,
      written: [{ id: plan.units[0]!.id, file: `migrations/${plan.id}/migration.sql`, sha256: "" }],
    },
  }));
  const after = (...args: [applied: string[], isPartial?: boolean]) =>
    afterDeploy(plans, ...args)
      .split("\n")
      .at(-1);
  expect(after([a!])).toBe(`npx lockstep backfill run ${a}`);
  expect(after([a!], true)).toBe("npx lockstep status");
  expect(after([a!, b!])).toBe("npx lockstep status");
  expect(after([])).toBe("npx lockstep status");
});
