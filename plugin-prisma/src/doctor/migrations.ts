import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { type Check, type Finding, names, ok, problem, warning } from "@lockstep/core/doctor";
import type { Connection } from "@lockstep/core/planning";
import { hasMigrations } from "../applied.js";
import { dialectOn } from "../dialects/dialects.js";
import { isAtLeast } from "../engine/prisma-version.js";
import type { PrismaProject } from "../project.js";
import { prismaWords } from "../words.js";

export default {
  id: "migrations",
  title: "Prisma's migrations",
  on: "target",
  async run({ connection, project, migrations, words, target }) {
    if (!(await hasMigrations(connection)))
      return [
        migrations.length === 0
          ? withoutMigrations(await tablesOn(connection), project as PrismaProject)
          : warning(`no migration has run here: there is no table _prisma_migrations`, {
              next: `on ${target}: ${words.deploy}`,
            }),
      ];
    const { rows } = await connection.query<AppliedRow>(
      `SELECT migration_name AS name, checksum, CASE WHEN finished_at IS NULL THEN 1 ELSE 0 END AS failed FROM _prisma_migrations
        WHERE rolled_back_at IS NULL ORDER BY migration_name, started_at`,
    );
    const applied = rows.filter((row) => !hasFailed(row));
    const isApplied = (name: string) => applied.some((row) => row.name === name);
    const findings: Finding[] = rows
      .filter((row) => hasFailed(row) && !isApplied(row.name))
      .map(({ name }) =>
        problem(`${name} failed`, {
          why: "Prisma refuses every further deployment (P3009).",
          next: `Remove the cause.\n${words.recover(name)}`,
        }),
      );
    const missing = applied.map(({ name }) => name).filter((name) => !migrations.includes(name));
    if (missing.length > 0)
      findings.push(
        warning(`applied here, but not in the repository: ${names(missing)}`, {
          why: "Another branch was deployed, or files were deleted: migrate dev would want to reset the database.",
          next: "merge the branch that has them",
        }),
      );
    const edited = applied.filter((row) => isEdited(row, join(project.root, project.migrationsFolder)));
    if (edited.length > 0)
      findings.push(
        warning(`changed after they were applied: ${names(edited.map(({ name }) => name))}`, {
          why: "The repository no longer has the migrations that ran here, so migrate dev would require a reset of the database.",
          next: "restore the files from version control",
        }),
      );
    const pending = migrations.filter((name) => !isApplied(name)).length;
    return [...findings, ok(`${applied.length} applied${pending === 0 ? "" : `, ${pending} not yet`}`)];
  },
} satisfies Check;

async function tablesOn(connection: Connection): Promise<number> {
  const { rows } = await connection.query<{ found: number | string }>(dialectOn(connection.dialect.id).countTables);
  return Number(rows[0]?.found ?? 0);
}

/** A database created by `db push` needs a first migration that is recorded as applied. */
function withoutMigrations(tables: number, project: PrismaProject): Finding {
  if (tables === 0) return ok("no migrations yet");
  const { schemaFiles, migrationsFolder, ormVersion } = project;
  const [first = "schema.prisma"] = schemaFiles;
  const [folder = "."] = schemaFiles.map((file) => posix.dirname(file)).sort((a, b) => a.length - b.length);
  const schema = schemaFiles.length > 1 ? folder : first;
  const option = isAtLeast(ormVersion, 7, 0) ? "--to-schema" : "--to-schema-datamodel";
  const init = `${migrationsFolder}/0_init`;
  return warning(`${tables} ${tables === 1 ? "table" : "tables"} here, and no migration in the repository`, {
    why: "prisma migrate dev would ask to reset this database: it knows tables by the migrations that make them.",
    next: `mkdir -p ${init} && npx prisma migrate diff --from-empty ${option} ${schema} --script -o ${init}/migration.sql && ${prismaWords.skip("0_init")}`,
  });
}

interface AppliedRow {
  readonly name: string;
  readonly checksum: string;
  /** 1: it has. */
  readonly failed: number | string;
}

function hasFailed({ failed }: AppliedRow): boolean {
  return Number(failed) === 1;
}

/** Prisma treats files with both kinds of line breaks as the same. */
function isEdited({ name, checksum }: AppliedRow, folder: string): boolean {
  const file = join(folder, name, "migration.sql");
  if (!existsSync(file)) return false;
  const text = readFileSync(file, "utf8");
  const unix = text.replaceAll("\r\n", "\n");
  return ![text, unix, unix.replaceAll("\n", "\r\n")].some(
    (variant) => createHash("sha256").update(variant).digest("hex") === checksum,
  );
}
