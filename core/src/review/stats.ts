import { sizeText } from "../backfill/run-option.js";
import { type Stats, statsFile } from "../dialect/stats/stats-file.js";
import type { Colors } from "./colors.js";
import { columns } from "./columns.js";
import { counted } from "./counted.js";

/** The largest tables, one per line. */
const shown = 5;

const lacks: Readonly<Record<Stats["blind"][number]["what"], string>> = {
  statements: "Statements were not read",
  columns: "The distribution of some values is unknown",
  replicas: "Replicas were not counted",
};

/** The saved statistics of a target, and what could not be read. */
export function statsText({ target, server, tables, statements, blind }: Stats, colors: Colors): string {
  const largest = tables.toSorted((a, b) => b.rows - a.rows).slice(0, shown);
  const replicas = server.replicas === undefined ? "" : `, ${counted(server.replicas, "replica")}`;
  return [
    `${colors.bold(target)}: ${server.version}${replicas}, ${counted(tables.length, "table")}, ${counted(statements.length, "statement")}`,
    columns(
      largest.map(({ name, rows, bytes, indexBytes }) => [
        name,
        `${counted(rows, "row")}`,
        colors.dim(sizeText(bytes + indexBytes)),
      ]),
    ),
    ...blind.map(({ what, reason }) => `  ${colors.yellow("!")} ${lacks[what]}: ${reason}`),
    `${colors.green("✔")} ${statsFile} written: sizes, shares and counts. Its only values of rows are the least and greatest integer keys`,
  ].join("\n");
}
