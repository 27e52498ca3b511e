import { expect, test } from "vitest";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { ownFlags } from "../../support/toggles.js";
import { columns } from "./columns.js";
import { apply, type Column, editFor, type Files, textOf, undoOf, withEntities } from "./phases.js";

const nullable = columns["mapper-nullable"] ?? {};
const dto = `import { ApiProperty } from "@nestjs/swagger";
import { User } from "./entities/user.entity";

export class UserDto {
  @ApiProperty() id!: number;
  @ApiProperty() email!: string;
  @ApiProperty() name!: string;
  @ApiProperty() createdAt!: Date;
  @ApiProperty() updatedAt!: Date;
}

export const toDto = (user: User): UserDto => {
  const dto = new UserDto();
  dto.id = user.id;
  dto.email = user.email;
  dto.name = user.name;
  dto.createdAt = user.createdAt;
  dto.updatedAt = user.updatedAt;
  return dto;
};
`;

/** Contract, over what people made of the code of switch; run again it says and changes the same. */
async function contracted(column: Column, ...pairs: readonly (readonly [from: string, to: string])[]) {
  const edits: PlannedEdit[] = [];
  let files: Files = withEntities(dto);
  for (const phase of ["expand", "switch"] as const) {
    const result = await editFor(phase, files, edits, column);
    files = apply(files, result);
    edits.push(...result.edits);
  }
  for (const [from, to] of pairs) {
    expect(textOf(files)).toContain(from);
    files = files.map(({ file, text }) => ({ file, text: text.replaceAll(from, to) }));
  }
  const result = await editFor("contract", files, edits, column);
  const after = apply(files, result);
  const again = await editFor("contract", after, [...edits, ...result.edits], column);
  expect(again).toMatchObject({ changes: [], edits: [], places: result.places });
  return { text: textOf(after), places: result.places };
}

test("a fallback that is assigned is found where the variable has another name", async () => {
  const { text, places } = await contracted(
    {},
    ["dto.", "view."],
    ["const dto", "const view"],
    ["return dto", "return view"],
  );
  expect(places).toEqual([]);
  expect(text).toContain("view.handle = user.handle;");
});

test("an assignment behind a flag is found with braces, on other lines and with other names", async () => {
  const column: Column = { ...nullable, toggle: ownFlags };
  const written = 'if (flags.isOn("user-handle-read")) dto.handle = user.handle;';
  for (const own of [
    'if (flags.isOn("user-handle-read")) {\n    dto.handle = user.handle;\n  }',
    "if (\n    flags.isOn('user-handle-read')\n  )\n    dto.handle = user.handle;",
    'if ((flags.isOn("user-handle-read"))) dto.handle = user.handle;',
  ]) {
    const { text, places } = await contracted(column, [written, own]);
    expect(places).toEqual([]);
    expect(text).toContain("\n  dto.handle = user.handle;\n");
    expect(text).not.toContain("flags");
  }
  const { places } = await contracted(column, [written, `${written.slice(0, -1)}; else dto.handle = "";`]);
  expect(places).toMatchObject([{ file: "src/code.ts", kind: "likely", what: "toDto: copy of User" }]);
});

test("a fallback that was taken out by hand, or formatted, is none", async () => {
  expect((await contracted({}, [" ?? user.email.toLowerCase()", ""])).places).toEqual([]);
  const { text, places } = await contracted({}, ["handle = user.handle ??", "handle =\n    user.handle ??\n     "]);
  expect(places).toEqual([]);
  expect(text).not.toContain("??");
});

test("a field of a DTO class that was rewritten is listed; done by hand it is none", async () => {
  const field = "@ApiProperty({ type: String, nullable: true }) handle!: string | null;";
  const { places } = await contracted(nullable, ["handle!: string | null", "declare handle: string | null"]);
  expect(places).toMatchObject([{ kind: "likely", what: "class UserDto", line: 10 }]);
  expect(places[0]?.reason).toBe(
    `Lockstep wrote \`${field}\` here and does not find it any more: take \`| null\` out by hand`,
  );
  expect((await contracted(nullable)).places).toEqual([]);
  expect((await contracted(nullable, [field, "@ApiProperty() handle!: string;"])).places).toEqual([]);
});

test("a field that stands but cannot be edited any more is said to be so", async () => {
  const { places } = await contracted(
    nullable,
    ["@ApiProperty() email", '@Expose({ name: "mail" }) email'],
    ["import { ApiProperty", 'import { Expose } from "class-transformer";\nimport { ApiProperty'],
  );
  expect(places).toMatchObject([{ kind: "likely", what: "class UserDto" }]);
  expect(places[0]?.reason).toMatch(/ here, and it is still there: remove `\| null` by hand$/);
});

test("undo finds what a formatter gave other quotes", async () => {
  const fixture = `import { User } from "./entities/user.entity";

const day = new Date(0);
export const alice: User = { id: 1, email: "A@x.com", name: "Alice", createdAt: day, updatedAt: day };
`;
  const files = withEntities(fixture);
  const expanded = await editFor("expand", files, []);
  const quoted = apply(files, expanded).map((each) => ({ ...each, text: each.text.replaceAll('"', "'") }));
  expect(textOf(quoted)).toContain("handle: 'a@x.com'");
  const undone = await undoOf("expand", quoted, expanded.edits);
  expect(textOf(undone.files)).toBe(fixture.replaceAll('"', "'"));
});
