import { parseArgs } from "node:util";

import { type OrmId, orms } from "./orms/index.js";
import { systems } from "./systems/index.js";
import type { SystemId } from "./systems/system.js";

export interface Options {
  /** What the shop is built on. */
  readonly orm: OrmId;
  /** What it runs on. */
  readonly system: SystemId;
  /** Rows of the table that gets the column. */
  readonly users: number;
  /** Requests per second. */
  readonly rate: number;
  /** How long a state is looked at. */
  readonly lookMs: number;
  /** Where the numbers are written. */
  readonly json: string | undefined;
  /** Leave the temporary folder behind, to look at the project and the logs. */
  readonly keep: boolean;
}

export const usage = `npm run demo -- [options]

  --orm <name>        prisma or typeorm         (default prisma)
  --db <name>         postgresql or mariadb     (default postgresql; mariadb with typeorm)
  --users <rows>   users in production        (default 200000)
  --rate <n>       requests per second        (default 150)
  --look <ms>         time for each state       (default 3000)
  --json <file>    also write the numbers to a file
  --keep           leave the project and the logs behind
`;

/** @throws with a sentence for the user when an option is unknown or not a number */
export function readOptions(argv: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      orm: { type: "string", default: "prisma" },
      db: { type: "string", default: "postgresql" },
      users: { type: "string", default: "200000" },
      rate: { type: "string", default: "150" },
      look: { type: "string", default: "3000" },
      json: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const [orm, system] = [ormNamed(values.orm), systemNamed(values.db)];
  if (orm === "prisma" && system === "mariadb")
    throw new Error(
      "--db mariadb takes --orm typeorm: Prisma's engine for it is a download that this story does without",
    );
  return {
    orm,
    system,
    users: wholeNumber("--users", values.users, 1_000),
    rate: wholeNumber("--rate", values.rate, 10),
    lookMs: wholeNumber("--look", values.look, 500),
    json: values.json,
    keep: values.keep,
  };
}

function ormNamed(name: string): OrmId {
  if (name in orms) return name as OrmId;
  throw new Error(`--orm takes one of ${Object.keys(orms).join(", ")}`);
}

function systemNamed(name: string): SystemId {
  if (name in systems) return name as SystemId;
  throw new Error(`--db takes one of ${Object.keys(systems).join(", ")}`);
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isInteger(value) || value < least) throw new Error(`${flag} takes a whole number of at least ${least}`);
  return value;
}
