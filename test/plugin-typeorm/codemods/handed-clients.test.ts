import { expect, test } from "vitest";
import { editFor, withEntities } from "./phases.js";

const head = `import type { DataSource } from "typeorm";\nimport { Order, User } from "./entities";\ndeclare const dataSource: DataSource;\n`;

// Rows that it inserts itself are in nobody's sight: it holds the contract.
test.each<[string, string, boolean]>([
  ["an authentication library", `import { adapter } from "some-auth";\nexport const auth = adapter(dataSource);`, true],
  [
    "one that is named after TypeORM",
    `import { TypeORMAdapter } from "@auth/typeorm-adapter";\nexport const auth = TypeORMAdapter(dataSource);`,
    true,
  ],
  [
    "a repository",
    `import { crud } from "some-crud";\nexport const users = crud({ repository: dataSource.getRepository(User) });`,
    true,
  ],
  [
    "a manager",
    `import AdminJS from "adminjs";\nexport const admin = new AdminJS({ databases: [dataSource.manager] });`,
    true,
  ],
  [
    "another repository",
    `import { crud } from "some-crud";\nexport const orders = crud(dataSource.getRepository(Order));`,
    false,
  ],
  [
    "the app's own function",
    `function createApp(source: DataSource) {\n  return source;\n}\nexport const app = createApp(dataSource);`,
    false,
  ],
  [
    "TypeORM's own package",
    `import { getDataSourceToken } from "@nestjs/typeorm";\nexport const token = getDataSourceToken(dataSource);`,
    false,
  ],
])("a package that is given a repository: %s", async (_, code, isListed) => {
  const { places, changes } = await editFor("expand", withEntities(`${head}${code}\n`), []);
  const listed = places.filter(({ what }) => what.includes(" given to "));
  expect(listed.map(({ kind, mayLeaveOut }) => [kind, mayLeaveOut])).toEqual(isListed ? [["likely", true]] : []);
  expect(changes).toEqual([]);
});
