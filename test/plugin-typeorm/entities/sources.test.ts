import { expect, test } from "vitest";
import { columnSources } from "../../../plugin-typeorm/src/entities/sources.js";
import { fixtures } from "./fixtures.js";

const filesOf = (name: string) => fixtures().find((fixture) => fixture.name === name)?.files ?? [];

test("annotations in every place, with their lines", () => {
  const files = filesOf("annotations");
  const source = columnSources(files);
  const said = (column: string) => {
    const { fill, line, file, write, exposure } = source({ name: "user" }, column) ?? {};
    return [fill && `${fill.kind}(${fill.sql})`, `${file}:${line}`, write, exposure].filter(
      (each) => each !== undefined,
    );
  };
  expect(said("slashes")).toEqual(["backfill(lower(email))", "user.ts:7"]);
  expect(said("lines")).toEqual(["backfill(1)", "user.ts:10", "internal"]);
  expect(said("two")).toEqual(["backfill('x')", "user.ts:15"]);
  expect(said("block")).toEqual(["backfill(coalesce( email, 'none' ))", "user.ts:20", "exposed"]);
  expect(said("behindWords")).toEqual(["mirror(lower(email))", "user.ts:30"]);
  expect(said("between")).toEqual(["backfill('between')", "user.ts:33"]);
  expect(said("beforeName")).toEqual(["backfill('b')", "user.ts:38"]);
  expect(said("behind")).toEqual(["backfill('y')", "user.ts:41"]);
  expect(said("same")).toEqual(["backfill('z')", "user.ts:43", "slugOf(email)"]);
  expect(said("none")).toEqual(["user.ts:44"]);
  expect(said("id")).toEqual(["user.ts:5"]);
  expect(source({ name: "user" }, "gone")).toBeUndefined();
});

test("inherited and embedded columns, keys, and the names of a strategy", () => {
  expect(columnSources(filesOf("inherited"))({ name: "order" }, "tenant_region")).toMatchObject({
    model: "Order",
    field: "region",
    file: "base.ts",
    line: 10,
    fill: { kind: "backfill", sql: "'eu'" },
  });
  expect(columnSources(filesOf("embedded"))({ name: "companies" }, "shipStreetname")).toMatchObject({
    model: "Company",
    field: "shipping.streetName",
    file: "place.ts",
    line: 9,
  });
  const member = columnSources(filesOf("relations"));
  expect(member({ name: "member" }, "teamId")).toMatchObject({
    field: "teamId",
    fill: { sql: "1" },
    hasDefault: false,
  });
  expect(member({ name: "member" }, "officeId")).toMatchObject({ field: "office", line: 32 });
  const known = { model: "Member", field: "office.id", table: { schema: "app", name: "members" }, name: "office_id" };
  expect(columnSources(filesOf("relations"), [known])(known.table, "office_id")).toMatchObject({
    field: "office",
    line: 32,
  });
  expect(columnSources(filesOf("schemas"))({ name: "users" }, "handle")).toMatchObject({
    model: "User",
    file: "user.ts",
    line: 17,
    fill: { sql: "lower(email)" },
  });
  const doc = columnSources(filesOf("special-columns"));
  expect(doc({ name: "doc" }, "version")?.hasDefault).toBe(true);
  expect(doc({ name: "doc" }, "publicId")?.hasDefault).toBe(true);
});

test("a column of a subclass goes by the class that has it, by whatever name the table is known", () => {
  const known = { model: "Person", field: "salary", table: { schema: "hr", name: "people" }, name: "salary" };
  expect(columnSources(filesOf("shared-table"), [known])(known.table, "salary")).toMatchObject({
    model: "Employee",
    field: "salary",
  });
});

test("what is said of a relation is said of its key; a mistake is told with its line", () => {
  const content = (text: string) => `import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from "typeorm";
@Entity() class Team { @PrimaryColumn("int") id: number }
@Entity() export class Member {
  @Column() teamId: number;
  /**
   * ${text}
   */
  @ManyToOne(() => Team) @JoinColumn({ name: "teamId" }) team: Team;
}`;
  const at = (text: string) =>
    columnSources([{ path: "src/member.ts", content: content(text) }])({ name: "member" }, "teamId");
  expect(at("@lockstep.backfill(7)")).toMatchObject({ field: "teamId", line: 6, fill: { sql: "7" } });
  expect(() => at("@lockstep.backfil(7)")).toThrow(/src\/member.ts:6: unknown annotation/);
});

test("what is said of a property that embeds a class is refused with the place where it belongs", () => {
  const content = (around: string, inside = "") => `import { Column, Entity, PrimaryColumn } from "typeorm";
class Money {
  ${inside}
  @Column({ type: "int", nullable: true }) amount: number;
}
class Pay {
  @Column(() => Money) money: Money;
}
@Entity() export class Member {
  @PrimaryColumn("int") id: number;
  // ${around}
  @Column(() => Pay) pay: Pay;
}`;
  const at = (column: string, ...texts: [string, string?]) =>
    columnSources([{ path: "src/member.ts", content: content(...texts) }])({ name: "member" }, column);
  for (const said of ["backfill(7)", "mirror(id)", "write(7)", "skip(why)", "internal"]) {
    const line = said === "internal" ? 12 : 11;
    expect(() => at("payMoneyAmount", `@lockstep.${said}`)).toThrow(
      expect.objectContaining({
        code: "LS2008",
        message: expect.stringMatching(
          new RegExp(`^src/member.ts:${line}: @lockstep.${said.replace(/\(.*/, "")} above Member.pay, `),
        ),
        hint: expect.stringContaining("above amount in Money, src/member.ts:4,"),
      }),
    );
  }
  expect(at("id", "@lockstep.backfill(7)")?.fill).toBeUndefined();
  expect(at("payMoneyAmount", "paid", "/** @lockstep.backfill(7) */")).toMatchObject({ line: 3, fill: { sql: "7" } });
});
