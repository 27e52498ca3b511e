import type { Connection } from "../dialect/connection.js";
import type { TableFacts } from "../dialect/table.js";
import type { CheckFinding } from "../lint/finding.js";
import { flattened, nameKey, operationsOfKind, slowConcerns, smallTable, tableLabel } from "../model/index.js";
import { migrationOf } from "../plan/migration-of.js";
import { consequence } from "../review/check/messages.js";
import { counted } from "../review/counted.js";
import type { OwnMigration } from "../sql/verdicts/new-defaults.js";
import { readTable } from "../target/facts/table.js";
import { confirm, readEvidence } from "../target/ledger/evidence.js";
import { confirmedNames, type Invocation, textOption } from "./command.js";
import type { OwnMigrations } from "./own-migrations.js";
import type { Target } from "./targets.js";
import { confirming, whoConfirms } from "./who.js";

/** `--confirm` name that accepts statements in the user's own migrations that block reads or writes. */
export const waitsAccepted = "waits-accepted";

/** Statements in the user's own pending migrations that would block the application on a target. */
export interface Waits {
  /** Statements not yet accepted, one sentence each. */
  readonly open: readonly string[];
  /** The command that accepts them. Absent if `open` is empty. */
  readonly help?: string;
}

/** A statement that blocks the application's access to a table with many rows. */
interface Wait {
  readonly finding: CheckFinding;
  readonly facts: TableFacts;
  readonly statement: string;
}

/**
 * Stops a deployment if the user's own pending migrations block reads or writes of a table that has many rows on this target. A person
 * accepts them with `--confirm waits-accepted` or on a terminal. The target's ledger records the acceptance for the exact statement.
 *
 * @throws LS7001, LS7002
 */
export async function askWaits(request: {
  readonly invocation: Invocation;
  readonly target: Target;
  readonly connection: Connection;
  readonly own: OwnMigrations;
}): Promise<Waits> {
  const { invocation, target, connection, own } = request;
  const { io } = invocation;
  const warn = (text: string) => io.err(`  ${io.colors.yellow("!")} ${target.name}: ${text}`);
  for (const each of own.unread) warn(each);
  const waits = await waitsOf(own, connection);
  const isConfirmed = confirmedNames(invocation).includes(waitsAccepted);
  const open: Wait[] = [];
  for (const wait of waits) {
    if (isConfirmed) await accept(wait, request);
    else if ((await readEvidence(connection, keyOf(wait))) === undefined) {
      open.push(wait);
      continue;
    }
    warn(`${wait.statement} (accepted)`);
  }
  const [first] = open;
  if (first === undefined) return { open: [] };
  // Do not prompt for each of five hundred targets.
  if (io.isInteractive && target.group === undefined) {
    for (const { statement } of open) warn(statement);
    if (await io.confirm(`${target.name}: may the application wait that long?`)) {
      for (const wait of open) await accept(wait, request);
      return { open: [] };
    }
  }
  const rules = [...new Set(open.map(({ finding }) => finding.rule))];
  return {
    open: open.map(({ statement }) => statement),
    help: [
      ...rules.map((rule) => `npx lockstep explain ${rule}   # shows the safe way`),
      confirming(
        `npx lockstep deploy --target ${target.name} --confirm ${waitsAccepted}`,
        io,
        "if the application may wait that long",
      ),
    ].join("\n       "),
  };
}

async function waitsOf({ findings, migrations }: OwnMigrations, connection: Connection): Promise<readonly Wait[]> {
  const known = new Map<string, TableFacts | undefined>();
  const waits: Wait[] = [];
  for (const finding of findings) {
    if (finding.severity !== "error" || finding.verdict === undefined) continue;
    for (const concern of slowConcerns(finding.verdict)) {
      const { table } = concern;
      const key = nameKey(table);
      if (!known.has(key)) known.set(key, await readTable(connection, table));
      const facts = known.get(key);
      if (facts === undefined || (facts.rowEstimate <= smallTable.rows && facts.sizeBytes <= smallTable.bytes))
        continue;
      if (concern.kind === "rewrites" && concern.why === "default" && (await isStored(finding, migrations, connection)))
        continue;
      const sql = finding.sql.replace(/\s+/g, " ");
      const rows = counted(facts.rowEstimate, "row");
      const statement = `${finding.file}:${finding.line} ${sql} — ${consequence(finding)}; "${tableLabel(table)}" has about ${rows}`;
      waits.push({ finding, facts, statement });
      break;
    }
  }
  return waits;
}

/** Whether the target evaluates a default once for all rows. That depends on the functions called, not on the statement alone. */
async function isStored(
  { file, line, sql }: CheckFinding,
  migrations: readonly OwnMigration[],
  connection: Connection,
): Promise<boolean> {
  const own = migrations.filter(({ name }) => name === migrationOf(file)).flatMap(({ operations }) => operations);
  const added = operationsOfKind(flattened(own), "addColumn").find((each) => each.line === line && each.sql === sql);
  if (added === undefined) return false;
  const { isRewrittenFor } = connection.dialect.live.development;
  return (await isRewrittenFor(connection, added.table, added.column)) === false;
}

/** The fingerprint is part of the key: a changed statement needs a new acceptance. */
function keyOf({ finding, facts }: Wait) {
  const { file, fingerprint } = finding;
  return { plan: migrationOf(file), gate: `${waitsAccepted} ${fingerprint}`, table: facts, column: "" };
}

async function accept(wait: Wait, { connection, invocation }: { connection: Connection; invocation: Invocation }) {
  await confirm(connection, keyOf(wait), whoConfirms(invocation), textOption(invocation, "note"));
}
