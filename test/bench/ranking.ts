/** How well places are ranked: Lockstep is asked about column after column of growing apps, and then compared with what people did. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { growthOf } from "./ranking-growth.js";
import { type Replayed, replay } from "./ranking-replay.js";
import { precision, recall, share, sum, type Tally, tally } from "./ranking-scores.js";
import { isOpen, sharesOf, sharesText } from "./ranking-shares.js";
import { type Kind, kinds, teams } from "./ranking-teams.js";
import type { BenchReport, Bound } from "./report.js";

export interface RankingOptions {
  /** Each team writes an app for each. */
  readonly seeds: readonly number[];
}

/** An app grows by so many columns; about the first ones nobody is asked. */
const growth = { columns: 26, asked: 16 };

/** Ways to say where a column goes: those that Lockstep is compared with, then its own. */
const answers = {
  alike: { title: "all alike", pick: ({ added }) => new Set(added.places.map(({ id }) => id)) },
  required: { title: "must change", pick: ({ answers }) => answers.required.ticked },
  withoutGit: { title: "without git", pick: ({ answers }) => answers.withoutGit.ticked },
  withGit: { title: "with git", pick: ({ answers }) => answers.withGit.ticked },
  answered: { title: "exposure said", pick: ({ answers }) => answers.answered.ticked },
  shown: { title: "shown", pick: ({ answers }) => answers.withGit.shown },
  found: { title: "found", pick: ({ answers }) => answers.withGit.found },
} as const satisfies Readonly<
  Record<string, { readonly title: string; readonly pick: (replayed: Replayed) => ReadonlySet<string> }>
>;
type AnswerName = keyof typeof answers;
const names = Object.keys(answers) as AnswerName[];

/** What a row of the table is about. */
type Rows = "all" | "open" | Kind;
type Tallies = Readonly<Record<AnswerName, Tally>>;

/** Every app in a repository of its own; nothing is installed, and nothing is asked of a database. */
export async function benchRanking({ seeds }: RankingOptions, progress: (text: string) => void): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-bench-"));
  const replayed: Replayed[] = [];
  try {
    for (const seed of seeds) {
      for (const team of teams) {
        progress(`${team.name} (${team.habit}), seed ${seed}`);
        const root = join(folder, `${team.name} ${seed}`);
        mkdirSync(root);
        const commits = growthOf(team, seed, growth.columns);
        replayed.push(...(await replay(root, team, commits, growth.columns - growth.asked)));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return report(replayed, seeds);
}

function report(replayed: readonly Replayed[], seeds: readonly number[]): BenchReport {
  const rows: readonly Rows[] = ["all", "open", ...kinds];
  const byRow = new Map(rows.map((row) => [row, talliesOf(replayed, row)]));
  const byTeam = teams.map((team) => {
    const own = replayed.filter((each) => each.team === team);
    return { team: team.name, habit: team.habit, tallies: talliesOf(own, "open") };
  });
  const open = byRow.get("open") as Tallies;
  return {
    name: "ranking",
    title: `where ${replayed.length} columns went in ${teams.length * seeds.length} growing apps: precision/recall of what is named`,
    table: [
      ["", "places", "extended", ...names.map((name) => answers[name].title), "ticked"],
      ...[...byRow].map(([row, tallies]) => rowOf(titles[row as "all"] ?? row, tallies)),
      ...byTeam.map(({ team, tallies }) => rowOf(`open places, team "${team}"`, tallies)),
    ],
    notes: [
      "Extended: what the people of the replayed app changed. All alike: every place that lists two columns of the model. Must change: `--code required`.",
      "Without git, with git, exposure said: what is ticked, and edited or listed as likely. Shown: the others that are offered too. Found: all that are ranked.",
      "Open places: all but rows that are created, typed fixtures and tests. Nothing was compiled: `code.verify` would leave out what adds a type error.",
      `Share of open places that people extended, and (in parentheses) what real apps say: ${sharesText(sharesOf(replayed.map(({ added }) => added)))}.`,
    ],
    bounds: boundsOf(open),
    measurements: {
      kinds: Object.fromEntries([...byRow].map(([row, tallies]) => [row, figuresOf(tallies)])),
      teams: byTeam.map(({ tallies, ...team }) => ({ ...team, ...figuresOf(tallies) })),
      shares: sharesOf(replayed.map(({ added }) => added)),
    },
  };
}

const titles: Readonly<Record<"all" | "open", string>> = { all: "all places", open: "open places" };

function talliesOf(replayed: readonly Replayed[], row: Rows): Tallies {
  const of = (name: AnswerName) =>
    sum(
      replayed.map((each) => {
        const isMeant = (id: string) => isIn(row, each.added.kinds.get(id));
        const extended = each.added.places.filter(({ isExtended, id }) => isExtended && isMeant(id));
        const named = [...answers[name].pick(each)].filter(isMeant);
        return tally(new Set(extended.map(({ id }) => id)), new Set(named));
      }),
    );
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<AnswerName, Tally>;
}

/** An edit where no place was made is wrong wherever it is counted. */
function isIn(row: Rows, kind: Kind | undefined): boolean {
  if (row === "all") return true;
  if (row === "open") return kind === undefined || isOpen(kind);
  return kind === row;
}

function rowOf(title: string, tallies: Tallies): string[] {
  const { named, extended } = tallies.alike;
  const shares = names.map((name) => `${share(precision(tallies[name]))}/${share(recall(tallies[name]))}`);
  return [title, String(named), String(extended), ...shares, String(tallies.withGit.named)];
}

function figuresOf(tallies: Tallies) {
  return Object.fromEntries(
    names.map((name) => {
      const of = tallies[name];
      return [name, { ...of, precision: precision(of), recall: recall(of) }];
    }),
  );
}

function boundsOf({ alike, withGit, shown }: Tallies): readonly Bound[] {
  const [ticked, base] = [precision(withGit) ?? 0, precision(alike) ?? 1];
  const reached = recall(shown) ?? 0;
  return [
    {
      promise: "Ranking, open places: at least half of what is ticked is right",
      measured: share(ticked),
      isMet: ticked >= 0.5,
    },
    {
      promise: "Ranking, open places: what is ticked is right at least 3 times as often as what looks alike",
      measured: `${(ticked / base).toFixed(1)} times`,
      isMet: ticked >= 3 * base,
    },
    {
      promise: "Ranking, open places: at least .60 of what people extend is shown",
      measured: share(reached),
      isMet: reached >= 0.6,
    },
  ];
}
