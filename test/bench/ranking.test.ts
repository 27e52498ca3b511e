import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { type GrowthCommit, growthOf, type Tree } from "./ranking-growth.js";
import { newlyNaming, replay, ways } from "./ranking-replay.js";
import { precision, recall, share, sum, tally } from "./ranking-scores.js";
import { sharesOf } from "./ranking-shares.js";
import { type Team, teams } from "./ranking-teams.js";

const columns = 26;
const apps = teams.map((team) => ({ team, commits: growthOf(team, 1, columns) }));

describe.each(apps.map((app) => [app.team.name, app] as const))("the app of team %s", (_, { team, commits }) => {
  test("grows the same way for the same seed, and another way for another", () => {
    expect(growthOf(team, 1, columns)).toEqual(commits);
    expect(growthOf(team, 2, columns).at(-1)?.files).not.toEqual(commits.at(-1)?.files);
  });

  test("parses after each commit", () => {
    const texts = new Map(commits.flatMap(({ files }) => [...files].map(([file, text]) => [text, file])));
    const sources = [...texts].filter(([, file]) => file.endsWith(".ts"));
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter(([text, file]) => parseErrors(file, text).length > 0)).toEqual([]);
  });

  test("gets a column in the places that are said to be extended, and in no others", () => {
    for (const { message, files, added } of commits) {
      if (added === undefined) continue;
      const extended = added.places.filter(({ isExtended }) => isExtended).map(({ id }) => id);
      const named = newlyNaming(added.column.name, added.declared, files).filter((id) => !/^src\/entities\//.test(id));
      expect(named.sort(), message).toEqual(extended.sort());
      expect(newlyNaming(added.column.name, treeBefore(commits, message), added.declared).length, message).toBe(
        team.orm === "prisma" ? 0 : 1,
      );
    }
  });
});

test("people extend as many places as in real apps", () => {
  const added = [1, 2].flatMap((seed) =>
    teams.flatMap((team) => growthOf(team, seed, columns).flatMap((commit) => commit.added ?? [])),
  );
  for (const { title, measured, replayed } of sharesOf(added))
    expect(Math.abs(replayed - measured), title).toBeLessThan(0.12);
});

test.each([
  { extended: ["a", "b"], named: ["a", "b"], precision: "1.0", recall: "1.0" },
  { extended: ["a", "b", "c", "d"], named: ["a", "x"], precision: ".50", recall: ".25" },
  { extended: ["a"], named: [], precision: "-", recall: ".00" },
  { extended: [], named: ["x"], precision: ".00", recall: "-" },
])("$named for $extended: precision $precision, recall $recall", ({ extended, named, ...expected }) => {
  const counted = tally(new Set(extended), new Set(named));
  expect({ precision: share(precision(counted)), recall: share(recall(counted)) }).toEqual(expected);
});

test("tallies add up by places, not by shares", () => {
  const all = sum([tally(new Set(["a"]), new Set(["a"])), tally(new Set(["b"]), new Set(["b", "x", "y"]))]);
  expect(all).toEqual({ extended: 2, named: 4, right: 2 });
});

test("each file's declarations that name the column only now are told by their names", () => {
  const before = new Map([
    ["a.ts", "export const one = { a: 1, b: 2 };\nexport function two(row: Row) {\n  return { a: row.a };\n}\n"],
    ["a.graphql", "type One {\n  a: Int\n}\n\ntype Two {\n  a: Int\n}\n"],
  ]);
  const after = new Map([
    [
      "a.ts",
      "export const one = { a: 1, b: 2 };\nexport function two(row: Row) {\n  return { a: row.a, b: row.b };\n}\n",
    ],
    ["a.graphql", "type One {\n  a: Int\n}\n\ntype Two {\n  a: Int\n  b: Int\n}\n"],
  ]);
  expect(newlyNaming("b", before, after)).toEqual(["a.ts#two", "a.graphql#Two"]);
});

test("Lockstep is asked before each of the last commits, and its answers are places of the app", async () => {
  const [team] = teams as readonly [Team];
  const root = mkdtempSync(join(tmpdir(), "lockstep-ranking-"));
  try {
    const replayed = await replay(root, team, growthOf(team, 1, 5), 4);
    expect(replayed).toHaveLength(1);
    for (const { added, answers } of replayed) {
      const places = new Set(added.kinds.keys());
      for (const way of ways) {
        const { ticked, shown, found } = answers[way];
        expect([...without(ticked, shown), ...without(shown, found), ...without(found, places)], way).toEqual([]);
      }
      expect(without(answers.required.ticked, answers.withGit.ticked)).toEqual([]);
      expect(answers.withGit.found.size).toBeGreaterThan(answers.withGit.ticked.size);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

function treeBefore(commits: readonly GrowthCommit[], message: string): Tree {
  return commits[commits.findIndex((commit) => commit.message === message) - 1]?.files ?? new Map();
}

/** What the compiler finds in a text by itself. */
function parseErrors(file: string, text: string): readonly unknown[] {
  return Reflect.get(ts.createSourceFile(file, text, ts.ScriptTarget.Latest), "parseDiagnostics");
}

function without(ids: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
  return [...ids].filter((id) => !others.has(id));
}
