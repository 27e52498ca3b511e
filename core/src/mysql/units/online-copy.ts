import type { SpecOf, UnitText } from "../../dialect/units.js";
import { leftToTool, smallTable } from "../../model/unit-spec.js";
import { takes } from "../../sql/unit-words.js";
import { procedureName, quoteIdentifier, quoteName, quoteTable, quoteText } from "../quote.js";
import { isTable } from "./column.js";
import { execute, type MysqlServer, type Program, signal, type UnitContext } from "./frame.js";
import { probe } from "./probe.js";

type OnlineCopySpec = SpecOf<"online-copy">;

/**
 * Does nothing if the table already matches. Changes it directly if it is small, or online if this server can. Otherwise stops without a
 * change, because a tool has to copy the table.
 */
export function onlineCopy(spec: OnlineCopySpec, { plan, server }: UnitContext): Program {
  const { table } = spec;
  const alter = alterStatement(spec);
  // MySQL truncates a message after 128 characters.
  const refused = `${leftToTool} ${plan} (a copy of ${quoteTable(table)} would stop every write)`;
  return {
    tables: [table],
    change: `        BEGIN  -- the same change to an empty table of the same definition tells whether there is anything left to do
          DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN
            ${dropDraft(spec)};
            RESIGNAL;
          END;
${draftSteps(spec).map(linesOf).join("")}          SELECT count(*) INTO found FROM (${differences(spec, server)}) d;
          ${dropDraft(spec)};
        END;
        IF found > 0 THEN
${probe(table, server)}          SELECT count(*) INTO many FROM (SELECT 1 FROM ${quoteTable(table)} LIMIT ${smallTable.rows + 1}) few;
          IF many <= ${smallTable.rows} AND (SELECT coalesce(max(DATA_LENGTH), 0) FROM information_schema.TABLES WHERE ${isTable(table)}) <= ${smallTable.bytes} THEN
          ${execute(quoteText(alter)).trimStart()}          ELSE
            BEGIN
              DECLARE EXIT HANDLER FOR 1845, 1846 BEGIN
                SET message = ${quoteText(refused)};
                ${signal(server)}
              END;
            ${execute(quoteText(`${alter}, LOCK=NONE`)).trimStart()}            END;
          END IF;
        END IF;
`,
  };
}

/** The empty draft table on which the change is tried. */
function draftOf({ table, changes }: OnlineCopySpec) {
  return { ...table, name: procedureName("draft", table.name, JSON.stringify(changes)) };
}

export function dropDraft(spec: OnlineCopySpec): string {
  return `DROP TABLE IF EXISTS ${quoteTable(draftOf(spec))}`;
}

/** A statement on the draft. */
interface DraftStep {
  readonly sql: string;
  /** The step runs only if this query finds a row, or finds none. */
  readonly when?: { readonly query: string; readonly finds: boolean };
  /** The object it drops may be missing: 1091. */
  readonly mayBeGone?: true;
}

/** Creates the draft and applies the changes to it. First drops what they add. */
export function draftSteps(spec: OnlineCopySpec): readonly DraftStep[] {
  const draft = draftOf(spec);
  const alter = (clause: string) => `ALTER TABLE ${quoteTable(draft)} ${clause}`;
  return [
    { sql: dropDraft(spec) },
    { sql: `CREATE TABLE ${quoteTable(draft)} LIKE ${quoteTable(spec.table)}` },
    ...spec.changes.flatMap(({ clause, adds }): DraftStep[] => {
      const checked = (name: string) =>
        `SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE ${isTable(spec.table)} AND CONSTRAINT_NAME = ${name}`;
      // In MySQL, check names are unique in a database, so the draft's check has another name. The query looks for the check on the table
      // instead.
      const [, dropped] = /^DROP\s+(?:CONSTRAINT|CHECK)\s+(`(?:[^`]|``)+`|[^\s`,]+)$/i.exec(clause.trim()) ?? [];
      if (dropped !== undefined) {
        const name = dropped.startsWith("`") ? dropped.slice(1, -1).replaceAll("``", "`") : dropped;
        const query = `${checked(quoteName(name))} AND CONSTRAINT_TYPE = 'CHECK'`;
        return [{ sql: alter("ADD CHECK (1 = 1)"), when: { query, finds: true } }];
      }
      if (adds === undefined) return [{ sql: alter(clause), mayBeGone: true }];
      const { kind, name } = adds;
      if (kind === "check") {
        const unnamed = clause.replace(/^ADD\s+CONSTRAINT\s+(?:`(?:[^`]|``)+`|[^\s`]+)\s+CHECK/i, "ADD CHECK");
        return [{ sql: alter(unnamed), when: { query: checked(quoteName(name)), finds: false } }];
      }
      const [from, column] = kind === "column" ? ["COLUMNS", "COLUMN_NAME"] : ["STATISTICS", "INDEX_NAME"];
      const query = `SELECT 1 FROM information_schema.${from} WHERE ${isTable(draft)} AND ${column} = ${quoteName(name)}`;
      const drop = alter(`DROP ${kind.toUpperCase()} ${quoteIdentifier(name)}`);
      return [{ sql: drop, when: { query, finds: true } }, { sql: alter(clause) }];
    }),
  ];
}

function linesOf({ sql, when, mayBeGone }: DraftStep): string {
  const lines = execute(quoteText(sql));
  if (when !== undefined)
    return `          IF ${when.finds ? "" : "NOT "}EXISTS (${when.query}) THEN\n${lines}          END IF;\n`;
  if (mayBeGone === undefined) return lines;
  return `          BEGIN\n            DECLARE CONTINUE HANDLER FOR 1091 BEGIN END;  -- it is gone already\n${lines}          END;\n`;
}

/** A query that returns a row for each difference between the two tables. Ignores positions and foreign keys, which the draft lacks. */
export function differences(spec: OnlineCopySpec, server: MysqlServer): string {
  const draft = draftOf(spec);
  const either = `(${isTable(spec.table)} OR ${isTable(draft)})`;
  const side = (name: string) => `IF(${name} = ${quoteName(draft.name)}, 1, -1) AS side`;
  const parts = (kind: string, of: string, names: string) =>
    `SELECT ${side("TABLE_NAME")}, SHA2(JSON_ARRAY('${kind}', ${names}), 256) AS part FROM information_schema.${of} WHERE ${either}`;
  const checks =
    server === "mariadb"
      ? `SELECT ${side("TABLE_NAME")}, SHA2(JSON_ARRAY('check', CHECK_CLAUSE), 256) AS part FROM information_schema.CHECK_CONSTRAINTS WHERE ${either.replaceAll("TABLE_SCHEMA", "CONSTRAINT_SCHEMA")}`
      : `SELECT ${side("TABLE_NAME")}, SHA2(JSON_ARRAY('check', CHECK_CLAUSE, ENFORCED), 256) AS part FROM information_schema.TABLE_CONSTRAINTS JOIN information_schema.CHECK_CONSTRAINTS USING (CONSTRAINT_SCHEMA, CONSTRAINT_NAME) WHERE CONSTRAINT_TYPE = 'CHECK' AND ${either}`;
  const all = [
    parts("table", "TABLES", "ENGINE, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT"),
    parts(
      "column",
      "COLUMNS",
      "COLUMN_NAME, COLUMN_DEFAULT, IS_NULLABLE, COLUMN_TYPE, COLLATION_NAME, EXTRA, COLUMN_COMMENT, GENERATION_EXPRESSION",
    ),
    parts("index", "STATISTICS", "INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME, SUB_PART, COLLATION, INDEX_TYPE"),
    checks,
  ];
  return `SELECT part FROM (${all.join(" UNION ALL ")}) p GROUP BY part HAVING sum(side) <> 0`;
}

/** `` ALTER TABLE `order` ADD …, MODIFY … `` */
export function alterStatement({ table, changes }: OnlineCopySpec): string {
  return `ALTER TABLE ${quoteTable(table)} ${changes.map(({ clause }) => clause).join(", ")}`;
}

/** The copy that reverts the changes; undefined: a change has no known inverse. */
export function onlineCopyBack({ table, changes }: OnlineCopySpec): OnlineCopySpec | undefined {
  const back = changes.flatMap((change) => (change.back === undefined ? [] : [{ clause: change.back }]));
  return back.length === changes.length ? { kind: "online-copy", table, changes: back.reverse() } : undefined;
}

export function describeOnlineCopy(spec: OnlineCopySpec): UnitText {
  const back = onlineCopyBack(spec);
  return {
    title: `Change ${quoteTable(spec.table)} at once if it is small; otherwise check that npx lockstep online run has changed it`,
    ddl: alterStatement(spec),
    verdict: takes("SHARE UPDATE EXCLUSIVE", "rewrite", spec.table),
    undo:
      back === undefined
        ? "none that is known: a new migration of the ORM"
        : `${alterStatement(back)}, in the same way`,
  };
}
