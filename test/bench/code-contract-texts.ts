/** What a feature of a generated project takes and shows, and its tests. */
import type { EntityField, EntityModel } from "../../core/src/model/index.js";
import { camel, kebab, plain, repeat, typeOf } from "./code-models.js";

export function typesText(model: EntityModel): string {
  const members = model.fields.map((field) => `  ${field.name}: ${typeOf(field)};\n`).join("");
  const some = plain(model).slice(0, 3);
  return `export interface ${model.name}View {
${members}}

export interface ${model.name}Summary {
  id: number;
${some.map((field) => `  ${field.name}: ${typeOf(field)};\n`).join("")}}

export type ${model.name}SortKey = ${some.map(({ name }) => `"${name}"`).join(" | ")} | "createdAt";

export interface ${model.name}Query {
  search?: string;
  page: number;
  size: number;
  sort?: ${model.name}SortKey;
}
`;
}

function zodOf(field: EntityField): string {
  return { number: "z.number().int()", boolean: "z.boolean()", Date: "z.string()" }[typeOf(field)] ?? "z.string()";
}

export function schemasText(model: EntityModel): string {
  const object = (name: string, fields: readonly EntityField[], suffix = "") =>
    `export const ${name} = z.object({\n${fields.map((field) => `  ${field.name}: ${zodOf(field)}${suffix},\n`).join("")}});\n`;
  const { name } = model;
  return `import { z } from "zod";

${object(`Create${name}Body`, plain(model))}
${object(`Update${name}Body`, plain(model), ".optional()")}
${object(`${name}Response`, model.fields)}
export const ${name}Params = z.object({ id: z.coerce.number().int() });
export type Create${name} = z.infer<typeof Create${name}Body>;
export type Update${name} = z.infer<typeof Update${name}Body>;
`;
}

export function dtoText(model: EntityModel, kind: "Create" | "Update"): string {
  const mark = kind === "Update" ? "?" : "!";
  const decorators: Record<string, string> = { number: "@IsInt()", boolean: "@IsBoolean()" };
  return `import { IsBoolean, IsInt, IsOptional, IsString } from "class-validator";

export class ${kind}${model.name}Dto {
${plain(model)
  .map(
    (field) =>
      `${kind === "Update" ? "  @IsOptional()\n" : ""}  ${decorators[typeOf(field)] ?? "@IsString()"}\n  ${field.name}${mark}: ${typeOf(field)};\n`,
  )
  .join("\n")}}
`;
}

function sample(field: EntityField): string {
  return { number: "1", boolean: "true", Date: "new Date(0)", unknown: "{}" }[typeOf(field)] ?? `"${field.name}"`;
}

export function factoryText(model: EntityModel): string {
  const entries = model.fields.map((field) => `    ${field.name}: ${sample(field)},\n`).join("");
  return `import type { ${model.name} } from "@/generated/prisma/client";

export function make${model.name}(overrides: Partial<${model.name}> = {}): ${model.name} {
  return {
${entries}    ...overrides,
  };
}
`;
}

export function testText(model: EntityModel): string {
  const { name } = model;
  const input = plain(model)
    .map((field) => `${field.name}: ${sample(field)}`)
    .join(", ");
  return `import { describe, expect, it } from "vitest";
import { to${name}Response } from "../../src/features/${kebab(name)}/${kebab(name)}.mapper.js";
import { make${name} } from "./${kebab(name)}.factory.js";

describe("${name}", () => {
${repeat(
  4,
  (n) => `  it("shows what was given ${n}", () => {
    const row = make${name}({ id: ${n} });
    const shown = to${name}Response(row);
    expect(shown.id).toBe(${n});
    expect(shown).toMatchObject({ ${input} });
  });
`,
)}});
`;
}

export function exportText(model: EntityModel): string {
  const names = model.fields.map(({ name }) => `"${name}"`).join(", ");
  return `import { writeCsv } from "../../lib/csv.js";
import type { ${model.name}View } from "./${kebab(model.name)}.types.js";

export const ${camel(model.name)}Columns = [${names}] as const;

export async function export${model.name}s(rows: readonly ${model.name}View[], file: string): Promise<void> {
  await writeCsv(file, ${camel(model.name)}Columns, rows.map((row) => ${camel(model.name)}Columns.map((name) => row[name])));
}
`;
}
