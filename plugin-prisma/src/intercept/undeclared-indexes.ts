import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { committedText, gitOrNothing, type Migration, type Operation, type SqlReader } from "@lockstep/core";
import { ignoring, isNoBug } from "@lockstep/core/text";
import type { ChangeSource } from "./change.js";
import type { SchemaContainer } from "./shapes.js";

/** An index that Prisma drops although the schema declared it neither in the last commit nor when it was created. */
export interface UndeclaredIndex {
  readonly name: string;
  /** The migration that creates it. */
  readonly migration: string;
}

/**
 * The dropped indexes of a generated migration that the user's edit has nothing to do with: someone wrote CREATE INDEX by hand in an earlier
 * migration, and neither the last commit nor the commit of that migration declares the index. Prisma drops them in every change. Prisma
 * itself answers whether a former schema declares an index: its migration then does not drop it. Without an answer, an index is not listed.
 */
export async function undeclaredIndexes(
  { operations }: Migration,
  { project, schema, sqlFor }: ChangeSource,
  { readMigration }: Pick<SqlReader, "readMigration">,
): Promise<readonly UndeclaredIndex[]> {
  const isBuiltAgain = (name: string) => operations.some((each) => each.kind === "createIndex" && each.name === name);
  const dropped = droppedIndexes(operations).filter((name) => !isBuiltAgain(name));
  // A dropped column or table takes its indexes along.
  if (dropped.length === 0 || operations.some(({ kind }) => kind === "dropColumn" || kind === "dropTable")) return [];
  const { root, migrationsFolder } = project;
  const answers = new Map<string, Promise<ReadonlySet<string> | undefined>>();
  const dropsOf = (commit: string) => {
    const former = formerSchema(root, commit, schema, project.schemaFiles);
    if (former === undefined) return undefined;
    const key = JSON.stringify(former.files);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const asked = sqlFor(former)
      .then((sql) => new Set(droppedIndexes(readMigration(sql, "migration.sql").operations)))
      .catch(ignoring(isNoBug));
    answers.set(key, asked);
    return asked;
  };
  const { prismaPlugin } = await import("../plugin.js");
  const texts = new Map(
    prismaPlugin.listMigrations(project).map((name) => {
      const file = join(root, migrationsFolder, name, "migration.sql");
      return [name, existsSync(file) ? readFileSync(file, "utf8") : ""];
    }),
  );
  const found: UndeclaredIndex[] = [];
  for (const name of dropped) {
    const migration = creatorOf(name, texts, readMigration);
    const file = `${migrationsFolder}/${migration}/migration.sql`;
    const commit = migration && gitOrNothing(root, ["log", "-1", "--diff-filter=A", "--format=%H", "--", file]);
    if (migration === undefined || commit === undefined) continue;
    const isDropped = async (at: string) => (await dropsOf(at))?.has(name) === true;
    if ((await isDropped("HEAD")) && (await isDropped(commit))) found.push({ name, migration });
  }
  return found;
}

function droppedIndexes(operations: readonly Operation[]): readonly string[] {
  return operations.flatMap((each) => (each.kind === "dropIndex" ? [each.name.name] : []));
}

/** The last migration that creates an index of this name. */
function creatorOf(
  name: string,
  texts: ReadonlyMap<string, string>,
  readMigration: SqlReader["readMigration"],
): string | undefined {
  const makes = (each: Operation) => each.kind === "createIndex" && each.name === name;
  return [...texts].findLast(
    ([migration, text]) => text.includes(name) && readMigration(text, migration).operations.some(makes),
  )?.[0];
}

/** The schema files of a commit; undefined: it has none, or git does not answer. */
function formerSchema(
  root: string,
  commit: string,
  { files }: SchemaContainer,
  paths: readonly string[],
): SchemaContainer | undefined {
  const [first = ""] = paths;
  const [own] = files;
  if (own === undefined) return undefined;
  const listed = paths.length === 1 ? paths : [dirname(first)];
  const names = gitOrNothing(root, ["ls-tree", "-r", "--name-only", commit, "--", ...listed]) ?? "";
  const former = names.split("\n").flatMap((name) => {
    if (!name.endsWith(".prisma")) return [];
    const content = committedText(root, name, commit);
    return content === undefined ? [] : [{ path: files[paths.indexOf(name)]?.path ?? join(root, name), content }];
  });
  return former.length === 0 ? undefined : { files: former };
}
