/** What the command line of `migration:generate` says, as far as Lockstep has to know it before the CLI acts. */
export interface CommandLine {
  /** As it was typed. */
  readonly typed: string;
  /** `--check` or `--dryrun`: nothing is written. */
  readonly isDry: boolean;
  /** The file of the data source, as it was typed. */
  readonly dataSource: string | undefined;
}

/** Reads it; undefined where something else has called the command (a script): then nothing is known. */
export function readCommandLine(args: readonly string[]): CommandLine | undefined {
  if (!args.includes("migration:generate")) return undefined;
  return {
    typed: ["typeorm", ...args].join(" "),
    isDry: isSet(args, ["--check", "--ch"]) || isSet(args, ["--dryrun", "--dr"]),
    dataSource: textAfter(args, ["--dataSource", "--data-source", "-d"]),
  };
}

/** As yargs reads it: `--check`, `--check=true`, `--check false`, `--no-check`; the last one counts. */
function isSet(args: readonly string[], names: readonly string[]): boolean {
  let value = false;
  for (const [index, arg] of args.entries()) {
    const [name = "", given] = arg.split("=", 2);
    if (names.includes(name)) value = (given ?? args[index + 1]) !== "false";
    else if (names.includes(name.replace(/^--no-/, "--"))) value = given === "false";
  }
  return value;
}

function textAfter(args: readonly string[], names: readonly string[]): string | undefined {
  let value: string | undefined;
  for (const [index, arg] of args.entries()) {
    const [name = "", ...rest] = arg.split("=");
    if (names.includes(name)) value = rest.length > 0 ? rest.join("=") : args[index + 1];
  }
  return value;
}
