import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { PlannedEdit } from "../../../../core/src/model/index.js";
import { expectGolden, placeNotes, type Step } from "../../../support/goldens.js";
import { apply, edit, type File, type Phase, phases, undo } from "./phases.js";

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));

const cases = readdirSync(folder).map((name) => {
  const first = readdirSync(`${folder}${name}`).find((file) => file.startsWith("before.")) as string;
  const extension = first.slice("before.".length);
  const isCode = extension === "ts";
  const file = isCode ? "src/code.ts" : `docs/api.${extension}`;
  const text = readFileSync(`${folder}${name}/${first}`, "utf8");
  const before: readonly File[] = [{ file, text, ...(!isCode && { isDocument: true }) }];
  return { name, extension, before };
});

/** Golden files: `before` is written by hand, what the phases do to it by `npm run goldens`, and reviewed. */
describe.each(cases)("$name", ({ name, before }) => {
  test("each phase, and again without a change", async () => {
    const steps: Step[] = [];
    const earlier: PlannedEdit[] = [];
    let former = before;
    for (const { phase, files, edits, places, silent } of await throughPhases(before)) {
      earlier.push(...edits);
      expect((await edit(files, [phase], earlier)).changes, `${phase} again`).toEqual([]);
      const edited = edits.map(({ file, line, what, text }) => `edited ${file}:${line} · ${what} · ${text}`);
      steps.push({ name: phase, before: former, after: files, notes: [...edited, ...placeNotes({ places, silent })] });
      former = files;
    }
    await expectGolden(`${folder}${name}`, steps);
  });

  test("the same with CRLF", async () => {
    const windows = before.map((each) => ({ ...each, text: crlf(each.text) }));
    const [these, those] = [await throughPhases(before), await throughPhases(windows)];
    expect(those.map(({ files }) => files[0]?.text)).toEqual(these.map(({ files }) => crlf(files[0]?.text ?? "")));
  });

  test.each(["\n", "\r\n"])("undo of each phase, and of all, gives the bytes back: %j", async (eol) => {
    const given = before.map((each) => ({ ...each, text: each.text.replaceAll("\n", eol) }));
    const earlier: PlannedEdit[] = [];
    let former = given;
    for (const { phase, files, edits } of await throughPhases(given)) {
      earlier.push(...edits);
      const undone = await undo(files, phases.slice(phases.indexOf(phase)), earlier);
      expect(undone, phase).toEqual({ files: former, places: [] });
      former = [...files];
    }
    expect(await undo(former, phases, earlier)).toEqual({ files: given, places: [] });
  });

  test("switch and contract at once end in the same bytes", async () => {
    const [expanded, , contracted] = await throughPhases(before);
    if (expanded === undefined) throw new Error("no phase");
    const { changes } = await edit(expanded.files, ["switch", "contract"], expanded.edits);
    expect(apply(expanded.files, changes)).toEqual(contracted?.files);
  });
});

test.each(cases.filter(({ extension }) => /^(?:json|ya?ml)$/.test(extension)))(
  "$name says what it said, and of the field no more than that it is there",
  async ({ before }) => {
    const said = before.map(({ text }) => withoutField(text));
    for (const { phase, files } of await throughPhases(before)) {
      expect(
        files.map(({ text }) => withoutField(text)),
        phase,
      ).toEqual(said);
    }
  },
);

async function throughPhases(before: readonly File[]) {
  const done: (Awaited<ReturnType<typeof edit>> & { phase: Phase; files: readonly File[] })[] = [];
  let files = before;
  for (const phase of phases) {
    const result = await edit(
      files,
      [phase],
      done.flatMap(({ edits }) => edits),
    );
    files = apply(files, result.changes);
    done.push({ ...result, phase, files });
  }
  return done;
}

/** What a text says, without the field and the names of it. */
function withoutField(text: string): unknown {
  const documents = parseAllDocuments(text) as readonly { readonly errors: readonly Error[]; toJS(): unknown }[];
  return documents.map((document) => {
    expect(document.errors).toEqual([]);
    return JSON.parse(
      JSON.stringify(document.toJS(), (key, value: unknown) => {
        if (Array.isArray(value)) return value.filter((item) => item !== "handle");
        return key === "handle" ? undefined : value;
      }),
    );
  });
}

function crlf(text: string): string {
  return text.replaceAll("\n", "\r\n");
}

describe("a column that stays optional", () => {
  const shape = (name: string, nickname = "") =>
    `components:\n  schemas:\n    ${name}:\n      type: object\n      properties:\n        id: {type: integer}\n        email: {type: string}\n${nickname}`;
  const sent = (nickname = "") =>
    shape("CreateUser", nickname).replace("        id: {type: integer}\n", "        name: {type: string}\n");

  test.each([
    [
      "is shown as null in OpenAPI 3.0",
      "switch",
      `openapi: 3.0.3\n${shape("User")}`,
      { type: "string", nullable: true },
    ],
    ["is shown as null in OpenAPI 3.1", "switch", `openapi: 3.1.0\n${shape("User")}`, { type: ["string", "null"] }],
    ["is taken as null", "expand", `openapi: 3.1.0\n${sent()}`, { type: ["string", "null"] }],
    [
      "is taken as the others are: not null",
      "expand",
      `openapi: 3.1.0\n${sent("        nickname: {type: string}\n")}`,
      { type: "string" },
    ],
    [
      "is taken as the others are: null",
      "expand",
      `openapi: 3.0.3\n${sent("        nickname: {type: string, nullable: true}\n")}`,
      { type: "string", nullable: true },
    ],
  ] as const)("%s", async (_, phase, text, expected) => {
    const files = [{ file: "docs/api.yaml", text, isDocument: true }] as const;
    const { changes } = await edit(files, [phase], [], { staysOptional: true });
    const [document] = parseAllDocuments(changes[0]?.after ?? "");
    const schemas: Record<string, { properties: object }> = document?.toJS().components.schemas;
    expect(Object.values(schemas)[0]?.properties).toMatchObject({ handle: expected });
  });
});

test("values of an enum stay what they are in YAML", async () => {
  const names = ["plain", "a: b", "#x", "it's", "true", "1", "", "a, b"];
  const added = { type: "enum", enumValues: names.map((name) => ({ name, value: name })) } as const;
  for (const quote of ["", "'", '"']) {
    const text = `components:\n  schemas:\n    CreateUser:\n      type: object\n      properties:\n        email: {type: ${quote}string${quote}}\n        name: {type: ${quote}string${quote}}\n`;
    const files = [{ file: "docs/api.yaml", text, isDocument: true }] as const;
    const { changes } = await edit(files, ["expand"], [], { added });
    const [document] = parseAllDocuments(changes[0]?.after ?? "");
    expect(document?.toJS().components.schemas.CreateUser.properties.handle.enum).toEqual(names);
  }
});

test("what an alias of something around it repeats is not edited in YAML", async () => {
  const text =
    "components:\n  schemas:\n    CreateUser: &u\n      type: object\n      properties:\n        email: {type: string}\n        name: {type: string}\n    Audit: *u\n";
  const files = [{ file: "docs/api.yaml", text, isDocument: true }] as const;
  const { changes, places } = await edit(files, ["expand"], []);
  expect(changes).toEqual([]);
  expect(places.map(({ what }) => what)).toEqual(["schema CreateUser"]);
});

test("an edit of contract and one of expand with the same text are recorded apart in one run", async () => {
  const schema = (name: string) =>
    `export const ${name} = z.object({ email: z.string(), name: z.string() });\nexport const ${name}Of = (req) => ${name}.parse(req.body);\n`;
  const before = [{ file: "src/code.ts", text: `import { z } from "zod";\n${schema("First")}` }];
  const expanded = await edit(before, ["expand"], []);
  const [{ text }] = apply(before, expanded.changes) as readonly [File];
  const files = [{ file: "src/code.ts", text: `${text}${schema("Later")}` }];
  const { edits } = await edit(files, ["expand", "contract"], expanded.edits);
  expect(edits.map(({ phase, what, text: its }) => [phase, what, its])).toEqual([
    ["contract", "zod object First", "handle: z.string()"],
    ["expand", "zod object Later", "handle: z.string().optional()"],
  ]);
});

test("a response that takes no other keys says that whole rows are refused", async () => {
  const text = `openapi: 3.0.0
components:
  schemas:
    Account:
      type: object
      additionalProperties: false
      properties:
        id: { type: integer }
        email: { type: string }
        name: { type: string }
`;
  const refused = "it takes no other keys: whole rows that are checked with it are refused from now on";
  for (const [given, count] of [
    [text, 1],
    [text.replace("false", "true"), 0],
  ] as const) {
    const files = [{ file: "docs/api.yaml", text: given, isDocument: true }];
    const { places } = await edit(files, ["switch"], [], { choose: async () => new Set() });
    expect(places.filter(({ reason }) => reason.endsWith(refused)).length).toBe(count);
  }
});
