import { parseArgs } from "node:util";

export interface Options {
  /** Rows of the table that gets the column. */
  readonly users: number;
  /** Requests per second. */
  readonly rate: number;
  /** Where the numbers are written. */
  readonly json: string | undefined;
  /** Leave the temporary folder behind, to look at the project and the logs. */
  readonly keep: boolean;
}

export const usage = `npm run demo -- [options]

  --users <rows>   users in production        (default 200000)
  --rate <n>       requests per second        (default 150)
  --json <file>    also write the numbers to a file
  --keep           leave the project and the logs behind
`;

/** @throws with a sentence for the user when an option is unknown or not a number */
export function readOptions(argv: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      users: { type: "string", default: "200000" },
      rate: { type: "string", default: "150" },
      json: { type: "string" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  return {
    users: wholeNumber("--users", values.users, 1_000),
    rate: wholeNumber("--rate", values.rate, 10),
    json: values.json,
    keep: values.keep,
  };
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isInteger(value) || value < least) throw new Error(`${flag} takes a whole number of at least ${least}`);
  return value;
}
