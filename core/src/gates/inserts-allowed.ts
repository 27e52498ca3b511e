import { type DefaultTrial, type TriedDefault, triedDefault } from "../dialect/access.js";
import { momentText } from "../model/moment.js";
import { isSameTable, tableLabel } from "../model/names.js";
import { sessionValueIn } from "../sql/session-value.js";
import { readTable } from "../target/facts/table.js";
import { readEvidence } from "../target/ledger/evidence.js";
import type { Gate, GateAbout, GateAnswer } from "./gate.js";

/**
 * An INSERT by running code omits the column, so its default is evaluated in the application's own session and role. For existing rows, the
 * migration evaluates a default that comes with the column. This gate tests the default in these sessions before the migration runs. If it
 * fails, only the team can know whether every session sets what is missing.
 */
const ask: Gate["ask"] = async ({ gate, table, column }, facts) => {
  const { plan, evidence = plan, target, connection, columns, ownDefault, makers = [] } = facts;
  const planned = columns.find((each) => each.name === column && isSameTable(each.table, table));
  const tried: TriedDefault | undefined =
    ownDefault ?? (planned?.defaultSql === undefined ? undefined : triedDefault(planned));
  const found = await readTable(connection, table);
  const name = `"${tableLabel(table)}"."${column}"`;
  if (tried === undefined || found === undefined)
    return { gate, isOpen: true, statement: `No running code inserts into ${name} on ${target} yet` };
  const { defaultSql } = tried;
  const what = `the default of ${name}, ${defaultSql}${ownDefault === undefined ? "" : ` (${ownDefault.at})`},`;
  const { tryDefault } = await connection.dialect.ops.access();
  const trial = await tryDefault(connection, table, { ...tried, makers });
  const trouble = troubleOf(trial);
  if (trouble === undefined)
    return {
      gate,
      isOpen: true,
      statement: openStatement(what, trial, target),
      ...(trial.kind === "untried" && { isUntried: true }),
    };
  const about: Pick<GateAnswer, "gate" | "subject" | "needsConfirmation"> = {
    gate,
    subject: name,
    needsConfirmation: true,
  };
  const said = await readEvidence(connection, { plan: evidence, gate, table: found, column });
  if (said !== undefined)
    return {
      ...about,
      isOpen: true,
      statement: `${said.who} confirmed on ${momentText(said.at)} for ${target} that every session that inserts can evaluate ${what.slice(0, -1)}`,
    };
  const change = ownDefault === undefined ? `npx lockstep abandon ${plan}, then change the model` : ownDefault.at;
  return {
    ...about,
    isOpen: false,
    statement: `On ${target} ${what} ${trouble.said}`,
    unconfirmed: trouble.isOfInserts
      ? `every session that inserts into "${tableLabel(table)}" can evaluate ${defaultSql}`
      : `the session that migrates can evaluate ${defaultSql}`,
    otherwise:
      sessionValueIn(defaultSql) === undefined
        ? "otherwise correct what the message names, then deploy again"
        : `otherwise give the default a fallback, as in coalesce(current_setting('app.tenant', true), 'none'): ${change}`,
  };
};

function troubleOf(trial: DefaultTrial): { readonly said: string; readonly isOfInserts: boolean } | undefined {
  const inserts = "INSERTs of running code omit the column, so they would fail";
  if (trial.kind === "works") return undefined;
  if (trial.kind === "untried")
    return trial.isMadeLater
      ? undefined
      : { said: `could not be evaluated (${trial.why}). ${inserts}`, isOfInserts: true };
  const inserting = trial.refusals.filter(({ by }) => by.includes("insert"));
  const migrating = trial.refusals.find(({ by }) => by.includes("migration"));
  const [first = migrating, ...more] = inserting;
  const other = migrating === undefined || migrating.message === first?.message ? "" : ` (${migrating.message})`;
  const sentences = [
    `fails in a plain session of ${first?.role}${more.length === 0 ? "" : ` and ${more.length} more`}: ${first?.message}`,
    ...(inserting.length > 0 ? [inserts] : []),
    ...(migrating === undefined
      ? []
      : [`The migration evaluates it as ${migrating.role} for the rows that exist, so it would fail${other}`]),
  ];
  return { said: sentences.join(". "), isOfInserts: inserting.length > 0 };
}

function openStatement(what: string, trial: DefaultTrial, target: string): string {
  const [first = "", ...rest] = what;
  const capital = first.toUpperCase() + rest.join("");
  if (trial.kind === "untried") return `${capital} names what this deployment makes on ${target} (${trial.why})`;
  const roles = trial.kind === "works" && trial.roles.length > 0 ? ` for ${trial.roles.join(", ")}` : "";
  return `${capital} works in a plain session${roles} on ${target}`;
}

const about: GateAbout = {
  before: "expand, on PostgreSQL and MariaDB",
  opens: "every role that can insert can evaluate the default of the new column in a plain session",
  page: "[Deploying](deploying.md#defaults-that-an-insert-may-fail-to-evaluate)",
  command: "deploy",
};

export default { about, isConfirmed: true, ask } satisfies Gate;
