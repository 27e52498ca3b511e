import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { KeptUnique, UnitIndex } from "../../../core/src/model/index.js";
import { editEntities } from "../../../plugin-typeorm/src/entities/edit/index.js";
import { formerUniques } from "../../../plugin-typeorm/src/entities/edit/unique.js";

const index = (name: string, columns: readonly string[]): UnitIndex => ({
  name,
  columns,
  isUnique: true,
  method: "btree",
});

function kept(fields: readonly string[], attribute: string, model = "Setting"): KeptUnique {
  const columns = [...fields, "channel"];
  return {
    table: { name: "setting" },
    index: index("UQ_x", fields),
    model,
    fields,
    selector: fields.join("_"),
    attribute,
    replacedBy: columns,
  };
}

const decorated = (imports: string, ...above: readonly string[]) => `import { ${imports} } from "typeorm";

@Entity()
${above.join("\n")}${above.length > 0 ? "\n" : ""}export class Setting {
  @PrimaryGeneratedColumn() id!: number;

  @Column({ type: "int" })
  userId!: number;

  @Column("varchar", {
    length: 20,
  })
  channel!: string;
}
`;
const schema = (part: string) => `import { EntitySchema } from "typeorm";

export const SettingSchema = new EntitySchema({
  name: "Setting",
  columns: {
    id: { type: Number, primary: true },
    userId: { type: Number },
    channel: { type: String },
  },${part}
});
`;

interface Case {
  readonly name: string;
  /** As the change left it. */
  readonly now: string;
  /** As it is until contract. */
  readonly until: string;
  readonly unique: KeptUnique;
}

const cases: readonly Case[] = [
  {
    name: "on the class, above what takes its place",
    now: decorated("Column, Entity, PrimaryGeneratedColumn, Unique", `@Unique(["userId", "channel"])`),
    until: decorated(
      "Column, Entity, PrimaryGeneratedColumn, Unique",
      `@Unique(["userId"])`,
      `@Unique(["userId", "channel"])`,
    ),
    unique: kept(["userId"], `@Unique(["userId"])`),
  },
  {
    name: "by a name, as an index, with an import that was gone",
    now: decorated("Column, Entity, PrimaryGeneratedColumn"),
    until: decorated(
      "Column, Entity, Index, PrimaryGeneratedColumn",
      `@Index("by_user", ["userId"], { unique: true })`,
    ),
    unique: kept(["userId"], `@Index("by_user", ["userId"], { unique: true })`),
  },
  {
    name: "as an option of the column",
    now: decorated("Column, Entity, PrimaryGeneratedColumn"),
    until: decorated("Column, Entity, PrimaryGeneratedColumn").replace(`type: "int"`, `type: "int", unique: true`),
    unique: kept(["userId"], "unique: true"),
  },
  {
    name: "as an option among lines",
    now: decorated("Column, Entity, PrimaryGeneratedColumn"),
    until: decorated("Column, Entity, PrimaryGeneratedColumn").replace("length: 20,", "length: 20,\n    unique: true,"),
    unique: kept(["channel"], "unique: true"),
  },
  {
    name: "on the property",
    now: decorated("Column, Entity, PrimaryGeneratedColumn"),
    until: decorated("Column, Entity, Index, PrimaryGeneratedColumn").replace(
      `@Column({ type: "int" })`,
      `@Column({ type: "int" })\n  @Index({ unique: true })`,
    ),
    unique: kept(["userId"], "@Index({ unique: true })"),
  },
  {
    name: "in a schema that has others",
    now: schema(`\n  uniques: [{ columns: ["userId", "channel"] }],`),
    until: schema(`\n  uniques: [{ columns: ["userId"] }, { columns: ["userId", "channel"] }],`),
    unique: kept(["userId"], `uniques: { columns: ["userId"] }`),
  },
  {
    name: "in a schema that has none",
    now: schema(""),
    until: schema(`\n  indices: [{ name: "by_user", columns: ["userId"], unique: true }],`),
    unique: kept(["userId"], `indices: { name: "by_user", columns: ["userId"], unique: true }`),
  },
];

test.each(cases)("kept until contract, then gone: $name", ({ now, until, unique }) => {
  const edit = (content: string, kind: "keepUnique" | "dropUnique") =>
    editEntities([{ path: "setting.ts", content }], [{ kind, unique }])[0]?.content;
  expect(edit(now, "keepUnique")).toBe(until);
  expect(edit(until, "keepUnique")).toBe(until);
  expect(edit(until, "dropUnique")).toBe(now);
  expect(edit(now, "dropUnique")).toBe(now);
});

test("a former constraint is declared as it stood in the last commit, else by its name", () => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-unique-"));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: root });
  const file = (content: string) => {
    writeFileSync(join(root, "setting.ts"), content);
    return [{ path: "setting.ts", content }];
  };
  const table = { name: "setting" };
  try {
    git("init", "-q");
    for (const { until, now, unique } of cases) {
      file(until);
      git("add", ".");
      git("commit", "-qm", "before");
      const former = formerUniques(file(now), { root })(table, unique.index);
      expect(former).toEqual({
        model: "Setting",
        fields: unique.fields,
        selector: unique.selector,
        attribute: unique.attribute,
      });
    }
    const untold = formerUniques(file(cases[0]?.now ?? ""), { root });
    expect(untold(table, index("IDX_1", ["id"])).attribute).toBe(`@Index("IDX_1", ["id"], { unique: true })`);
    expect(untold(table, index("by_id", ["id", "userId"])).attribute).toBe(`@Unique("by_id", ["id", "userId"])`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
