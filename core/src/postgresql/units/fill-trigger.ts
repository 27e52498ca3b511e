import { notTheValuesFault } from "../../dialect/db/value-fault.js";
import type { Fill } from "../../model/fill.js";
import { isSameTable, type TableName } from "../../model/names.js";
import type { UnitColumn } from "../../model/plan.js";
import { printable } from "../../sql/printable.js";
import { closed } from "../../sql/unit-words.js";
import {
  dollarQuote,
  qualified,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  regclassLiteral,
  scaffoldNames,
} from "../quote.js";
import { differs } from "../read/differs.js";
import { statedSettingsOfFunction } from "../stated-settings.js";
import { childrenOf, type Locked } from "./block.js";

/**
 * The trigger that fills a column, and its function. One per column, not per table: each column of a plan can be proved, enforced and
 * undone without rewriting what the others need, and names only depend on the column.
 *
 * It fills new rows, and restores a value that an UPDATE clears. It leaves a row without a value to the backfill: filling it here would add
 * work to UPDATEs of other columns.
 *
 * It never makes a statement fail: the column stays NULL if a value cannot be computed, does not fit, or would violate a constraint that
 * the change adds. The backfill handles such rows, and the gate lists them.
 * @returns complete lines, or nothing for a column that SQL cannot fill
 */
export function createFillTrigger(locked: Locked, column: UnitColumn): string {
  const { table, hasChildren } = locked;
  if (!column.fill) return "";
  const names = scaffoldNames(table, column.name);
  const fillFunction = qualified(table.schema, names.function);
  const trigger = quoteIdentifier(names.trigger);
  const looksUp = whyRefused(locked, column).lookUps.length > 0;
  // User-defined functions resolve by the search path of the deploying session, not of the session that writes a row. Other sessions
  // compare a mirror with its source, so there a user's lower() must not shadow the built-in one either.
  const isBuiltinOnly = column.fill.isBuiltinOnly && insertValue(column, column.fill) === column.fill.newSql;
  const isOfWriter = isBuiltinOnly && column.fill.kind !== "mirror" && !looksUp;
  const settings = [
    isOfWriter ? "" : " SET search_path FROM CURRENT",
    // A cached plan from when the table was small would scan it for every row of a bulk load.
    looksUp ? " SET enable_seqscan TO off" : "",
    column.fill.dependsOnSession ? statedSettingsOfFunction : "",
  ].join("");
  // A column of another table may have the name of a PL/pgSQL variable: `found`.
  const meaning = column.fill.lookUps === undefined ? "" : "#variable_conflict use_column\n";
  const body = dollarQuote(
    `${meaning}BEGIN\n${assignment(locked, column, column.fill)}      RETURN NEW;\n    END`,
    "fill",
  );
  return `    CREATE OR REPLACE FUNCTION ${fillFunction}() RETURNS trigger LANGUAGE plpgsql${settings} AS ${body};
    DROP TRIGGER IF EXISTS ${trigger} ON ${quoteTable(table)};
    CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE ON ${quoteTable(table)} FOR EACH ROW EXECUTE FUNCTION ${fillFunction}();
${hasChildren ? onChildren(table, `FOR child IN ${childrenOf(table)}`, createOn(trigger, fillFunction)) : ""}`;
}

/** Rows written to an inheriting table only fire its own triggers. */
function onChildren(table: TableName, loop: string, run: string): string {
  const body = `DECLARE child regclass; BEGIN  -- triggers of ${printable(quoteTable(table))} do not fire for rows of the tables that inherit from it
      ${loop} LOOP
        EXECUTE ${run};
      END LOOP;
    END `;
  return `    DO ${dollarQuote(body, "each")};\n`;
}

function createOn(trigger: string, fillFunction: string): string {
  const statements =
    "DROP TRIGGER IF EXISTS %1$s ON %2$s; CREATE TRIGGER %1$s BEFORE INSERT OR UPDATE ON %2$s FOR EACH ROW EXECUTE FUNCTION %3$s()";
  return `format(${quoteLiteral(statements)}, ${quoteLiteral(trigger)}, child, ${quoteLiteral(fillFunction)})`;
}

/** Drops both. Can run twice. */
export function dropFillTrigger({ table, hasChildren }: Locked, column: UnitColumn): string {
  if (!column.fill) return "";
  const names = scaffoldNames(table, column.name);
  const trigger = quoteIdentifier(names.trigger);
  // On every table whose trigger calls our function, including tables that no longer inherit.
  const calls = `tgfoid = to_regprocedure(${quoteLiteral(`${qualified(table.schema, names.function)}()`)})`;
  const drop = `format('DROP TRIGGER %s ON %s', ${quoteLiteral(trigger)}, child)`;
  const each = onChildren(table, `FOR child IN SELECT tgrelid::regclass FROM pg_trigger WHERE ${calls}`, drop);
  return `${hasChildren ? each : ""}    DROP TRIGGER IF EXISTS ${trigger} ON ${quoteTable(table)};
    DROP FUNCTION IF EXISTS ${qualified(table.schema, names.function)}();
`;
}

/** The value of a new row with an explicit NULL: the model's own default if it has one. */
function insertValue(column: UnitColumn, fill: Fill): string {
  return column.laterDefaultSql ?? fill.newSql;
}

function assignment(locked: Locked, column: UnitColumn, fill: Fill): string {
  const name = `NEW.${quoteIdentifier(column.name)}`;
  // Nested IFs: OLD is only read for an UPDATE, whatever the evaluation order of a condition.
  const head = `      IF TG_OP = 'UPDATE' THEN
        IF OLD.${quoteIdentifier(column.name)} IS NULL THEN RETURN NEW; END IF;  -- not filled yet: left to the backfill
${fill.kind === "mirror" ? following(column, fill) : ""}${givingWay(locked, column, fill)}      END IF;
`;
  if (column.constraints?.hasOther)
    return `${head}      -- A new ${name} is left to the backfill: the change builds what may refuse a value, and nothing here can tell which.
`;
  const insert = insertValue(column, fill);
  const give =
    insert === fill.newSql
      ? `        ${name} := ${closed(fill.newSql)};
`
      : `        IF TG_OP = 'UPDATE' THEN ${name} := ${closed(fill.newSql)}; END IF;  -- a row that exists: the value that rows like it got
        IF ${name} IS NULL THEN ${name} := ${closed(insert)}; END IF;
`;
  return `${head}      IF ${name} IS NOT NULL THEN RETURN NEW; END IF;
      BEGIN
${give}${refusing(locked, column)}      EXCEPTION
        ${notItsFault} THEN RAISE;  -- not the value's fault
        WHEN OTHERS OR assert_failure THEN ${name} := NULL;  -- cannot be computed or stored: left to the backfill, so that this statement cannot fail
      END;
`;
}

/** The statement fails as it would without the trigger. */
const notItsFault = `WHEN ${notTheValuesFault}`;

/** Clears a value that would violate a constraint that the change adds. */
function refusing(locked: Locked, column: UnitColumn): string {
  const name = `NEW.${quoteIdentifier(column.name)}`;
  const { tooLong, lookUps, decidedBy } = whyRefused(locked, column);
  const row = (prefix: string) => `ROW(${decidedBy.map((each) => prefix + quoteIdentifier(each)).join(", ")})`;
  return [
    ...tooLong.map(
      (condition) =>
        `        IF ${condition} THEN ${name} := NULL; RETURN NEW; END IF;  -- longer than its index takes\n`,
    ),
    ...(lookUps.length === 0
      ? []
      : [
          `        IF ${name} IS NULL THEN RETURN NEW; END IF;
        IF TG_OP = 'UPDATE' THEN
          IF ${row("NEW.")} IS NOT DISTINCT FROM ${row("OLD.")} THEN RETURN NEW; END IF;  -- the row has had it before
        END IF;
`,
        ]),
    ...lookUps.map(
      ({ condition, comment }) => `        IF ${condition} THEN ${name} := NULL; RETURN NEW; END IF;  -- ${comment}\n`,
    ),
  ].join("");
}

/**
 * A key includes columns that the application writes. If an UPDATE of them makes two rows equal, a value that came from the fill is
 * cleared.
 */
function givingWay(locked: Locked, column: UnitColumn, fill: Fill): string {
  const name = quoteIdentifier(column.name);
  const { lookUps, decidedBy } = whyRefused(locked, column);
  const others = decidedBy.filter((each) => each !== column.name).map(quoteIdentifier);
  if (others.length === 0) return "";
  const row = (prefix: string) => `ROW(${others.map((each) => prefix + each).join(", ")})`;
  return `        IF NEW.${name} IS NOT DISTINCT FROM OLD.${name} AND ${row("NEW.")} IS DISTINCT FROM ${row("OLD.")} THEN
          BEGIN
            IF OLD.${name} IS NOT DISTINCT FROM CAST(${closed(fill.oldSql)} AS ${column.type}) AND (${lookUps.map(({ condition }) => `(${condition})`).join(" OR ")}) THEN
              NEW.${name} := NULL; RETURN NEW;  -- left to the backfill
            END IF;
          EXCEPTION
            ${notItsFault} THEN RAISE;
            WHEN OTHERS OR assert_failure THEN NULL;  -- no value came from this row: somebody chose the one that is there
          END;
        END IF;
`;
}

interface WhyRefused {
  /** Conditions over NEW: a row of this length fits on no index page. */
  readonly tooLong: readonly string[];
  readonly lookUps: readonly { readonly condition: string; readonly comment: string }[];
  /** The columns that the lookups depend on. */
  readonly decidedBy: readonly string[];
}

function whyRefused({ table, hasChildren }: Locked, { type, constraints }: UnitColumn): WhyRefused {
  const { indexes = [], foreignKeys = [], hasOther } = constraints ?? {};
  if (hasOther) return { tooLong: [], lookUps: [], decidedBy: [] };
  const unique = indexes.filter(({ isUnique }) => isUnique);
  const own = regclassLiteral(table);
  const isSame = (columns: readonly string[], others: readonly string[]) =>
    columns.map((each, at) => `r.${quoteIdentifier(others[at] ?? each)} = NEW.${quoteIdentifier(each)}`).join(" AND ");
  // A row may reference itself before it exists.
  const row = (columns: readonly string[]) =>
    `ROW(${columns.map((each) => `NEW.${quoteIdentifier(each)}`).join(", ")})`;
  return {
    tooLong: hasFixedLength(type)
      ? []
      : indexes.map(
          ({ columns }) =>
            `pg_column_size(ROW(${columns.map((each) => `NEW.${quoteIdentifier(each)}`).join(", ")})) > ${indexRowBytes}`,
        ),
    lookUps: [
      ...unique.map(({ name, columns }) => ({
        // Before the index is built, a lookup would scan the table, and a duplicate value would make the build fail.
        // Rows that a policy hides cannot be looked up. Rows of inheriting tables are not in this table's index.
        condition: `${hasChildren ? `TG_RELID = ${own}::regclass AND ` : ""}((SELECT indisvalid FROM pg_catalog.pg_index WHERE indexrelid = ${quoteLiteral(qualified(table.schema, name))}::regclass) IS NOT TRUE
            OR row_security_active(${own}::regclass) OR EXISTS (SELECT FROM ${hasChildren ? "ONLY " : ""}${quoteTable(table)} r WHERE ${isSame(columns, columns)}))`,
        comment: "its unique index is not built yet, or another row has the value",
      })),
      ...foreignKeys.map(({ columns, references, referencedColumns }) => ({
        condition: `${columns.map((each) => `NEW.${quoteIdentifier(each)} IS NOT NULL AND `).join("")}NOT EXISTS (SELECT FROM ${quoteTable(references)} r WHERE ${isSame(columns, referencedColumns)})${isSameTable(references, table) ? ` AND ${row(columns)} IS DISTINCT FROM ${row(referencedColumns)}` : ""}`,
        comment: `it references no row of ${printable(quoteTable(references))}`,
      })),
    ],
    decidedBy: [...new Set([...unique, ...foreignKeys].flatMap(({ columns }) => columns))],
  };
}

/** An index entry has at most a third of a page, 2704 bytes. A measured row includes 16 more for its header. */
const indexRowBytes = 2700;

function hasFixedLength(type: string): boolean {
  return /^(smallint|integer|bigint|real|double precision|boolean|uuid|date|oid|time|timestamp|interval)\b(?!.*\[)/.test(
    type,
  );
}

/** The addition for a mirror: an UPDATE of the source also updates the value. */
function following(column: UnitColumn, fill: Fill): string {
  const name = quoteIdentifier(column.name);
  const over = (row: string) => `ROW(${fill.reads.map((source) => `${row}.${quoteIdentifier(source)}`).join(", ")})`;
  // Byte by byte: a source may have a type without equality (json, xml, point), and the text of a float depends on the session.
  const changed = fill.reads.length === 0 ? "false" : `pg_catalog.record_image_ne(${over("NEW")}, ${over("OLD")})`;
  // Cast to the column's type, as the value is stored: 3.14 becomes 3 in an integer, and still follows its source.
  const followed = `CAST(${closed(fill.oldSql)} AS ${column.type})`;
  return `        BEGIN
          IF ${changed}
              AND NOT (${differs(`NEW.${name}`, `OLD.${name}`, column.type)}) AND NOT (${differs(`OLD.${name}`, followed, column.type)}) THEN
            NEW.${name} := NULL;  -- the value still followed the source and the code did not choose another one: computed anew
          END IF;
        EXCEPTION
          ${notItsFault} THEN RAISE;
          WHEN OTHERS OR assert_failure THEN NULL;  -- no value came from this source: somebody chose the one that is there
        END;
`;
}
