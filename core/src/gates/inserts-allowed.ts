import type { DefaultTrial } from "../dialects/access.js";
import { readTable } from "../facts/table.js";
import { readEvidence } from "../ledger/evidence.js";
import { momentText } from "../model/moment.js";
import { isSameTable, tableLabel } from "../model/names.js";
import { sessionValueIn } from "../sql/session-value.js";
import type { Gate, GateAnswer } from "./gate.js";

/**
 * An INSERT of running code, which omits the column, evaluates its default in a session and with a role of the application's own.
 * Asked before expand: the default is tried with each role that may insert. Where it fails only the team can tell whether every
 * session sets what it lacks.
 */
const ask: Gate["ask"] = async ({ gate, table, column }, { plan, evidence = plan, target, connection, columns }) => {
  const planned = columns.find((each) => each.name === column && isSameTable(each.table, table));
  const { tryDefault } = await connection.dialect.access();
  const facts = await readTable(connection, table);
  const name = `"${tableLabel(table)}"."${column}"`;
  if (planned?.defaultSql === undefined || facts === undefined)
    return { gate, isOpen: true, statement: `No running code inserts into ${name} on ${target} yet` };
  const what = `the default of ${name}, ${planned.defaultSql},`;
  const { type, defaultSql } = planned;
  const trial = await tryDefault(connection, table, { type, defaultSql });
  const trouble = troubleOf(trial);
  if (trouble === undefined) return { gate, isOpen: true, statement: openStatement(what, trial, target) };
  const said = await readEvidence(connection, { plan: evidence, gate, table: facts, column });
  const about: Pick<GateAnswer, "gate" | "subject"> = { gate, subject: name };
  if (said !== undefined)
    return {
      ...about,
      isOpen: true,
      statement: `${said.who} confirmed on ${momentText(said.at)} for ${target} that every session that inserts can evaluate ${what.slice(0, -1)}`,
    };
  return {
    ...about,
    isOpen: false,
    statement: `On ${target} ${what} ${trouble}. INSERTs of running code omit the column, so they would fail`,
    needsConfirmation: true,
    unconfirmed: `every session that inserts into "${tableLabel(table)}" can evaluate ${defaultSql}`,
    otherwise:
      sessionValueIn(defaultSql) === undefined
        ? "otherwise grant what the message names, then deploy again"
        : `otherwise give the default a fallback, as in coalesce(current_setting('app.tenant', true), 'none'): npx lockstep abandon ${plan}, then change the model`,
  };
};

function troubleOf(trial: DefaultTrial): string | undefined {
  if (trial.kind === "untried") return trial.isMadeLater ? undefined : `could not be evaluated (${trial.why})`;
  if (trial.kind === "works") return undefined;
  const [{ role, message } = { role: "", message: "" }, ...more] = trial.refusals;
  return `fails in a plain session of ${role}${more.length === 0 ? "" : ` and ${more.length} more`}: ${message}`;
}

function openStatement(what: string, trial: DefaultTrial, target: string): string {
  const [first = "", ...rest] = what;
  const capital = first.toUpperCase() + rest.join("");
  if (trial.kind === "untried") return `${capital} names what this deployment makes on ${target} (${trial.why})`;
  const roles = trial.kind === "works" && trial.roles.length > 0 ? ` for ${trial.roles.join(", ")}` : "";
  return `${capital} works in a plain session${roles} on ${target}`;
}

export default { isConfirmed: true, ask } satisfies Gate;
