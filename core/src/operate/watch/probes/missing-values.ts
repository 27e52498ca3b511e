import type { Connection } from "../../../dialect/connection.js";
import { errorCode } from "../../../dialect/db/retry.js";
import { isSameLedgerTable } from "../../../dialect/ledger-store.js";
import { updatedSince } from "../../../gates/updated-since.js";
import type { GateStep } from "../../../model/index.js";
import { tableLabel } from "../../../model/names.js";
import { readTable } from "../../../target/facts/table.js";
import { readBackfills } from "../../../target/ledger/backfills.js";
import { defineProbe, type Point, type Seen, type WatchContext } from "./probe.js";

/** Counts up to here. */
const most = 10_000;
/** The maximum duration of one read, and the interval between reads as a multiple of it. */
const longestMs = 5000;
const restTimes = 20;

/** Rows without a value although all writers are confirmed to write the column: something else writes the table. */
export default defineProbe({
  id: "missing-values",
  summary: "rows without a value, after every writer was confirmed to write the column",
  start(context) {
    const steps = [...context.plan.gates.switch, ...context.plan.gates.contract].filter(
      ({ gate }) => gate === "no-missing-values",
    );
    const names = steps.map(nameOf);
    const probes = steps.filter((step, at) => names.indexOf(nameOf(step)) === at).map((step) => lookAt(step, context));
    return async (connection) => {
      if (probes.length === 0) return { points: [], needless: ["no column of the plan needs a value in every row"] };
      const seen: Seen[] = [];
      for (const probe of probes) seen.push(await probe(connection));
      return {
        points: seen.flatMap(({ points }) => points),
        blind: seen.flatMap(({ blind = [] }) => blind),
        needless: seen.flatMap(({ needless = [] }) => needless),
      };
    };
  },
});

const nameOf = ({ table, column }: GateStep) => `"${tableLabel(table)}"."${column}"`;

/** Finding no such row means reading the whole table: the longer that takes, the rarer the reads. */
function lookAt(step: GateStep, context: WatchContext): (connection: Connection) => Promise<Seen> {
  const { plan, clock, everyMs, evidence, services, writtenFrom } = context;
  const subject = nameOf(step);
  const timeoutMs = Math.min(longestMs, everyMs);
  let least: number | undefined;
  let nextMs = Number.NEGATIVE_INFINITY;
  let slow: Seen | undefined;
  const blind = (reason: string): Seen => ({ points: [], blind: [reason] });
  return async (connection) => {
    if (clock.now() < nextMs) return slow ?? { points: [] };
    slow = undefined;
    const startedMs = clock.now();
    try {
      const table = await readTable(connection, step.table, timeoutMs);
      const column = table?.columns.find(({ name }) => name === step.column);
      if (table === undefined || column === undefined) return blind(`${subject} does not exist yet`);
      if (!column.isNullable) return { points: [], needless: [`${subject} is NOT NULL`] };
      const isFilled = (await readBackfills(connection, plan.id)).some(
        (record) => !record.once && record.status === "done" && isSameLedgerTable(record.table, table),
      );
      if (!isFilled) return blind(`the backfill of ${subject} is not done, so rows may still lack a value`);
      const updated = await updatedSince(step, { connection, evidence, plan: plan.id, services, writtenFrom });
      if (updated === undefined) return blind(`nothing confirms that all running code writes ${subject}`);
      const { rows } = connection.dialect.live;
      const found = await rows.reading(connection, timeoutMs, () =>
        rows.missing(connection, table, step.column, { since: undefined, limit: most }),
      );
      nextMs = startedMs + restTimes * (clock.now() - startedMs);
      if (found === undefined) return blind(`Lockstep cannot determine which rows lack a value in ${subject}`);
      least = Math.min(least ?? found.count, found.count);
      if (least >= most) return blind(`more than ${most} rows lack a value in ${subject} already`);
      const point: Point = {
        measure: "missing-values",
        subject,
        value: found.count - least,
        former: { value: 0, factor: 1 },
        ...(found.sample === undefined ? {} : { detail: `for example ${found.sample}` }),
      };
      return { points: [point] };
    } catch (error) {
      if (errorCode(error) !== "57014" && errorCode(error) !== "55P03") throw error;
      nextMs = startedMs + restTimes * timeoutMs;
      slow = blind(
        `"${tableLabel(step.table)}" could not be read within ${timeoutMs / 1000} s; the next attempt is in ${(restTimes * timeoutMs) / 1000} s`,
      );
      return slow;
    }
  };
}
