/** The commands that `lockstep --help` lists, in order of use. Other commands work but are not listed. */
export const commandGroups: Readonly<Record<string, readonly string[]>> = {
  Start: ["init", "check"],
  Change: ["status", "plan", "next", "code", "rename", "rewrite", "undo", "abandon"],
  Production: ["deploy", "backfill", "verify", "announce", "online"],
  Inspect: ["doctor", "drift", "watch", "repair"],
  Rehearse: ["stats", "rehearse", "report"],
  Help: ["explain"],
};

/** Summaries of commands that have subcommands. */
export const groupSummaries: Readonly<Record<string, string>> = {
  backfill: "run, pause, resume and inspect backfills",
  online: "copy large MySQL and MariaDB tables without blocking writes",
};

/** The heading of a command. Undefined: `--help` does not list it. */
export function groupOf(name: string): string | undefined {
  return Object.entries(commandGroups).find(([, names]) => names.includes(name.split(" ")[0] ?? ""))?.[0];
}

/** Sorts commands in the order of the help. Unlisted commands come last. */
export function inOrder<T extends { readonly name: string }>(all: readonly T[]): readonly T[] {
  const names = Object.values(commandGroups).flat();
  const at = ({ name }: T) => (names.indexOf(name.split(" ")[0] ?? "") + names.length + 1) % (names.length + 1);
  return all.toSorted((one, other) => at(one) - at(other));
}
