/** The texts of a replayed app: what a place looks like with the fields that it names. */
import { camel } from "./code-models.js";
import type { Column } from "./ranking-columns.js";
import type { Form } from "./ranking-teams.js";

/** A field of a model as code names it; ids and timestamps are fields too. */
export interface Field extends Pick<Column, "name" | "type"> {
  readonly isRequired: boolean;
  /** The relation that a foreign key belongs to. */
  readonly relation: string | undefined;
}

interface Written {
  readonly anchor: string;
  readonly model: string;
  readonly orm: "prisma" | "typeorm";
  readonly fields: readonly Field[];
  /** The type that its feature's mapper returns. */
  readonly shown: string;
}

/** A type of a column: in TypeScript, Prisma, TypeORM, SDL, zod and class-validator, and a value of it. */
const types = {
  string: { ts: "string", prisma: "String", database: "varchar", sdl: "String", zod: "z.string()", check: "IsString" },
  int: { ts: "number", prisma: "Int", database: "int", sdl: "Int", zod: "z.number().int()", check: "IsInt" },
  decimal: { ts: "number", prisma: "Decimal", database: "decimal", sdl: "Float", zod: "z.number()", check: "IsNumber" },
  boolean: {
    ts: "boolean",
    prisma: "Boolean",
    database: "boolean",
    sdl: "Boolean",
    zod: "z.boolean()",
    check: "IsBoolean",
  },
  enum: {
    ts: "string",
    prisma: "",
    database: "enum",
    sdl: "String",
    zod: 'z.enum(["first", "second"])',
    check: "IsString",
  },
  datetime: {
    ts: "Date",
    prisma: "DateTime",
    database: "timestamp",
    sdl: "String",
    zod: "z.coerce.date()",
    check: "IsDateString",
  },
} as const satisfies Readonly<Record<Field["type"], object>>;

/** One line a field. */
const lines = (fields: readonly Field[], line: (field: Field) => string, indent = "    ") =>
  fields.map((field) => `${indent}${line(field)}\n`).join("");

const input = (name: string) => `input: Record<string, never>): Promise<unknown> {\n  return ${name}`;

const texts: Readonly<Record<Form, (place: Written) => string>> = {
  selectConst: ({ anchor, model, fields }) =>
    `export const ${anchor} = {\n${lines(fields, ({ name }) => `${name}: true,`, "  ")}} satisfies Prisma.${model}Select;\n`,
  selectCall: ({ anchor, fields, ...of }) =>
    `export function ${anchor}(id: string) {\n  return ${rows(of)}.${of.orm === "prisma" ? "findFirst" : "findOne"}({\n    where: { id },\n    select: {\n${lines(fields, ({ name }) => `${name}: true,`, "      ")}    },\n  });\n}\n`,
  mapperReturned: ({ anchor, model, fields }) =>
    `export function ${anchor}(row: ${model}) {\n  return {\n${lines(fields, ({ name }) => `${name}: row.${name},`)}  };\n}\n`,
  mapperConst: ({ anchor, model, fields }) =>
    `export function ${anchor}(row: ${model}) {\n  const shown = {\n${lines(fields, ({ name }) => `${name}: row.${name},`)}  };\n  return shown;\n}\n`,
  mapperTyped: ({ anchor, model, fields, shown }) =>
    `export const ${anchor} = (row: ${model}): ${shown} => ({\n${lines(fields, ({ name }) => `${name}: row.${name},`, "  ")}});\n`,
  mapperUntyped: ({ anchor, fields }) =>
    `export const ${anchor} = (row: any) => ({\n${lines(fields, ({ name }) => `${name}: row.${name},`, "  ")}});\n`,
  interface: ({ anchor, fields }) =>
    `export interface ${anchor} {\n${lines(fields, ({ name, type, isRequired }) => `${name}: ${types[type].ts}${isRequired ? "" : " | null"};`, "  ")}}\n`,
  dto: ({ anchor, fields }) =>
    `export class ${anchor} {\n${fields.map(({ name, type }) => `  @${types[type].check}()\n  ${name}!: ${types[type].ts};\n`).join("\n")}}\n`,
  zod: ({ anchor, fields }) =>
    `export const ${anchor} = z.object({\n${lines(fields, ({ name, type, isRequired }) => `${name}: ${types[type].zod}${isRequired ? "" : ".nullish()"},`, "  ")}});\n`,
  create: ({ anchor, fields, ...of }) =>
    `export async function ${anchor}(${input(
      created(
        of,
        lines(fields, ({ name }) => `${name}: input.${name},`, "      "),
        "    ",
      ),
    )};\n}\n`,
  update: ({ anchor, fields, ...of }) =>
    `export async function ${anchor}(id: string, ${input(
      of.orm === "prisma"
        ? `${rows(of)}.update({\n    where: { id },\n    data: {\n${lines(fields, ({ name }) => `${name}: input.${name},`, "      ")}    },\n  })`
        : `${rows(of)}.update(id, {\n${lines(fields, ({ name }) => `${name}: input.${name},`)}  })`,
    )};\n}\n`,
  names: ({ anchor, fields }) =>
    `export const ${anchor} = [\n${lines(fields, ({ name }) => `"${name}",`, "  ")}] as const;\n`,
  sql: ({ anchor, fields, ...of }) =>
    `export function ${anchor}() {\n  return ${of.orm === "prisma" ? "prisma.$queryRaw" : "source.query("}\`SELECT ${fields.map(({ name }) => `"${name}"`).join(", ")} FROM "${of.model}"\`${of.orm === "prisma" ? "" : ")"};\n}\n`,
  graphql: ({ anchor, fields }) =>
    `type ${anchor} {\n${lines(fields, ({ name, type, isRequired }) => `${name}: ${types[type].sdl}${isRequired ? "!" : ""}`, "  ")}}\n`,
  fixture: ({ anchor, model, fields }) =>
    `export const ${anchor}: ${model} = {\n${lines(fields, (field) => `${field.name}: ${sample(field)},`, "  ")}};\n`,
  createInTest: ({ anchor, fields, ...of }) =>
    `export async function ${anchor}() {\n  return ${created(
      of,
      lines(fields, (field) => `${field.name}: ${sample(field)},`, "      "),
      "    ",
    )};\n}\n`,
  bodyInTest: ({ anchor, fields }) =>
    `export const ${anchor} = {\n${lines(fields, (field) => `${field.name}: ${sample(field)},`, "  ")}};\n`,
};

/** The declaration of a place. */
export function placeText(form: Form, place: Written): string {
  return texts[form](place);
}

/** What a file imports. */
export function headOf(body: string, models: readonly string[], orm: "prisma" | "typeorm"): string {
  const used = models.filter((model) => new RegExp(`: ${model}\\b|Repository\\(${model}\\)`).test(body));
  const checks = new Set(Object.values(types).flatMap(({ check }) => (body.includes(`@${check}()`) ? [check] : [])));
  const names = [...(body.includes("Prisma.") ? ["Prisma"] : []), ...(orm === "prisma" ? used : [])];
  const mapped = [...body.matchAll(/row: (\w+)\): (\w+) => \(\{/g)];
  const imports = [
    ...(names.length > 0 ? [`import type { ${names.join(", ")} } from "@prisma/client";`] : []),
    ...(checks.size > 0 ? [`import { ${[...checks].join(", ")} } from "class-validator";`] : []),
    ...(body.includes("z.object") ? ['import { z } from "zod";'] : []),
    ...(/\bprisma\./.test(body) ? ['import { prisma } from "../db.js";'] : []),
    ...(/\bsource\./.test(body) ? ['import { source } from "../db.js";'] : []),
    ...(orm === "typeorm"
      ? used.map((model) => `import { ${model} } from "../entities/${model.toLowerCase()}.entity.js";`)
      : []),
    ...mapped.map(
      ([, model = "", shown = ""]) =>
        `import type { ${shown} } from "./${shown.endsWith("Dto") ? `${model.toLowerCase()}.schema` : "types"}.js";`,
    ),
  ];
  return imports.length === 0 ? "" : `${imports.join("\n")}\n\n`;
}

/** The models as `schema.prisma` declares them. */
export function schemaText(models: readonly { readonly name: string; readonly fields: readonly Field[] }[]): string {
  const keys = models.flatMap(({ name, fields }) =>
    fields.flatMap(({ relation }) => (relation ? [{ name, relation }] : [])),
  );
  const relations = keys.map(
    ({ name, relation }) => `  ${camel(name)}${relation} ${name}[] @relation("${name}_${relation}")\n`,
  );
  const declared = models.map(({ name, fields }) => {
    const own = fields.flatMap((field) => [
      `  ${field.name} ${field.type === "enum" ? enumOf(name, field) : types[field.type].prisma}${field.isRequired ? "" : "?"}${field.name === "id" ? " @id @default(uuid())" : field.name === "createdAt" ? " @default(now())" : ""}\n`,
      ...(field.relation
        ? [
            `  ${field.relation} Team${field.isRequired ? "" : "?"} @relation("${name}_${field.relation}", fields: [${field.name}], references: [id])\n`,
          ]
        : []),
    ]);
    const enums = fields.flatMap((field) =>
      field.type === "enum" ? [`enum ${enumOf(name, field)} {\n  first\n  second\n}\n`] : [],
    );
    return [`model ${name} {\n${own.join("")}}\n`, ...enums].join("\n");
  });
  const head = `datasource db {\n  provider = "postgresql"\n}\n\ngenerator client {\n  provider = "prisma-client-js"\n}\n`;
  return [head, `model Team {\n  id String @id\n  label String\n${relations.join("")}}\n`, ...declared].join("\n");
}

/** A model as an entity of TypeORM. */
export function entityText(model: string, fields: readonly Field[]): string {
  const declared = fields.map((field) => {
    const type = `${types[field.type].ts}${field.isRequired ? "" : " | null"}`;
    const kind = types[field.type].database;
    const values = field.type === "enum" ? ', enum: ["first", "second"]' : "";
    if (field.name === "id") return `  @PrimaryGeneratedColumn("uuid")\n  id!: string;\n`;
    if (field.name === "createdAt") return "  @CreateDateColumn()\n  createdAt!: Date;\n";
    const column = `  @Column({ type: "${kind}"${values}${field.isRequired ? "" : ", nullable: true"} })\n  ${field.name}!: ${type};\n`;
    if (!field.relation) return column;
    return `${column}\n  @ManyToOne(() => Team)\n  @JoinColumn({ name: "${field.name}" })\n  ${field.relation}?: Team;\n`;
  });
  const team = fields.some(({ relation }) => relation) ? `import { Team } from "./team.entity.js";\n` : "";
  return `import { Column, CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from "typeorm";\n${team}\n@Entity("${model}")\nexport class ${model} {\n${declared.join("\n")}}\n`;
}

function rows({ model, orm }: Pick<Written, "model" | "orm">): string {
  return orm === "prisma" ? `prisma.${camel(model)}` : `source.getRepository(${model})`;
}

function created(of: Pick<Written, "model" | "orm">, entries: string, indent: string): string {
  if (of.orm === "prisma") return `${rows(of)}.create({\n${indent}data: {\n${entries}${indent}},\n  })`;
  return `${rows(of)}.save({\n${entries.replaceAll(/^ {2}/gm, "")}  })`;
}

function enumOf(model: string, { name }: Field): string {
  return `${model}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function sample({ name, type }: Field): string {
  const values: Readonly<Record<Field["type"], string>> = {
    string: `"${name} of a test"`,
    int: "3",
    decimal: "3.5",
    boolean: "true",
    enum: '"first"',
    datetime: 'new Date("2026-01-02")',
  };
  return values[type];
}
