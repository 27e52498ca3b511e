import { expect, test } from "vitest";
import { Entities } from "../../../plugin-typeorm/src/entities/entities.js";
import { declaredIndexes } from "../../../plugin-typeorm/src/entities/project.js";

// What a way back has to know of: everything that an entity declares over its columns, wherever it stands.

const classes = `import { Check, Column, Entity, Index, ManyToOne, PrimaryColumn, Unique } from "typeorm";
class Base {
  @Column() @Index() tenant: string;
}
@Entity()
@Index(["handle", "team"], { unique: true })
@Unique(["handle", "name"])
@Check("handle <> ''")
export class User extends Base {
  @PrimaryColumn() id: number;
  @Column({ unique: true }) handle: string;
  @Unique()
  @Column() name: string;
  @Index({ unique: true })
  @Column() code: string;
  @Index()
  @ManyToOne(() => Team) team: Team;
}
@Entity() export class Team { @PrimaryColumn() id: number }
`;

const views = `import { DataSource, ViewColumn, ViewEntity } from "typeorm";
const sql = \`SELECT "handle" FROM "users"\`;
@ViewEntity({ name: "handles", expression: sql })
export class User { @ViewColumn() handle: string }
export namespace Built {
  @ViewEntity("built", { expression: (source) => source.createQueryBuilder().select("user.handle").from(Users, "user") })
  export class User {}
}
`;

const schema = `import { EntitySchema } from "typeorm";
export const user = new EntitySchema({
  name: "User",
  columns: { id: { type: Number, primary: true }, handle: { type: String, unique: true }, name: { type: String } },
  indices: [{ columns: ["handle", "name"] }],
  uniques: [{ columns: ["name", "handle"] }],
  checks: [{ expression: "handle <> name" }],
});
`;

test.each([
  [
    "classes",
    classes,
    [
      `unique handle,team @Index(["handle", "team"], { unique: true })`,
      `unique handle,name @Unique(["handle", "name"])`,
      `check handle <> '' @Check("handle <> ''")`,
      "index tenant @Index()",
      "unique handle unique: true of User.handle",
      "unique name @Unique()",
      "unique code @Index({ unique: true })",
      "index team @Index()",
    ],
  ],
  [
    "schemas",
    schema,
    [
      `index handle,name { columns: ["handle", "name"] }`,
      `unique name,handle { columns: ["name", "handle"] }`,
      `check handle <> name { expression: "handle <> name" }`,
      "unique handle unique: true of User.handle",
    ],
  ],
  [
    "views",
    views,
    [
      `view SELECT "handle" FROM "users" the view User`,
      "view (source) => source.createQueryBuilder().select( user.handle ).from(Users,  user ) the view User",
    ],
  ],
])("%s", (_name, content, expected) => {
  const found = declaredIndexes(new Entities([{ path: "src/user.ts", content }]));
  const texts = found.map(({ kind, fields, expression, text }) => `${kind} ${expression ?? fields.join()} ${text}`);
  expect([...texts].sort()).toEqual([...expected].sort());
  expect(found.every(({ model, at }) => model === "User" && /^src\/user\.ts:\d+$/.test(at))).toBe(true);
});
