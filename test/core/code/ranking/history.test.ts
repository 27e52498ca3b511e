import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import {
  type HistoryLimits,
  type HistoryRequest,
  readColumnHistory,
} from "../../../../core/src/code/ranking/history.js";
import { fieldsIn } from "../../../../plugin-prisma/src/schema/fields-in.js";
import { fieldsIn as fieldsInEntity } from "../../../../plugin-typeorm/src/entities/fields-in.js";
import { createRepository, type Repository, runGit } from "../../../support/repository.js";

const schemaFile = "prisma/schema.prisma";
const opened: Repository[] = [];
const folders: string[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const each of opened.splice(0)) each.dispose();
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true });
});

function repository(from?: Date): Repository {
  const made = createRepository(from);
  opened.push(made);
  return made;
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-history-"));
  folders.push(folder);
  return folder;
}

/** A model with fields of type String. */
function model(fields: string, name = "User"): string {
  const lines = fields.split(" ").map((field) => `  ${field} String${field === "id" ? " @id" : ""}\n`);
  return `model ${name} {\n${lines.join("")}}\n`;
}

function entity(fields: string): string {
  const lines = fields.split(" ").map((field) => `  @Column()\n  ${field}: string;\n`);
  return `import { Column, Entity } from "typeorm";\n\n@Entity()\nexport class User {\n${lines.join("")}}\n`;
}

/** The history of `User`, whose columns today are the names given. */
function read(
  root: string,
  columns: string,
  request: Partial<HistoryRequest> = {},
  limits: HistoryLimits = {},
  signal = new AbortController().signal,
) {
  return readColumnHistory(
    root,
    { modelFiles: [schemaFile], model: "User", columns: columns.split(" "), fieldsIn, candidateFiles: [], ...request },
    signal,
    { now: new Date("2026-06-01T12:00:00Z"), limitMs: 60_000, ...limits },
  );
}

/** `field commit`, the newest first. */
async function additions(...args: Parameters<typeof read>): Promise<readonly string[] | undefined> {
  return (await read(...args))?.added.map(({ field, commit }) => `${field} ${commit}`);
}

test("finds who added which column, with what, and what the files had before", async () => {
  const made = repository();
  made.commit({ "src/other.ts": "" });
  made.commit({ [schemaFile]: model("id email"), "src/a.ts": "toUser email", "src/b.ts": "UserRow" });
  const first = made.commit({ [schemaFile]: model("id email name"), "src/a.ts": "toUser email name" });
  made.commit({ "src/b.ts": "UserRow, nothing of the schema" });
  made.commit({ [schemaFile]: `// only words\n${model("id email name")}` });
  const second = made.commit({
    [schemaFile]: model("id email name age city"),
    "src/new.ts": "toUser",
    "src/a.ts": undefined,
  });
  made.write({ [schemaFile]: model("id email name age city planned") });

  const candidateFiles = ["src/a.ts", "src/b.ts", "src/new.ts", "src/never.ts"];
  const history = await read(made.folder, "id email name age city planned", { candidateFiles });

  expect(history?.added).toMatchObject([
    { field: "city", commit: second, files: new Set([schemaFile, "src/a.ts", "src/new.ts"]) },
    { field: "age", commit: second, files: new Set([schemaFile, "src/a.ts", "src/new.ts"]) },
    { field: "name", commit: first, files: new Set([schemaFile, "src/a.ts"]) },
  ]);
  expect(history?.existed("src/a.ts", "toUser", first)).toBe(true);
  expect(history?.existed("src/a.ts", "name", first)).toBe(false);
  expect(history?.existed("src/a.ts", "name", second)).toBe(true);
  // A part of a word is another name.
  expect(history?.existed("src/b.ts", "User", first)).toBe(false);
  expect(history?.existed("src/b.ts", "UserRow", second)).toBe(true);
  for (const file of ["src/new.ts", "src/never.ts", "src/not-asked.ts"])
    expect(history?.existed(file, "toUser", second)).toBeUndefined();
  expect(history?.existed("src/b.ts", "UserRow", "0".repeat(40))).toBeUndefined();
});

test("follows a renamed field, and knows only the last return of one that was away", async () => {
  const made = repository();
  made.commit({ [schemaFile]: model("id email") });
  const nick = made.commit({ [schemaFile]: model("id email nick") });
  made.commit({ [schemaFile]: model("id email nick age") });
  made.commit({ [schemaFile]: model("id email nick") });
  made.commit({ [schemaFile]: model("id email handle") });
  const age = made.commit({ [schemaFile]: model("id email handle age") });
  made.commit({ [schemaFile]: model("id email handle age gone") });
  made.commit({ [schemaFile]: model("id email handle age") });

  expect(await additions(made.folder, "id email handle age")).toEqual([`age ${age}`, `handle ${nick}`]);
});

test("a name that was given to another column before is not that column", async () => {
  const made = repository();
  made.commit({ [schemaFile]: model("id") });
  made.commit({ [schemaFile]: model("id name") });
  const name = made.commit({ [schemaFile]: model("id nick") });
  const again = made.commit({ [schemaFile]: model("id nick name") });

  expect(await additions(made.folder, "id nick name")).toEqual([
    `name ${again}`,
    `nick ${made.git("rev-parse", `${name}^`)}`,
  ]);
});

test("a merge is one commit, as a squash is", async () => {
  const made = repository();
  made.commit({ [schemaFile]: model("id") });
  made.git("checkout", "--quiet", "-b", "merged");
  made.commit({ [schemaFile]: model("id name") });
  made.commit({ "src/a.ts": "name" });
  made.git("checkout", "--quiet", "main");
  made.commit({ "src/b.ts": "" });
  made.git("merge", "--quiet", "--no-ff", "--message=merge", "merged");
  const merge = made.git("rev-parse", "HEAD");
  made.git("checkout", "--quiet", "-b", "squashed");
  made.commit({ [schemaFile]: model("id name age") });
  made.commit({ "src/a.ts": "name age" });
  made.git("checkout", "--quiet", "main");
  made.git("merge", "--quiet", "--squash", "squashed");
  const squash = made.commit({});

  const history = await read(made.folder, "id name age");
  expect(history?.added).toMatchObject([
    { field: "age", commit: squash, files: new Set([schemaFile, "src/a.ts"]) },
    { field: "name", commit: merge, files: new Set([schemaFile, "src/a.ts"]) },
  ]);
});

test("a large merge counts by its commits, other large commits do not", async () => {
  const many = (folder: string) =>
    Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${folder}/${index}.txt`, folder]));
  const made = repository();
  made.commit({ [schemaFile]: model("id") });
  made.git("checkout", "--quiet", "-b", "develop");
  const name = made.commit({ [schemaFile]: model("id name"), "src/a.ts": "" });
  made.commit(many("assets"));
  made.commit({ [schemaFile]: model("id name imported"), ...many("import") });
  made.git("checkout", "--quiet", "main");
  const age = made.commit({ [schemaFile]: model("id age") });
  made.git("merge", "--quiet", "--no-ff", "--no-commit", "--strategy=ours", "develop");
  made.git("checkout", "--quiet", "develop", "--", "assets", "import");
  made.commit({ [schemaFile]: model("id age name imported") });

  expect(await additions(made.folder, "id name imported age")).toEqual([`name ${name}`, `age ${age}`]);
});

test("a commit that changes more than can be listed does not hide the others", async () => {
  const made = repository();
  made.commit({ [schemaFile]: model("id") });
  const name = made.commit({ [schemaFile]: model("id name") });
  const commit = (fields: string, more = "") => {
    const data = (text: string) => `data ${text.length}\n${text}\n`;
    const head = "commit refs/heads/main\ncommitter Test <test@example.com> 1767787200 +0000\n";
    return `${head}${data("change")}M 100644 inline ${schemaFile}\n${data(model(fields))}${more}`;
  };
  const folder = "deep/".repeat(60);
  const blob = made.git("rev-parse", `HEAD:${schemaFile}`);
  const files = Array.from({ length: 25_000 }, (_, index) => `M 100644 ${blob} ${folder}${index}\n`);
  const input = `${commit("id name wide", files.join("")).replace("change\n", "change\nfrom refs/heads/main^0\n")}${commit("id name wide age")}`;
  execFileSync("git", ["fast-import", "--quiet"], { cwd: made.folder, input });

  expect(await additions(made.folder, "id name wide age")).toEqual([
    `age ${made.git("rev-parse", "HEAD")}`,
    `name ${name}`,
  ]);
});

test("reads a model that came with a large merge, and one that a project was imported with", async () => {
  const made = repository();
  made.commit({ "readme.md": "" });
  made.git("checkout", "--quiet", "-b", "develop");
  made.commit({ [schemaFile]: model("id") });
  const name = made.commit({ [schemaFile]: model("id name") });
  made.commit(Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`assets/${index}.txt`, ""])));
  made.git("checkout", "--quiet", "main");
  made.commit({ "readme.md": "words" });
  made.git("merge", "--quiet", "--no-ff", "--message=release", "develop");

  expect(await additions(made.folder, "id name")).toEqual([`name ${name}`]);
});

test("knows what a shallow clone has", async () => {
  const made = repository();
  made.commit({ [schemaFile]: model("id") });
  made.commit({ [schemaFile]: model("id name") });
  const age = made.commit({ [schemaFile]: model("id name age"), "src/a.ts": "" });
  const clone = (depth: number) => {
    const folder = emptyFolder();
    runGit(folder, ["clone", "--quiet", `--depth=${depth}`, `file://${made.folder}`, "."]);
    return folder;
  };

  expect(await additions(clone(2), "id name age")).toEqual([`age ${age}`]);
  expect(await additions(clone(1), "id name age")).toEqual([]);
});

test("downloads nothing for a partial clone", async () => {
  const made = repository();
  made.git("config", "uploadpack.allowFilter", "true");
  made.commit({ [schemaFile]: model("id"), "src/a.ts": "old" });
  made.commit({ [schemaFile]: model("id name"), "src/a.ts": "name" });
  const folder = emptyFolder();
  runGit(folder, ["clone", "--quiet", "--filter=blob:none", `file://${made.folder}`, "."]);
  const objects = () => runGit(folder, ["count-objects", "-v"]);
  const before = objects();

  // An old git is not asked at all, a new one does not have the texts.
  expect((await read(folder, "id name", { candidateFiles: ["src/a.ts"] }))?.added ?? []).toEqual([]);
  expect(objects()).toBe(before);
});

test("without a repository, a commit, the file, or git itself there is no history, and no error", async () => {
  expect(await read(emptyFolder(), "id")).toBeUndefined();
  expect(await read(join(emptyFolder(), "missing"), "id")).toBeUndefined();

  const made = repository();
  made.write({ [schemaFile]: model("id") });
  expect(await additions(made.folder, "id")).toEqual([]);
  made.commit({ "readme.md": "" });
  expect(await additions(made.folder, "id")).toEqual([]);
  expect(await read(made.folder, "id", { modelFiles: [] })).toBeUndefined();
  expect(await additions(made.folder, "id", { modelFiles: ["../../outside.prisma"] })).toEqual([]);

  vi.stubEnv("PATH", emptyFolder());
  expect(await read(made.folder, "id")).toBeUndefined();
});

test("a project in a folder of the repository, with any names of files", async () => {
  const made = repository();
  const file = "prisma/[db] mein schema ü.prisma";
  made.commit({ [`apps/shop é/${file}`]: model("id"), "apps/shop é/src/a b.ts": "before", "apps/web/ö.ts": "form" });
  const name = made.commit({
    [`apps/shop é/${file}`]: model("id name"),
    "apps/shop é/src/a b.ts": "after",
    "apps/web/ö.ts": "form name",
    "top.txt": "",
  });
  // The same model elsewhere.
  made.commit({ [`apps/other/${file}`]: model("id name age") });

  const candidateFiles = ["src/a b.ts", "../web/ö.ts", "src/line\nbreak.ts"];
  const history = await read(join(made.folder, "apps/shop é"), "id name age", { modelFiles: [file], candidateFiles });
  expect(history?.added).toMatchObject([
    { field: "name", commit: name, files: new Set([file, "src/a b.ts", "../web/ö.ts", "../../top.txt"]) },
  ]);
  expect(history?.existed("src/a b.ts", "before", name)).toBe(true);
  expect(history?.existed("../web/ö.ts", "name", name)).toBe(false);
});

test("a submodule has a history of its own", async () => {
  const shop = repository();
  shop.commit({ [schemaFile]: model("id"), "src/a.ts": "a" });
  const name = shop.commit({ [schemaFile]: model("id name") });
  const outer = repository();
  outer.commit({ "schema.prisma": model("id") });
  outer.git("submodule", "--quiet", "add", shop.folder, "shop");
  const inOuter = outer.commit({ "schema.prisma": model("id age") });

  expect(await additions(join(outer.folder, "shop"), "id name")).toEqual([`name ${name}`]);
  const request = {
    modelFiles: ["schema.prisma", "shop/prisma/schema.prisma"],
    candidateFiles: ["shop/src/a.ts", "shop"],
  };
  const history = await read(outer.folder, "id age", request);
  expect(history?.added).toMatchObject([
    { field: "age", commit: inOuter, files: new Set([".gitmodules", "schema.prisma", "shop"]) },
  ]);
  expect(history?.existed("shop/src/a.ts", "a", inOuter)).toBeUndefined();
});

test("a schema that was renamed, then split into several files", async () => {
  const made = repository();
  const team = model("id title", "Team");
  made.commit({ "db/schema.prisma": `${team}${model("id")}` });
  const name = made.commit({ "db/schema.prisma": `${team}${model("id name")}` });
  made.commit({ "db/schema.prisma": undefined, [schemaFile]: `${team}${model("id name")}` });
  const age = made.commit({ [schemaFile]: `${team}${model("id name age")}` });
  const split = made.commit({
    [schemaFile]: undefined,
    "prisma/schema/team.prisma": team,
    "prisma/schema/user.prisma": model("id name age city"),
  });
  const zip = made.commit({ "prisma/schema/user.prisma": model("id name age city zip") });
  made.commit({ "prisma/schema/team.prisma": model("id title zip", "Team") });

  const modelFiles = ["prisma/schema/user.prisma"];
  expect(await additions(made.folder, "id name age city zip", { modelFiles })).toEqual([
    `zip ${zip}`,
    `city ${split}`,
    `age ${age}`,
    `name ${name}`,
  ]);
});

test("an entity that was moved", async () => {
  const made = repository();
  made.commit({ "src/user.ts": entity("email"), "src/dto.ts": "export class User {}" });
  const name = made.commit({ "src/user.ts": entity("email name"), "src/dto.ts": "export class User { name }" });
  const moved = "src/users/entities/user.entity.ts";
  made.commit({ "src/user.ts": undefined, [moved]: entity("email name"), "src/dto.ts": "" });
  const age = made.commit({ [moved]: entity("email name age") });

  const request = { modelFiles: [moved], fieldsIn: fieldsInEntity, candidateFiles: ["src/dto.ts"] };
  const history = await read(made.folder, "email name age", request);
  expect(history?.added).toMatchObject([
    { field: "age", commit: age, files: new Set([moved]) },
    { field: "name", commit: name, files: new Set(["src/user.ts", "src/dto.ts"]) },
  ]);
  expect(history?.existed("src/dto.ts", "User", name)).toBe(true);
});

test("a model that is new in another file while its namesake stays is not that one", async () => {
  const made = repository();
  made.commit({ "packages/old/schema.prisma": model("id") });
  made.commit({ "packages/old/schema.prisma": model("id name") });
  made.commit({ "packages/old/schema.prisma": model("id name age"), [schemaFile]: model("id name age") });
  const zip = made.commit({ [schemaFile]: model("id name age zip") });

  expect(await additions(made.folder, "id name age zip")).toEqual([`zip ${zip}`]);
});

test("counts the newest twenty of three years", async () => {
  const made = repository(new Date("2022-12-01T12:00:00Z"));
  made.commit({ [schemaFile]: model("id") });
  made.commit({ [schemaFile]: model("id old") });
  const names = ["id", "old"];
  expect(await additions(made.folder, "id old")).toEqual([]);
  expect(await additions(made.folder, "id old", {}, { now: new Date("2025-01-01T00:00:00Z") })).toHaveLength(1);

  for (let index = 0; index < 25; index++) {
    names.push(`field${index}`);
    made.commit({ [schemaFile]: model(names.join(" ")) });
  }
  const found = await additions(made.folder, names.join(" "), {}, { now: new Date("2025-01-01T00:00:00Z") });
  expect(found?.map((each) => each.split(" ")[0])).toEqual(names.slice(-20).reverse());
});

test("says when there was no time, and nothing when somebody ended it", async () => {
  const made = repository();
  made.commit({ [schemaFile]: model("id") });
  const tooLong = vi.fn();

  expect(await read(made.folder, "id", {}, { limitMs: 0, tooLong })).toBeUndefined();
  expect(tooLong).toHaveBeenCalledOnce();
  expect(await read(made.folder, "id", {}, { tooLong }, AbortSignal.abort())).toBeUndefined();
  expect(await read(made.folder, "id", {}, { tooLong }, AbortSignal.timeout(1))).toBeUndefined();
  expect(tooLong).toHaveBeenCalledOnce();
});

test("no setting changes what is read, and nothing of the user's is run", async () => {
  const made = repository();
  const script = (name: string, text: string) => {
    made.write({ [name]: `#!/bin/sh\n${text}\n` });
    chmodSync(join(made.folder, name), 0o755);
    return join(made.folder, name);
  };
  const trap = script("trap.sh", `touch "${made.folder}/sprung"`);
  const signs = script("signs.sh", "cat > /dev/null; echo signature; printf '\\n[GNUPG:] SIG_CREATED \\n' >&2");
  made.commit({ "app/db/schema.prisma": model("id") });
  made.git("mv", "app/db", "app/prisma");
  made.commit({});
  made.git("checkout", "--quiet", "-b", "side");
  made.commit({ [`app/${schemaFile}`]: model("id name"), "web/a.ts": "" });
  made.git("checkout", "--quiet", "main");
  made.git("-c", `gpg.program=${signs}`, "merge", "--quiet", "--no-ff", "-S", "--message=merge", "side");
  const merge = made.git("rev-parse", "HEAD");
  expect(made.git("cat-file", "commit", merge)).toContain("gpgsig");
  const settings = {
    "color.ui": "always",
    "core.fsmonitor": trap,
    "core.hooksPath": made.folder,
    "core.pager": trap,
    "core.quotePath": "true",
    "diff.external": trap,
    "diff.relative": "true",
    "diff.renames": "copies",
    "format.pretty": "fuller",
    "gpg.program": trap,
    "log.abbrevCommit": "true",
    "log.decorate": "full",
    "log.diffMerges": "combined",
    "log.follow": "true",
    "log.showRoot": "false",
    "log.showSignature": "true",
    "pager.log": "true",
  };
  for (const [key, value] of Object.entries(settings)) made.git("config", key, value);
  vi.stubEnv("GIT_EXTERNAL_DIFF", trap);
  vi.stubEnv("GIT_PAGER", trap);

  const history = await read(join(made.folder, "app"), "id name", { candidateFiles: [schemaFile] });
  expect(history?.added).toMatchObject([{ field: "name", commit: merge, files: new Set([schemaFile, "../web/a.ts"]) }]);
  expect(history?.existed(schemaFile, "id", merge)).toBe(true);
  expect(existsSync(join(made.folder, "sprung"))).toBe(false);
});
