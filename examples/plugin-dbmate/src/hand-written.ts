import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type HandWrittenMigration, isSameTable, LockstepError, parseAnnotations, sqlReader } from "@lockstep/core";
import { type ColumnSource, defaultSchema } from "@lockstep/core/planning";
import { migrationPath, readBlocks } from "./migration-file.js";
import type { DbmateProject } from "./project.js";
import { operationsOf } from "./tables.js";
import { version } from "./version.js";

/**
 * Reads a migration that a person has written. What an ORM's model says about a column, its file says here: in comments above the line
 * with the column.
 *
 * @throws LockstepError LS3032 no migration of dbmate's folder · LS1001 no SQL · LS2008 an annotation that cannot be understood
 */
export async function readHandWritten(project: DbmateProject, file: string): Promise<HandWrittenMigration> {
  const name = file.slice(file.lastIndexOf("/") + 1).replace(/\.sql$/, "");
  const text = readFileSync(join(project.root, file), "utf8");
  const blocks = readBlocks(text);
  if (migrationPath(project, name) !== file || blocks === undefined)
    throw new LockstepError("LS3032", `${file} is no migration of dbmate in ${project.migrationsFolder}.`, {
      hint: `For example: ${project.migrationsFolder}/<version>_<name>.sql, with a line -- migrate:up`,
    });
  const added = operationsOf(blocks.up, file, await sqlReader(project.dialect)).filter(
    (operation) => operation.kind === "addColumn",
  );
  const schema = project.developmentUrl === undefined ? "public" : await defaultSchema(project.developmentUrl);
  return {
    name,
    file,
    versions: { lockstep: version, orm: project.ormVersion },
    sql: blocks.up,
    defaultSchema: schema,
    project,
    sources: {
      column(table, column) {
        const found = added.find(
          (each) => each.column.name === column && isSameTable({ schema, ...each.table }, { schema, ...table }),
        );
        if (found === undefined) return undefined;
        const { line } = found;
        return {
          model: table.name,
          field: column,
          hasDefault: found.column.defaultSql !== undefined,
          file,
          line,
          ...annotated(text, file, line),
        };
      },
    },
    // No file declares a model, so no phase has to restore one.
    originalModels: () => [],
  };
}

/** What the comments directly above a line say: `-- @lockstep.backfill(lower(email))`. */
function annotated(text: string, file: string, line: number): Pick<ColumnSource, "fill" | "skip"> {
  const above = text.split("\n").slice(0, line - 1);
  const first = above.findLastIndex((each) => !/^\s*--/.test(each)) + 1;
  const comment = above.slice(first).map((each) => each.replace(/^\s*-- ?/, ""));
  const { backfill, mirror, skip } = parseAnnotations(comment.join("\n"), { file, line: first + 1 });
  const fill = backfill ?? mirror;
  return {
    ...(fill && { fill: { kind: backfill === undefined ? "mirror" : "backfill", sql: fill.text } }),
    ...(skip && { skip: skip.text }),
  };
}
