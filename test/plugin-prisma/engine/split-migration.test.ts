import { describe, expect, test } from "vitest";
import { parseArguments } from "../../../plugin-prisma/src/engine/arguments.js";
import { isAtLeast, prismaVersion } from "../../../plugin-prisma/src/engine/prisma-version.js";
import { executionMode } from "../../../plugin-prisma/src/engine/run-migration.js";
import { isCutFelt, mayHoldSeveral, split } from "../../../plugin-prisma/src/engine/split-migration.js";
import { parseTarget } from "../../../plugin-prisma/src/engine/target.js";

describe("split", () => {
  const parts = async (sql: string) => (await split(sql)).map((part) => part.sql.trim());

  test("cuts at semicolons that end a statement, and says where each part begins", async () => {
    const script = "-- é;\nSELECT 'a;😀';\nSELECT $$;$$ /* ; */;\nSELECT 3";
    expect(await parts(script)).toEqual(["SELECT 'a;😀'", "SELECT $$;$$ /* ; */", "SELECT 3"]);
    for (const { sql, offset } of await split(script)) expect(script.slice(offset, offset + sql.length)).toBe(sql);
  });

  test.each([
    "DO $$ BEGIN NULL; END $$",
    'DROP INDEX CONCURRENTLY "i"',
    'ALTER TABLE "a" DETACH PARTITION "b"',
    'ALTER TABLE "a" ADD CONSTRAINT "n" NOT NULL "x"',
    'ALTER TABLE "a" ADD CONSTRAINT "e" EXCLUDE USING gist ("r" WITH &&)',
    'ALTER TABLE "a" ALTER COLUMN "x" SET STATISTICS 5',
    'REINDEX INDEX CONCURRENTLY "i"',
    "this is not SQL",
  ])("leaves a file whole that has: %s", async (statement) => {
    const script = `SELECT 1;\n${statement};\n`;
    expect(await split(script)).toEqual([{ sql: script, offset: 0 }]);
  });

  test.each([
    'CREATE INDEX CONCURRENTLY "i" ON "a" ("x")',
    'ALTER TABLE "a" ADD CONSTRAINT "c" CHECK ("x" IS NOT NULL) NOT VALID',
    'ALTER TABLE "a" VALIDATE CONSTRAINT "c"',
    'ALTER TABLE "a" ALTER COLUMN "x" SET NOT NULL',
    `ALTER TYPE "E" ADD VALUE 'x'`,
    'DROP INDEX "i"',
  ])("cuts a file that has: %s", async (statement) => {
    expect(await parts(`SELECT 1;\n${statement};\n`)).toEqual(["SELECT 1", statement]);
  });

  test("one statement needs no parser", () => {
    expect(mayHoldSeveral("SELECT 1 ;\n;\n")).toBe(false);
    expect(mayHoldSeveral("SELECT 1; SELECT 2")).toBe(true);
    expect(isCutFelt('CREATE INDEX concurrently "i"')).toBe(true);
    expect(isCutFelt('ALTER TABLE "locals" ADD COLUMN "valued" int')).toBe(false);
  });
});

test("execution mode by version", () => {
  expect(executionMode("6.19.3", "main")).toBe("whole");
  expect(executionMode("7.3.9", "main")).toBe("whole");
  expect(executionMode("7.4.0", "main")).toBe("statements");
  expect(executionMode("7.4.0", "shadow")).toBe("whole");
  expect(executionMode("7.10.0", "shadow")).toBe("statements");
  expect(isAtLeast("unknown", 7, 4)).toBe(true);
  expect(prismaVersion(import.meta.dirname)).toMatch(/^7\./);
  expect(prismaVersion("/nowhere", "7.2.0")).toBe("7.2.0");
});

test("the command line of the CLI", () => {
  const datasource = JSON.stringify({ url: "postgresql://a/b", shadowDatabaseUrl: "" });
  expect(parseArguments(["--version"])).toEqual({ kind: "version" });
  expect(parseArguments(["--datasource", datasource, "cli", "create-database"])).toEqual({
    kind: "cli",
    command: "create-database",
    datasource: { url: "postgresql://a/b" },
  });
  const rpc = ["--datamodels", "a.prisma", "--datamodels", "b.prisma", `--datasource=${datasource}`];
  expect(parseArguments([...rpc, "--enabled-preview-features", "views", "--extension-types", "{}"])).toEqual({
    kind: "rpc",
    datamodelPaths: ["a.prisma", "b.prisma"],
    datasource: { url: "postgresql://a/b" },
  });
});

describe("database URLs", () => {
  const target = (url: string) => parseTarget(url, "/");

  test("are taken apart as Prisma does", () => {
    expect(
      target("postgres://us%40er:p%2Fw@[::1]:6000/d%20b?schema=s&sslmode=disable&connect_timeout=0"),
    ).toMatchObject({
      host: "::1",
      port: 6000,
      user: "us@er",
      password: "p/w",
      database: "d b",
      schema: "s",
      encryption: "disable",
      connectTimeoutMs: 0,
    });
    expect(target("postgresql://localhost?host=/run/postgresql")).toMatchObject({
      host: "/run/postgresql",
      port: 5432,
      database: "postgres",
      schema: "public",
      encryption: "prefer",
    });
    expect(target("postgresql://h/d?sslmode=require")).toMatchObject({ tls: { rejectUnauthorized: false } });
    expect(target("postgresql://h/d?sslmode=require&sslaccept=strict")).toMatchObject({
      tls: { rejectUnauthorized: true },
    });
  });

  test("that cannot be used are refused with a code", () => {
    expect(() => target("postgresql://a:%zz@h/d")).toThrow(expect.objectContaining({ code: "P1013" }));
    expect(() => target("sqlserver://h")).toThrow(expect.objectContaining({ code: "LS9004" }));
  });
});
