import { seeded } from "../database/backfill/fixture.js";
import {
  type Branch,
  branches,
  droppable,
  type History,
  plain,
  planName,
  planned,
  type Step,
  sides,
} from "./history.js";

/** The history of a seed. */
export function draw(seed: number): History {
  const random = seeded(seed * 7919 + 13);
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const chance = (part: number) => random() < part;
  const steps: Step[] = [];
  const plans: { readonly name: string; readonly on: Set<Branch> }[] = [];
  const onBranch = (): Branch => (chance(0.12) ? "main" : one(["a", "b"]));
  const planOn = (on: Branch) => {
    const known = plans.filter((plan) => plan.on.has(on));
    return known.length === 0 ? undefined : one(known).name;
  };
  const made = (step: Extract<Step, { do: "add" | "drop" }>) => {
    steps.push(step);
    plans.push({ name: planName(step), on: new Set([step.on]) });
  };
  const deploy = (on: Branch) => steps.push({ on, do: "deploy", isConfirmed: chance(0.6) });
  const columns = Object.keys(planned);
  // Few columns, so that branches meet.
  const own = [one(columns), one(columns)];
  const acts: readonly (readonly [weight: number, act: () => void])[] = [
    [
      18,
      () => {
        const on = onBranch();
        made({ on, do: "add", column: one(own), form: chance(0.5) ? 0 : 1 });
        if (chance(0.5)) deploy(on);
      },
    ],
    [4, () => steps.push({ on: onBranch(), do: "plain", column: one(plain) })],
    [7, () => made({ on: onBranch(), do: "drop", column: one(droppable) })],
    [2, () => steps.push({ on: onBranch(), do: "own-drop", column: one(droppable) })],
    [14, () => deploy(onBranch())],
    [
      24,
      () => {
        const on = onBranch();
        const plan = planOn(on);
        if (plan === undefined) return;
        // A phase takes several commands.
        if (chance(0.6)) steps.push({ on, do: "deploy", isConfirmed: chance(0.5) });
        if (chance(0.7)) steps.push({ on, do: "backfill", plan });
        if (chance(0.7)) steps.push({ on, do: "next", plan });
        if (chance(0.4)) steps.push({ on, do: "next", plan });
      },
    ],
    [
      16,
      () => {
        const on = onBranch();
        const plan = planOn(on);
        if (plan !== undefined) steps.push({ on, do: chance(0.5) ? "abandon" : "undo", plan });
      },
    ],
    [
      20,
      () => {
        const on = one(branches);
        const from = one(branches.filter((branch) => branch !== on));
        merge(on, from);
        if (chance(0.4)) deploy(on);
      },
    ],
    [7, () => steps.push({ do: "write" })],
  ];
  const merge = (on: Branch, from: Branch, keep = one(sides)) => {
    steps.push({ on, do: "merge", from, keep });
    for (const plan of plans) if (plan.on.has(from)) plan.on.add(on);
  };
  // Both branches have a plan, and move it.
  if (chance(0.5)) {
    made(
      chance(0.7)
        ? { on: "main", do: "add", column: one(own), form: chance(0.5) ? 0 : 1 }
        : { on: "main", do: "drop", column: one(droppable) },
    );
    if (chance(0.7)) deploy("main");
    merge("a", "main", "both");
    merge("b", "main", "both");
  }
  const sum = acts.reduce((all, [weight]) => all + weight, 0);
  const length = 8 + Math.floor(random() * 8);
  while (steps.length < length) {
    let at = random() * sum;
    for (const [weight, act] of acts) {
      at -= weight;
      if (at > 0) continue;
      act();
      break;
    }
  }
  return { steps, end: chance(0.6) ? "done" : "undone" };
}
