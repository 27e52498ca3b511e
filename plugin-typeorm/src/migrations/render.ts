import type { MigrationContent, OrmQuery } from "@lockstep/core";
import { qualified, quoteLiteral, quoteTable, type UnitSpec } from "@lockstep/core";
import type { Flavour } from "../project.js";
import { type Language, languageOf } from "./language.js";
import { idleHolder, unitLock } from "./locks.js";
import { className } from "./names.js";
import { templateLiteral } from "./template.js";

export interface MigrationText {
  /** The stem of its file: `1763648123457-AddHandleCreateIndex`. */
  readonly name: string;
  readonly content: MigrationContent;
  readonly flavour: Flavour;
}

/**
 * The file of units that share it: a migration class with the statements that revert them. The same units give the same bytes.
 *
 * A file of ours commits any transaction that TypeORM has opened, runs outside of it, and opens one again: so it works in every
 * `migrationsTransactionMode` and on revert, also if the data source is not wrapped. The user's own statements stay as TypeORM wrote them,
 * unless they run in a frame.
 *
 * @example renderMigration({ name: "1763648123456-AddHandle", content, flavour: { language: "ts", module: "commonjs" } })
 */
export function renderMigration({ name, content, flavour }: MigrationText): string {
  const language = languageOf(flavour);
  const [{ spec }, ...others] = content.units;
  if (others.length > 0) {
    const statements = splitHeader(content.sql);
    return file(language, name, {
      comment: statements.header,
      transaction: ownTransaction(content),
      up: outside(run(statements.statement)),
      down: content.down.length === 0 ? "" : outside(content.down.map(run).join("")),
      helpers: [outsideTransaction(language)],
    });
  }
  if (spec.kind === "original" && spec.frame === undefined)
    return file(language, name, {
      comment: "",
      transaction: spec.transaction,
      up: queries(spec.queries ?? [{ sql: content.sql.trimEnd() }]),
      down: queries(spec.down ?? []),
      helpers: [],
    });
  // The first of them ends the current transaction.
  if (content.autocommitted !== undefined) {
    const own = (statements: readonly string[]) => queries(statements.map((sql) => ({ sql: aside(sql) })));
    const { header } = splitHeader(content.sql);
    const [up, down] = [own(content.autocommitted), own(content.down)];
    return file(language, name, { comment: header, up, down, helpers: [] });
  }
  const { header, statement } = splitHeader(content.sql);
  const portable = outsideTransaction(language);
  const down = content.down.length === 0 ? "" : outside(content.down.map(run).join(""));
  // The user's own statements are reverted by the user's own as well.
  if (spec.kind === "original") {
    const parts = { comment: header, up: outside(run(statement)), down: queries(spec.down ?? []), helpers: [portable] };
    return file(language, name, { ...parts, transaction: spec.transaction });
  }
  const build = builds(content);
  if (build === undefined)
    return file(language, name, { comment: header, up: outside(run(statement)), down, helpers: [portable] });
  const helpers = [isBuilt(build, oneLine(content.down[0] ?? ""), language), portable];
  return file(language, name, { comment: header, up: outside(buildOnce(statement)), down, helpers });
}

/** The transaction setting of the user's class: its statements need it or allow it. */
function ownTransaction({ units }: MigrationContent): boolean | undefined {
  return units
    .map(({ spec }) => (spec.kind === "original" ? spec.transaction : undefined))
    .find((own) => own !== undefined);
}

interface Parts {
  /** For the reviewer, in lines of `//`. */
  readonly comment: string;
  /** The transaction setting of the class. Default: none. */
  readonly transaction?: boolean | undefined;
  readonly up: string;
  readonly down: string;
  readonly helpers: readonly string[];
}

function file(language: Language, name: string, parts: Parts): string {
  const { imports, classHead, classEnd, access, typed, returns } = language;
  const method = (word: string, body: string) => {
    const parameter = body === "" ? "" : typed("queryRunner", "QueryRunner");
    const text = body === "" ? "        // Nothing to undo.\n" : body;
    return `    ${access}async ${word}(${parameter})${returns("Promise<void>")} {\n${text}    }\n`;
  };
  const identifier = className(name);
  return `${imports}

${parts.comment}${classHead(identifier)} {
    name = "${identifier}";
${parts.transaction === undefined ? "" : `    transaction = ${parts.transaction};\n`}
${method("up", parts.up)}
${method("down", parts.down)}${classEnd}
${parts.helpers.map((helper) => `\n${helper}`).join("")}`;
}

/** The index of a unit that builds one concurrently. */
function builds({ units: [{ spec }] }: MigrationContent): BuildSpec | undefined {
  return spec.kind === "create-index" && spec.isPartitioned !== true ? spec : undefined;
}

/** The header above the statement, converted from SQL comments to those of the language. */
function splitHeader(sql: string): { readonly header: string; readonly statement: string } {
  const header = /^(?:--.*\n)*/.exec(sql)?.[0] ?? "";
  return { header: header.replace(/^--/gm, "//"), statement: sql.slice(header.length) };
}

function outside(body: string): string {
  return `        await outsideTransaction(queryRunner, async () => {\n${body}        });\n`;
}

function run(sql: string): string {
  return `            await queryRunner.query(${literal(sql)});\n`;
}

/** A failed build leaves an invalid index: every write would pay for it, and a unique one would reject rows. */
function buildOnce(statement: string): string {
  return `            if (await isBuilt(queryRunner)) {
                return;
            }
            try {
                await queryRunner.query(${literal(statement)});
            } catch (error) {
                await isBuilt(queryRunner).catch(() => false);
                throw error;
            }
`;
}

function queries(list: readonly OrmQuery[]): string {
  return list
    .map(({ sql, parameters = [] }) => {
      const values = parameters.length === 0 ? "" : `, ${JSON.stringify(parameters)}`;
      return `        await queryRunner.query(${templateLiteral(sql)}${values});\n`;
    })
    .join("");
}

/** Longer statements keep their lines, from the left margin on. */
function literal(sql: string): string {
  const text = sql.trim();
  return templateLiteral(text.includes("\n") ? aside(text) : oneLine(text));
}

function aside(sql: string): string {
  return sql.includes("\n") ? `\n${sql}\n` : sql;
}

function oneLine(sql: string): string {
  return sql.trim().replace(/;$/, "");
}

/** An index that is built concurrently. One on a partitioned table is declared in a block, which can run twice. */
type BuildSpec = Extract<UnitSpec, { kind: "create-index" }>;

/**
 * The function that makes a concurrent build repeatable. When the build fails, PostgreSQL leaves an invalid index; a valid one may come
 * from a run that ended before it was recorded. The next unit checks whether it is the planned one. The function waits for another session
 * that builds it: its own client may be gone.
 *
 * @param drop the statement that drops the index left by a build
 */
function isBuilt({ table, index }: BuildSpec, drop: string, { typed, returns, answer }: Language): string {
  const state = `SELECT indisvalid AND indisready AND indislive AS valid,
            EXISTS (SELECT FROM pg_locks l WHERE l.relation = indrelid AND mode = 'ShareUpdateExclusiveLock' AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = l.pid AND backend_type = 'autovacuum worker')) AS building
            FROM pg_index
            WHERE indexrelid = to_regclass(${quoteLiteral(qualified(table.schema, index.name))}) AND indrelid = to_regclass(${quoteLiteral(quoteTable(table))})`;
  return `/** Whether an earlier run has built the index. What a build that broke off has left is dropped. */
async function isBuilt(${typed("queryRunner", "QueryRunner")})${returns("Promise<boolean>")} {
    for (;;) {
        const [index] = ${answer(`queryRunner.query(${templateLiteral(state)})`, "[{ valid: boolean; building: boolean }?]")};
        if (!index || index.valid) {
            return Boolean(index);
        }
        if (!index.building) {
            break;
        }
        await queryRunner.query(\`SELECT pg_sleep(0.5)\`);
    }
    await queryRunner.query(${templateLiteral(drop)});
    return false;
}
`;
}

/**
 * The function that runs a unit in the same way in every transaction mode, and on `migration:revert`, which has no mode for a single
 * migration. It is not exported: TypeORM treats every exported function of a file as a migration.
 *
 * The commit includes the earlier migrations of this run, with their records. If a later one fails, the unit is not recorded although it is
 * done, so units must be able to run twice. A second process waits, so that index builds do not overlap. An idle session that holds the
 * lock is not a migration: a pooler in transaction mode has taken it over.
 *
 * Every block has its braces: formatters and linters that add them would change what is hashed.
 */
function outsideTransaction({ typed, returns, answer }: Language): string {
  const asked = `queryRunner.query(\`SELECT pg_try_advisory_lock(${unitLock}) AS mine,
            (${idleHolder}) AS idle\`)`;
  return `/** Whatever the transaction mode: outside of a transaction, and not while another process is at a unit. */
async function outsideTransaction(${typed("queryRunner", "QueryRunner")}, ${typed("run", "() => Promise<void>")})${returns("Promise<void>")} {
    const isInside = queryRunner.isTransactionActive;
    if (isInside) {
        await queryRunner.commitTransaction();
    }
    for (;;) {
        // Short statements: CREATE INDEX CONCURRENTLY waits for every session that is inside of one.
        const [{ mine, idle }] = ${answer(asked, "[{ mine: boolean; idle: number | null }]")};
        if (mine) {
            break;
        }
        if (idle) {
            throw new Error(\`pid \${idle} keeps the lock of Lockstep's migrations and does nothing. End it: SELECT pg_terminate_backend(\${idle})\`);
        }
        await queryRunner.query(\`SELECT pg_sleep(0.5)\`);
    }
    try {
        await run();
    } finally {
        await queryRunner.query(\`SELECT pg_advisory_unlock(${unitLock})\`).catch(() => undefined);
    }
    if (isInside) {
        await queryRunner.startTransaction();
    }
}
`;
}
