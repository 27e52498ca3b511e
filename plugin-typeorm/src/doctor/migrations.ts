import { type Check, ok, warning } from "@lockstep/core/doctor";
import { dialectOn } from "../dialects/dialects.js";
import { readAppliedMigrations, tableOf } from "../migrations/applied.js";
import type { TypeormProject } from "../project.js";

export default {
  id: "migrations",
  title: "TypeORM's migrations",
  on: "target",
  async run({ connection, project, migrations, words, target }) {
    const typeorm = project as TypeormProject;
    const table = tableOf(connection, typeorm);
    const { rows } = await connection.query<{ name: string | null }>(dialectOn(connection.dialect.id).findTable(table));
    if (rows[0]?.name == null)
      return [
        migrations.length === 0
          ? ok("no migrations yet")
          : warning(`no migration has run here: there is no table ${table}`, { next: `on ${target}: ${words.deploy}` }),
      ];
    const { applied } = await readAppliedMigrations(connection, typeorm);
    // A row without a file is a squashed history: TypeORM ignores it.
    const ran = migrations.filter((name) => applied.includes(name)).length;
    const pending = migrations.length - ran;
    return [ok(`${ran} applied${pending === 0 ? "" : `, ${pending} not yet`}`)];
  },
} satisfies Check;
