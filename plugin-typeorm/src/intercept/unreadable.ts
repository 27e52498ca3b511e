import { LockstepError, loadParser, type Parser, type TableName } from "@lockstep/core";
import type { Query } from "@lockstep/typeorm-wrapper/internal";
import type { EntityMetadata } from "typeorm";
import { tableOf } from "./columns.js";
import type { Interception } from "./interception.js";

type ColumnMetadata = EntityMetadata["columns"][number];

/**
 * The replacement for SQL of TypeORM that PostgreSQL cannot parse. TypeORM inserts names and the text of defaults into its SQL unescaped,
 * so a quote in them ends them too early; any other SQL in an entity comes from its author.
 *
 * @param error of the parser, for a file that does not exist
 * @returns LS9043 with the position in the code, or LS1001 with the statement
 */
export async function unreadable(
  error: LockstepError,
  queries: readonly Query[],
  about: Interception,
): Promise<LockstepError> {
  const parser = await loadParser();
  const failing = queries.flatMap(({ query }) => {
    const reason = reasonOf(query, parser);
    return reason === undefined ? [] : [{ query, reason }];
  })[0];
  if (failing === undefined) return error;
  const { query, reason } = failing;
  const { dataSource } = about.call;
  for (const metadata of dataSource.entityMetadatas) {
    if (!query.includes(`"${metadata.tableName}"`)) continue;
    const table = tableOf(metadata, dataSource);
    if (metadata.tableName.includes('"'))
      return nameError(`the table of ${metadata.targetName}`, metadata.tableName, query, error);
    for (const column of metadata.columns) {
      const { databaseName, propertyPath } = column;
      if (!query.includes(`"${databaseName}"`)) continue;
      const field = `${metadata.targetName}.${propertyPath}`;
      const place = () => placeOf(about, { model: metadata.targetName, field: propertyPath, table });
      if (databaseName.includes('"'))
        return nameError(`${await place()}the column of ${field}`, databaseName, query, error);
      const text = defaultText(column);
      if (text === undefined || !query.includes(`'${text}'`)) continue;
      return new LockstepError(
        "LS9043",
        `${await place()}TypeORM writes the default of ${field} without escaping its quote: ${query}`,
        {
          hint: `Write it as SQL${column.type === "jsonb" ? ", with the spaces that PostgreSQL writes in jsonb" : ""}: default: () => ${JSON.stringify(`'${text.replaceAll("'", "''")}'`)}`,
          cause: error,
        },
      );
    }
  }
  return new LockstepError("LS1001", `PostgreSQL cannot parse what TypeORM generates (${reason}): ${query}`, {
    hint: "Correct the SQL in the entity (a default, @Check, @Index, a generated column), or run the command with LOCKSTEP=off to pass it through unchecked.",
    cause: error,
  });
}

function nameError(what: string, name: string, query: string, cause: unknown): LockstepError {
  return new LockstepError(
    "LS9043",
    `${what} is named ${name}, and TypeORM writes names without escaping their quotes: ${query}`,
    { hint: "Choose a name without a double quote: @Column({ name: … }), @Entity(…).", cause },
  );
}

/** The text that TypeORM writes between quotes, if that ends too early. */
function defaultText({ default: value, isArray }: ColumnMetadata): string | undefined {
  const isObject = typeof value === "object" && value !== null;
  // TypeORM 1 escapes objects, 0.3 does not.
  const text = isArray && Array.isArray(value) ? `{${value.join(",")}}` : isObject ? JSON.stringify(value) : value;
  return typeof text === "string" && text.includes("'") ? text : undefined;
}

function reasonOf(query: string, parser: Parser): string | undefined {
  try {
    parser.parse(query);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `src/user.ts:11: `, if the property is found. */
async function placeOf(
  about: Interception,
  column: { readonly model: string; readonly field: string; readonly table: TableName },
): Promise<string> {
  const [{ Entities }, { findPlace }, files] = await Promise.all([
    import("../entities/entities.js"),
    import("../entities/place.js"),
    about.entityFiles(),
  ]);
  const member = findPlace(new Entities(files), column)?.member;
  if (member === undefined) return "";
  const { line } = member.file.ast.getLineAndCharacterOfPosition(member.node.getStart());
  return `${member.file.file}:${line + 1}: `;
}
