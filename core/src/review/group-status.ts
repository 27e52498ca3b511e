import type { Phase } from "../model/index.js";
import type { Colors } from "./colors.js";
import { listed } from "./listed.js";

/** Up to this number of targets under one name, each is shown individually. */
const shownAlone = 6;
/** The number of targets whose problems are shown; the others are only counted. */
const shownProblems = 5;

interface Member {
  readonly target: string;
  readonly group?: string;
  readonly error?: string;
  readonly phases: readonly { readonly phase: Phase; readonly state: State; readonly note: string }[];
}

type State = "done" | "open" | "waiting";

/** A name of the config with many targets, and all other targets. */
export interface Group<T> {
  readonly name: string;
  readonly members: readonly T[];
}

/** Groups by a key, in the order in which each key first occurs. */
export function grouped<T, K>(all: readonly T[], keyOf: (each: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const each of all) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return groups;
}

/** Splits targets into those that are shown individually and those that are counted. */
export function inGroups<T extends { readonly group?: string }>(
  targets: readonly T[],
): { readonly alone: readonly T[]; readonly groups: readonly Group<T>[] } {
  const groups = grouped(targets, ({ group }) => group ?? "");
  const counted = [...groups].filter(([name, members]) => name !== "" && members.length > shownAlone);
  const names = new Set(counted.map(([name]) => name));
  return {
    alone: targets.filter(({ group = "" }) => !names.has(group)),
    groups: counted.map(([name, members]) => ({ name, members })),
  };
}

export function mark(state: State, colors: Colors): string {
  return state === "done" ? colors.green("✔") : state === "open" ? colors.cyan("▶") : colors.dim("·");
}

/** One line per phase: the number of targets that have it, and the names of those that have not. */
export function groupRows({ name, members }: Group<Member>, colors: Colors): string[][] {
  const short = ({ target }: Member) => target.slice(name.length + 1);
  const unreached = members.filter(({ error }) => error !== undefined);
  const reached = members.filter(({ error }) => error === undefined);
  const phases = [...new Set(reached.flatMap((member) => member.phases.map(({ phase }) => phase)))];
  const rows = phases.map((phase) => {
    const inState = (state: State) =>
      reached.filter((member) => member.phases.some((each) => each.phase === phase && each.state === state));
    const [done, open, waiting] = [inState("done"), inState("open"), inState("waiting")];
    const parts = [
      ...(done.length > 0 ? [`${done.length} done`] : []),
      ...(open.length > 0 ? [`${open.length} open: ${listed(open.map(short))}`] : []),
      ...(waiting.length > 0 ? [waiting[0]!.phases.find((each) => each.phase === phase)!.note] : []),
    ];
    const state = open.length > 0 ? "open" : waiting.length > 0 ? "waiting" : "done";
    return [mark(state, colors), "", phase as string, colors.dim(parts.join("; "))];
  });
  if (unreached.length > 0)
    rows.push([
      colors.red("✖"),
      "",
      "",
      `${unreached.length} did not respond: ${listed(unreached.map(short))} (${unreached[0]!.error})`,
    ]);
  return rows.map((row, at) => (at === 0 ? row.with(1, `${name} (${members.length})`) : row));
}

/** The problems of each target, the first ones in full. */
export function shortened(problems: readonly (readonly string[])[]): readonly string[] {
  const wrong = problems.filter((lines) => lines.length > 0);
  // A line that several targets share, such as the services of one database, is shown once.
  const shown = [...new Set(wrong.slice(0, Math.max(shownProblems, shownAlone)).flat())];
  const more = wrong.length - Math.max(shownProblems, shownAlone);
  return more > 0 ? [...shown, `  and ${more} more targets have problems: --json, or --target <name>`] : shown;
}
