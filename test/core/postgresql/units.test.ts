import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Descendants, UnitColumn, UnitIndex, UnitSpec } from "../../../core/src/model/plan.js";
import { plainFrame, proveFrame } from "../../../core/src/postgresql/units/frame.js";
import { describeUnit, frameHashes, readFrame } from "../../../core/src/postgresql/units/index.js";
import { awkwardNames } from "../../support/awkward-names.js";
import { fileOf, filesOf, fillOf, handle, handleIndex, lowerEmail, type UnitFiles, user } from "../../support/units.js";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** The file without the frame, which is the same everywhere: what a reviewer reads. */
function withoutFrame(sql: string): string {
  return sql.replace(/^ *-- >>> Lock frame (\d)[\s\S]*^ *-- <<< Lock frame.*\n/m, "  [lock frame $1]\n");
}

const header = (sql: string) => sql.split("\n").filter((line) => line.startsWith("--"));

const mirror: UnitColumn = {
  name: "slug",
  type: "character varying(20)",
  defaultSql: "'-'::character varying",
  fill: fillOf((row) => `lower(${row("name")}) || ${row("tag")}`, ["name", "tag"], { kind: "mirror" }),
};
const deferred: UnitIndex = { ...handleIndex, name: "UQ_handle", constraint: { deferrable: "deferred" } };
const written: UnitColumn = { name: "region", type: "text" };

describe("lock frames", () => {
  // The hash of frame 1 is the one that the measurements in docs/lock-frame.md were made with.
  it("have the bytes that were measured", () => {
    expect(sha256(plainFrame)).toBe(frameHashes.plain);
    expect(sha256(proveFrame)).toBe(frameHashes.prove);
    expect(frameHashes.plain).toMatch(/^4a0525c071dd534b/);
  });

  it.each(Object.entries(filesOf()))("%s: is found in the file, and an edit is noticed", (kind, sql) => {
    const frame = readFrame(sql);
    if (kind === "create-index" || kind === "assert-index") return expect(frame).toBeUndefined();
    expect(frame?.kind).toBe(kind === "prove" ? "prove" : "plain");
    expect(readFrame(sql.replace("least(3000, left_ms)", "least(9000, left_ms)"))?.kind).toBe("edited");
  });

  it("never raise class 23 themselves: Prisma would replace the text", () => {
    expect(proveFrame).not.toMatch(/code := '23|ERRCODE = code\b/);
  });
});

describe("files", () => {
  it.each(Object.entries(filesOf()))("%s, one column", (_, sql) => {
    expect(withoutFrame(sql)).toMatchSnapshot();
  });

  it.each(Object.entries(filesOf({ schema: "shop", name: "Product" }, [handle, mirror])))(
    "%s, two columns in a schema",
    (_, sql) => {
      expect(withoutFrame(sql)).toMatchSnapshot();
    },
  );

  const below = (descendants: Descendants) => Object.entries(filesOf(user, [handle], handleIndex, descendants));
  it.each(below("children"))("%s, with tables that inherit", (kind, sql) => {
    if (kind.includes("index")) expect(sql).toBe(filesOf()[kind as keyof UnitFiles]);
    else expect(withoutFrame(sql)).toMatchSnapshot();
  });
  it.each(below("partitions"))("%s, with partitions", (kind, sql) => {
    if (!kind.includes("index")) return expect(sql).toBe(filesOf()[kind as keyof UnitFiles]);
    expect(withoutFrame(sql)).toMatchSnapshot();
    expect(readFrame(sql)?.kind).toBe("plain");
  });

  it.each(Object.entries(filesOf(user, [written])))("%s, a column that SQL cannot fill", (kind, sql) => {
    expect(sql).not.toContain("CREATE TRIGGER");
    if (kind === "prove") expect(sql).toContain("fill      constant text := NULL;");
    if (kind === "prove" || kind === "undo-expand") expect(withoutFrame(sql)).toMatchSnapshot();
  });

  it("a column without a fill keeps prove from filling the others", () => {
    const sql = fileOf({ kind: "prove", table: user, columns: [handle, written] });
    expect(sql).toContain("fill      constant text := NULL;");
    expect(sql).toContain("fill_max  constant int := 0;");
    expect(sql).toContain(`"handle" IS NULL OR "region" IS NULL`);
  });

  const constrained = { table: user, index: deferred };
  it.each<UnitSpec>([
    { kind: "attach-unique", ...constrained },
    { kind: "drop-index", ...constrained },
    { kind: "create-index", ...constrained, isPartitioned: true },
    { kind: "assert-index", ...constrained, isPartitioned: true },
    { kind: "drop-index", ...constrained, isPartitioned: true },
  ])("$kind of a constraint", (spec) => {
    const sql = fileOf(spec);
    expect(withoutFrame(sql)).toMatchSnapshot();
    expect(readFrame(sql)?.kind).toBe("plain");
  });

  it("create-index is comments and one statement", () => {
    const { "create-index": sql } = filesOf();
    expect(sql.split("\n").filter((line) => !line.startsWith("--"))).toEqual([
      `CREATE UNIQUE INDEX CONCURRENTLY "User_handle_key" ON "User"("handle");`,
      "",
    ]);
    const gin = { name: "i", isUnique: false, columns: ["a", "b"], method: "gin" };
    expect(fileOf({ kind: "create-index", table: user, index: gin })).toContain(
      `\nCREATE INDEX CONCURRENTLY "i" ON "User" USING "gin" ("a", "b");\n`,
    );
  });

  it("asks about duplicates only for a unique index", () => {
    const plain = fileOf({ kind: "assert-index", table: user, index: { ...handleIndex, isUnique: false } });
    expect(plain).not.toContain("uplicates");
    expect(plain).toContain("format('USING %I (%I)', 'btree', 'handle')");
  });

  it("original comes back byte for byte", () => {
    const sql = "  CREATE TABLE a ();\r\n-- tail without a line break";
    expect(fileOf({ kind: "original", sql })).toBe(sql);
  });

  it("the same input gives the same bytes, ending in one line break", () => {
    const again = filesOf();
    for (const [kind, sql] of Object.entries(filesOf())) {
      expect(sql).toBe(again[kind as keyof typeof again]);
      expect(sql).toMatch(/[^\n]\n$/);
    }
  });

  it("pins the search path of a function that needs what is not built in", () => {
    const column = { ...handle, fill: { ...lowerEmail, isBuiltinOnly: false } };
    expect(fileOf({ kind: "expand", table: user, columns: [column] })).toContain(
      "LANGUAGE plpgsql SET search_path FROM CURRENT AS",
    );
    expect(filesOf().expand).not.toContain("SET search_path");
  });

  it("ends a comment inside a fill before its own text goes on", () => {
    const fill = { ...lowerEmail, rowSql: "1 -- uno", newSql: "1 -- uno", oldSql: "1 -- uno" };
    const commented: UnitColumn = {
      name: "n",
      type: "integer",
      defaultSql: "2 -- due",
      fill: { ...fill, kind: "mirror" },
    };
    const files = filesOf(user, [handle, commented]);
    for (const sql of [files.expand, files.prove]) expect(sql.slice(sql.indexOf("DO $"))).not.toMatch(/-- (uno|due)./);
  });

  it("gives up where a name does not fit", () => {
    const long = { name: "x".repeat(64) };
    expect(() => describeUnit({ kind: "expand", table: long, columns: [handle] })).toThrow(/64 bytes/);
  });
});

describe("words", () => {
  const specs: UnitSpec[] = [
    { kind: "expand", table: user, columns: [handle] },
    { kind: "expand", table: { schema: "shop", name: "Product" }, columns: [handle, mirror, written] },
    { kind: "create-index", table: user, index: handleIndex },
    { kind: "assert-index", table: user, index: handleIndex },
    { kind: "create-index", table: user, index: handleIndex, isPartitioned: true },
    { kind: "assert-index", table: user, index: handleIndex, isPartitioned: true },
    { kind: "attach-unique", table: user, index: deferred },
    { kind: "create-index", table: user, index: deferred, isPartitioned: true },
    { kind: "assert-index", table: user, index: deferred, isPartitioned: true },
    { kind: "drop-index", table: user, index: handleIndex },
    { kind: "drop-index", table: user, index: deferred },
    { kind: "prove", table: user, columns: [handle, written] },
    { kind: "enforce", table: user, columns: [handle, written] },
    { kind: "undo-expand", table: user, columns: [handle, written] },
    { kind: "undo-contract", table: user, columns: [handle, written] },
    { kind: "original", sql: `ALTER TABLE "User"\n  ADD COLUMN "note" TEXT;\n` },
  ];

  it.each(specs)("$kind", (spec) => {
    expect(describeUnit(spec)).toMatchSnapshot();
  });
});

describe.each([undefined, 'Sch"ema'])("awkward names, schema %j", (schema) => {
  describe.each(awkwardNames)("$why", ({ table, column }) => {
    const name = schema === undefined ? { name: table } : { schema, name: table };
    const fill = fillOf((row) => `lower(${row(column)})`, [column]);
    const columns = [
      { name: "filled", type: "text", fill },
      { name: column, type: "text", fill: lowerEmail },
    ];
    const index = { name: column, isUnique: true, columns: [column], method: "btree" };

    it.each(Object.entries(filesOf(name, columns, index)))(
      "%s: the header is short lines of comment, then one statement",
      (_, sql) => {
        const lines = sql.split(/\r?\n|\r/);
        const first = lines.findIndex((line) => !line.startsWith("--"));
        expect(lines[first]).toMatch(/^(DO \$lockstep\d*\$|CREATE UNIQUE INDEX CONCURRENTLY)/);
        expect(Math.max(...header(lines.slice(0, first).join("\n")).map((line) => line.length))).toBeLessThanOrEqual(
          120,
        );
      },
    );
  });
});
