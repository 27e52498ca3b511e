import { expect, test } from "vitest";
import { edit, type File } from "./phases.js";

function document(file: string, text: string): File {
  return { file, text, isDocument: true };
}

async function placesOf(...files: readonly File[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const phase of ["expand", "switch"] as const) {
    const { changes, places } = await edit(files, [phase], []);
    expect(changes).toEqual([]);
    found.push(...places.map(({ file, line, kind, what, reason }) => `${file}:${line} ${kind} · ${what} · ${reason}`));
  }
  return found;
}

const cards = 'CREATE VIEW "cards" AS\n  SELECT u.id, u.email, u.name FROM "User" u;\n';

test("views that list columns of the table, where the last migration made them", async () => {
  const places = await placesOf(
    document("prisma/migrations/1/migration.sql", `CREATE TABLE x (a int);\n${cards}`),
    document("prisma/migrations/2/migration.sql", `-- again\n\nDROP VIEW "cards";\n${cards}`),
    document("prisma/migrations/3/migration.sql", 'CREATE VIEW gone AS SELECT id, email, name FROM "User";'),
    document("prisma/migrations/4/migration.sql", "DROP VIEW IF EXISTS gone;"),
    document("prisma/migrations/5/migration.sql", 'CREATE MATERIALIZED VIEW "all" AS SELECT * FROM "User";'),
    document("prisma/migrations/6/migration.sql", 'CREATE VIEW admins AS SELECT id, email, name FROM "Admin";'),
    document("prisma/migrations/7/migration.sql", 'CREATE VIEW shown AS SELECT email, handle FROM "User";'),
  );
  expect(places).toEqual([
    'prisma/migrations/2/migration.sql:4 possible · view cards · lists 3 of 5 columns of User: to show "handle", re-create it in a migration that you write',
    'prisma/migrations/5/migration.sql:1 possible · view all · its `*` is the columns of then: to show "handle", re-create it in a migration that you write',
  ]);
});

test("views of migrations in code: what goes up counts", async () => {
  const text = `export class Cards1 {
  async up(runner) {
    await runner.query(\`CREATE VIEW cards AS SELECT email, name FROM "User"\`);
  }
  async down(runner) {
    await runner.query("DROP VIEW cards");
  }
}
`;
  expect(await placesOf(document("src/migrations/1-cards.ts", text))).toEqual([
    'src/migrations/1-cards.ts:3 possible · view cards · lists 2 of 5 columns of User: to show "handle", re-create it in a migration that you write',
  ]);
});

test("files of queries", async () => {
  const places = await placesOf(
    document("sql/insert.sql", 'INSERT INTO "User" (email, name) VALUES ($1, $2)'),
    document("sql/list.sql", 'SELECT id, email FROM "User" WHERE id = $1'),
    document("sql/other.sql", 'SELECT id, email FROM "Admin"'),
    document("sql/broken.sql", 'SELECT id, email FROM "User" WHERE id IN :ids!'),
  );
  expect(places).toEqual([
    'sql/insert.sql:1 likely · SQL over User · inserts rows: add "handle"',
    'sql/broken.sql:1 possible · SQL over User · names the table, in SQL that cannot be read: see whether it needs "handle"',
    'sql/list.sql:1 possible · SQL over User · reads 2 of 5 columns: add "handle" if it is shown there',
  ]);
});
