import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";

const dataSource = `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { DataSource } from "typeorm";
import { Device } from "./device";
export default withLockstep(
  new DataSource({ type: "mysql", url: process.env.DATABASE_URL, entities: [Device], migrations: ["src/migrations/*.ts"] }),
);
`;
const entity = (more = "") => `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";
@Entity()
export class Device {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "datetime", precision: 3, nullable: true })
  bought!: Date | null;
${more}}
`;

let database: MariadbDatabase;
let project: TypeormFixture;
beforeAll(async () => {
  database = await createMariadbDatabase("typeorm_generate");
  project = createTypeormProject({
    version: "1.1.1",
    module: "commonjs",
    files: { "src/data-source.ts": dataSource, "src/device.ts": entity() },
  });
});
afterAll(async () => {
  project.dispose();
  await database.drop();
});

const column = (what: string) => `
  /** @lockstep.backfill(${what}) */
  @Column({ type: "varchar", length: 30 })
  label!: string;
`;

// To a data source of the type mysql each optional column of MariaDB is another one than is declared, whatever a plan relaxes.
test("plans a column beside those that TypeORM takes for changed each time", async () => {
  const cli = (...args: string[]) => project.cli("tsx", args, { DATABASE_URL: database.url });
  const made = await cli("migration:generate", "src/migrations/Init");
  expect(made.output).toContain("has been generated");
  await cli("migration:run");
  project.write("src/device.ts", entity(column("concat('D-', id)")));
  const { output, code } = await cli("migration:generate", "src/migrations/Label");
  expect(output).toContain('fill "device"."label" with concat(\'D-\', id); no trigger');
  expect(code).toBe(0);
  expect(readdirSync(join(project.root, "src/migrations"))).toHaveLength(2);
  await cli("migration:run");
  expect((await cli("migration:generate", "src/migrations/Again")).output).toContain("No changes");
});
