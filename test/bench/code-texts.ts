/** The files of one feature of a generated project, as an app in layers has them. */
import type { EntityField, EntityModel } from "../../core/src/model/index.js";
import { camel, kebab } from "./code-models.js";

interface Feature {
  readonly model: EntityModel;
  /** A feature that this one uses. */
  readonly other: EntityModel;
}

/** The files by path. */
export function featureFiles(feature: Feature): Readonly<Record<string, string>> {
  const { model } = feature;
  const base = kebab(model.name);
  const folder = `src/features/${base}`;
  return {
    [`${folder}/index.ts`]: ["service", "schemas", "mapper", "types"]
      .map((part) => `export * from "./${base}.${part}.js";\n`)
      .join(""),
    [`${folder}/${base}.types.ts`]: typesText(model),
    [`${folder}/${base}.schemas.ts`]: schemasText(model),
    [`${folder}/${base}.mapper.ts`]: mapperText(model),
    [`${folder}/${base}.repository.ts`]: repositoryText(model),
    [`${folder}/${base}.service.ts`]: serviceText(feature),
    [`${folder}/${base}.controller.ts`]: controllerText(model),
    [`${folder}/${base}.routes.ts`]: routesText(model),
    [`${folder}/${base}.jobs.ts`]: jobsText(feature),
    [`${folder}/${base}.permissions.ts`]: permissionsText(model),
    [`${folder}/${base}.export.ts`]: exportText(model),
    ...(model.relations.length > 0 ? { [`${folder}/${base}.owner.ts`]: ownerText(model) } : {}),
    [`${folder}/dto/create-${base}.dto.ts`]: dtoText(model, "Create"),
    [`${folder}/dto/update-${base}.dto.ts`]: dtoText(model, "Update"),
    [`test/${base}/${base}.factory.ts`]: factoryText(model),
    [`test/${base}/${base}.service.test.ts`]: testText(model),
    [`src/web/${base}/${model.name}List.tsx`]: listText(model),
    [`src/web/${base}/${model.name}Form.tsx`]: formText(model),
    [`src/web/${base}/use-${base}.ts`]: hookText(model),
  };
}

/** What stands in files that have nothing to do with models; they use the commonest names all the same. */
export function sharedFile(at: number): readonly [file: string, text: string] {
  const kind = at % 3;
  if (kind === 0)
    return [
      `src/web/ui/widget-${at}.tsx`,
      `import { useState } from "react";\nimport { format${at % 40} } from "../../lib/format-${at - (at % 3) + 1}.js";\n\nexport interface Widget${at}Props {\n  readonly name: string;\n  readonly type?: "button" | "submit";\n  readonly title: string;\n  onSelect(value: string): void;\n}\n\n${repeat(5, (n) => `export function Widget${at}Part${n}({ name, type = "button", title, onSelect }: Widget${at}Props) {\n  const [value, setValue] = useState("");\n  const label = format${at % 40}(title, { length: ${n + 10} });\n  return (\n    <label className="widget-${n}">\n      <span title={title}>{label}</span>\n      <input name={name} type={type} value={value} onChange={(event) => setValue(event.target.value)} />\n      <button type="button" onClick={() => onSelect(value)}>{name}</button>\n    </label>\n  );\n}\n`)}`,
    ];
  if (kind === 1)
    return [
      `src/lib/format-${at}.ts`,
      repeat(
        8,
        (n) =>
          `/** Shortens a text to what fits into column ${n}. */\nexport function format${n === 0 ? at % 40 : `${at}_${n}`}(text: string, options: { length: number; suffix?: string } = { length: ${n + 3} }): string {\n  if (text.length <= options.length) return text;\n  const words = text.split(" ");\n  let result = "";\n  for (const word of words) {\n    if (result.length + word.length > options.length) break;\n    result = result === "" ? word : \`\${result} \${word}\`;\n  }\n  return \`\${result}\${options.suffix ?? "…"}\`;\n}\n`,
      ),
    ];
  return [
    `src/lib/client-${at}.ts`,
    `import type { Logger } from "../logger.js";\n\nexport interface Request${at} {\n  readonly type: string;\n  readonly status: number;\n  readonly headers: Record<string, string>;\n}\n\n${repeat(6, (n) => `export async function send${at}_${n}(logger: Logger, request: Request${at}): Promise<Response> {\n  logger.info({ type: request.type, attempt: ${n} }, "sending");\n  const response = await fetch(\`https://api.example.com/${n}\`, { headers: request.headers });\n  if (response.status >= 400) {\n    logger.warn({ status: response.status }, "refused");\n    throw new Error(\`refused with \${response.status}\`);\n  }\n  return response;\n}\n`)}`,
  ];
}

function plain(model: EntityModel): readonly EntityField[] {
  return model.fields.filter((field) => !field.isId && !field.isForeignKey && field.type !== "datetime");
}

function typeOf({ type }: EntityField): string {
  const types: Partial<Record<EntityField["type"], string>> = { int: "number", boolean: "boolean", datetime: "Date" };
  return types[type] ?? (type === "json" ? "unknown" : "string");
}

function typesText(model: EntityModel): string {
  const members = model.fields.map((field) => `  ${field.name}: ${typeOf(field)};\n`).join("");
  const some = plain(model).slice(0, 3);
  return `export interface ${model.name}View {\n${members}}\n\nexport interface ${model.name}Summary {\n  id: number;\n${some.map((field) => `  ${field.name}: ${typeOf(field)};\n`).join("")}}\n\nexport type ${model.name}SortKey = ${some.map(({ name }) => `"${name}"`).join(" | ")} | "createdAt";\n\nexport interface ${model.name}Query {\n  search?: string;\n  page: number;\n  size: number;\n  sort?: ${model.name}SortKey;\n}\n`;
}

function zodOf(field: EntityField): string {
  return { number: "z.number().int()", boolean: "z.boolean()", Date: "z.string()" }[typeOf(field)] ?? "z.string()";
}

function schemasText(model: EntityModel): string {
  const object = (name: string, fields: readonly EntityField[], suffix = "") =>
    `export const ${name} = z.object({\n${fields.map((field) => `  ${field.name}: ${zodOf(field)}${suffix},\n`).join("")}});\n`;
  const { name } = model;
  return `import { z } from "zod";\n\n${object(`Create${name}Body`, plain(model))}\n${object(`Update${name}Body`, plain(model), ".optional()")}\n${object(`${name}Response`, model.fields)}\nexport const ${name}Params = z.object({ id: z.coerce.number().int() });\nexport type Create${name} = z.infer<typeof Create${name}Body>;\nexport type Update${name} = z.infer<typeof Update${name}Body>;\n`;
}

function mapperText(model: EntityModel): string {
  const row = camel(model.name);
  const entries = (fields: readonly EntityField[]) =>
    fields
      .map((field) => `    ${field.name}: ${row}.${field.name}${field.type === "datetime" ? ".toISOString()" : ""},\n`)
      .join("");
  return `import type { ${model.name} } from "@prisma/client";\nimport type { ${model.name}Summary } from "./${kebab(model.name)}.types.js";\n\nexport function to${model.name}Response(${row}: ${model.name}) {\n  return {\n${entries(model.fields)}  };\n}\n\nexport function to${model.name}Summary(${row}: ${model.name}): ${model.name}Summary {\n  return {\n    id: ${row}.id,\n${entries(plain(model).slice(0, 3))}  };\n}\n\nexport const to${model.name}Responses = (rows: readonly ${model.name}[]) => rows.map(to${model.name}Response);\n`;
}

function repositoryText(model: EntityModel): string {
  const { name } = model;
  const at = `prisma.${camel(name)}`;
  const select = plain(model)
    .slice(0, 4)
    .map((field) => `${field.name}: true`)
    .join(", ");
  return `import type { Prisma } from "@prisma/client";\nimport { prisma } from "../../db.js";\nimport type { ${name}Query } from "./${kebab(name)}.types.js";\n\nexport class ${name}Repository {\n  find(id: number) {\n    return ${at}.findUnique({ where: { id } });\n  }\n\n  list({ page, size, sort = "createdAt" }: ${name}Query) {\n    return ${at}.findMany({ skip: page * size, take: size, orderBy: { [sort]: "desc" } });\n  }\n\n  options() {\n    return ${at}.findMany({ select: { id: true, ${select} } });\n  }\n\n  create(data: Prisma.${name}UncheckedCreateInput) {\n    return ${at}.create({ data });\n  }\n\n  update(id: number, data: Prisma.${name}UpdateInput) {\n    return ${at}.update({ where: { id }, data });\n  }\n\n  remove(id: number) {\n    return ${at}.delete({ where: { id } });\n  }\n\n  count() {\n    return prisma.$queryRaw\`SELECT count(*) FROM "${model.table.name}" WHERE "id" > 0\`;\n  }\n}\n`;
}

function serviceText({ model, other }: Feature): string {
  const { name } = model;
  const row = camel(name);
  const data = plain(model)
    .map((field) => `          ${field.name}: input.${field.name},\n`)
    .join("");
  const isOwned = model.relations.length > 0;
  return `import { prisma } from "../../db.js";\nimport { logger } from "../../logger.js";\nimport { ${other.name}Repository } from "../${kebab(other.name)}/${kebab(other.name)}.repository.js";\nimport type { Create${name}, Update${name} } from "./${kebab(name)}.schemas.js";\nimport { to${name}Response } from "./${kebab(name)}.mapper.js";\nimport { ${name}Repository } from "./${kebab(name)}.repository.js";\n\nexport class ${name}Service {\n  constructor(\n    private readonly ${row}s: ${name}Repository,\n    private readonly others: ${other.name}Repository,\n  ) {}\n\n  async create(${isOwned ? "userId: number, " : ""}input: Create${name}) {\n    const ${row} = await prisma.$transaction(async (tx) => {\n      const created = await tx.${row}.create({\n        data: {\n${isOwned ? "          userId,\n" : ""}${data}        },\n      });\n      logger.info({ id: created.id }, "${name} created");\n      return created;\n    });\n    return to${name}Response(${row});\n  }\n\n  async update(id: number, input: Update${name}) {\n    const ${row} = await this.${row}s.find(id);\n    if (${row} === null) throw new Error("${name} not found");\n    return to${name}Response(await this.${row}s.update(id, input));\n  }\n\n  async get(id: number) {\n    const ${row} = await this.${row}s.find(id);\n    if (${row} === null) throw new Error("${name} not found");\n    const options = await this.others.options();\n    return { ...to${name}Response(${row}), options };\n  }\n}\n`;
}

function controllerText(model: EntityModel): string {
  const { name } = model;
  const base = kebab(name);
  const owner = model.relations.length > 0 ? "request.user.id, " : "";
  return `import type { Request, Response } from "express";\nimport { Create${name}Body, ${name}Params, Update${name}Body } from "@/features/${base}/${base}.schemas";\nimport type { ${name}Service } from "@/features/${base}/${base}.service";\n\nexport class ${name}Controller {\n  constructor(private readonly service: ${name}Service) {}\n\n  create = async (request: Request, response: Response) => {\n    const body = Create${name}Body.parse(request.body);\n    response.status(201).json(await this.service.create(${owner}body));\n  };\n\n  update = async (request: Request, response: Response) => {\n    const { id } = ${name}Params.parse(request.params);\n    response.json(await this.service.update(id, Update${name}Body.parse(request.body)));\n  };\n\n  get = async (request: Request, response: Response) => {\n    const { id } = ${name}Params.parse(request.params);\n    response.json(await this.service.get(id));\n  };\n}\n`;
}

function routesText({ name }: EntityModel): string {
  const base = kebab(name);
  return `import { Router } from "express";\nimport { requireUser } from "../../middleware/require-user.js";\nimport type { ${name}Controller } from "./${base}.controller.js";\n\nexport function ${camel(name)}Routes(controller: ${name}Controller): Router {\n  const router = Router();\n  router.use(requireUser);\n  router.post("/${base}s", controller.create);\n  router.get("/${base}s/:id", controller.get);\n  router.patch("/${base}s/:id", controller.update);\n  return router;\n}\n`;
}

/** What features do with users: a mapper of their own, a partial `select`, rows written for them, SQL. */
function ownerText(model: EntityModel): string {
  const { name } = model;
  return `import type { User } from "@prisma/client";\nimport { prisma } from "../../db.js";\n\nexport interface ${name}Owner {\n  id: number;\n  name: string;\n  email: string;\n  locale?: string;\n}\n\nexport function to${name}Owner(user: User): ${name}Owner {\n  return { id: user.id, name: user.name, email: user.email };\n}\n\nexport async function ownerOf${name}(id: number): Promise<${name}Owner | null> {\n  const user = await prisma.user.findUnique({ where: { id }, select: { id: true, name: true, email: true, title: true } });\n  return user && { id: user.id, name: user.name, email: user.email };\n}\n\nexport async function inviteTo${name}(id: number, email: string) {\n  const user = await prisma.user.create({ data: { email, name: email, type: "guest", title: "", description: "" } });\n  await prisma.${camel(name)}.update({ where: { id }, data: { user: { connect: { id: user.id } } } });\n  return to${name}Owner(user);\n}\n\nexport function namesOfOwners(ids: readonly number[]) {\n  return prisma.$queryRaw\`SELECT "id", "name", "email" FROM "users" WHERE "id" = ANY(\${ids})\`;\n}\n`;
}

function jobsText({ model, other }: Feature): string {
  const [first] = plain(model);
  return `import { prisma } from "../../db.js";\nimport { logger } from "../../logger.js";\nimport type { ${other.name}Summary } from "../${kebab(other.name)}/${kebab(other.name)}.types.js";\n\nexport async function clean${model.name}s(before: Date): Promise<number> {\n  const rows = await prisma.${camel(model.name)}.findMany({ where: { createdAt: { lt: before } } });\n  for (const row of rows) {\n    logger.debug({ id: row.id, ${first?.name ?? "id"}: row.${first?.name ?? "id"} }, "removing");\n    await prisma.${camel(model.name)}.delete({ where: { id: row.id } });\n  }\n  return rows.length;\n}\n\nexport function describe${model.name}Job(about: ${other.name}Summary, status: string): string {\n  return \`\${about.id}: \${status}\`;\n}\n`;
}

function permissionsText({ name }: EntityModel): string {
  return `import type { Session } from "../../session.js";\n\nconst rules = [\n  { type: "read", roles: ["admin", "member", "guest"] },\n  { type: "write", roles: ["admin", "member"] },\n  { type: "remove", roles: ["admin"] },\n] as const;\n\nexport function may${name}(session: Session, type: (typeof rules)[number]["type"]): boolean {\n  const rule = rules.find((each) => each.type === type);\n  return rule !== undefined && (rule.roles as readonly string[]).includes(session.role);\n}\n`;
}

function exportText(model: EntityModel): string {
  const names = model.fields.map(({ name }) => `"${name}"`).join(", ");
  return `import { writeCsv } from "../../lib/csv.js";\nimport type { ${model.name}View } from "./${kebab(model.name)}.types.js";\n\nexport const ${camel(model.name)}Columns = [${names}] as const;\n\nexport async function export${model.name}s(rows: readonly ${model.name}View[], file: string): Promise<void> {\n  await writeCsv(file, ${camel(model.name)}Columns, rows.map((row) => ${camel(model.name)}Columns.map((name) => row[name])));\n}\n`;
}

function dtoText(model: EntityModel, kind: "Create" | "Update"): string {
  const mark = kind === "Update" ? "?" : "!";
  const decorators: Record<string, string> = { number: "@IsInt()", boolean: "@IsBoolean()" };
  return `import { IsBoolean, IsInt, IsOptional, IsString } from "class-validator";\n\nexport class ${kind}${model.name}Dto {\n${plain(
    model,
  )
    .map(
      (field) =>
        `${kind === "Update" ? "  @IsOptional()\n" : ""}  ${decorators[typeOf(field)] ?? "@IsString()"}\n  ${field.name}${mark}: ${typeOf(field)};\n`,
    )
    .join("\n")}}\n`;
}

function sample(field: EntityField): string {
  return { number: "1", boolean: "true", Date: "new Date(0)", unknown: "{}" }[typeOf(field)] ?? `"${field.name}"`;
}

function factoryText(model: EntityModel): string {
  const entries = model.fields.map((field) => `    ${field.name}: ${sample(field)},\n`).join("");
  return `import type { ${model.name} } from "@prisma/client";\n\nexport function make${model.name}(overrides: Partial<${model.name}> = {}): ${model.name} {\n  return {\n${entries}    ...overrides,\n  };\n}\n`;
}

function testText(model: EntityModel): string {
  const { name } = model;
  const input = plain(model)
    .map((field) => `${field.name}: ${sample(field)}`)
    .join(", ");
  return `import { describe, expect, it } from "vitest";\nimport { to${name}Response } from "../../src/features/${kebab(name)}/${kebab(name)}.mapper.js";\nimport { make${name} } from "./${kebab(name)}.factory.js";\n\ndescribe("${name}", () => {\n${repeat(4, (n) => `  it("shows what was given ${n}", () => {\n    const row = make${name}({ id: ${n} });\n    const shown = to${name}Response(row);\n    expect(shown.id).toBe(${n});\n    expect(shown).toMatchObject({ ${input} });\n  });\n`)}});\n`;
}

function listText(model: EntityModel): string {
  const columns = plain(model).slice(0, 5);
  return `import { use${model.name}s } from "./use-${kebab(model.name)}.js";\nimport { Table } from "../ui/table.js";\n\nexport function ${model.name}List({ page }: { page: number }) {\n  const { data, status } = use${model.name}s(page);\n  if (status !== "success") return <p className="loading">Loading</p>;\n  return (\n    <Table>\n      <thead>\n        <tr>\n${columns.map(({ name }) => `          <th>${name}</th>\n`).join("")}        </tr>\n      </thead>\n      <tbody>\n        {data.map((item) => (\n          <tr key={item.id}>\n${columns.map(({ name }) => `            <td>{item.${name}}</td>\n`).join("")}          </tr>\n        ))}\n      </tbody>\n    </Table>\n  );\n}\n`;
}

function formText(model: EntityModel): string {
  const columns = plain(model).slice(0, 6);
  return `import { useState } from "react";\nimport { Field } from "../ui/field.js";\n\nexport function ${model.name}Form({ onSave }: { onSave(values: Record<string, unknown>): void }) {\n${columns.map(({ name }) => `  const [${name}, set_${name}] = useState("");\n`).join("")}  return (\n    <form\n      onSubmit={(event) => {\n        event.preventDefault();\n        onSave({ ${columns.map(({ name }) => name).join(", ")} });\n      }}\n    >\n${columns.map(({ name }) => `      <Field name="${name}" type="text" title="${name}" value={${name}} onChange={set_${name}} />\n`).join("")}      <button type="submit">Save</button>\n    </form>\n  );\n}\n`;
}

function hookText(model: EntityModel): string {
  const base = kebab(model.name);
  return `import { useQuery } from "@tanstack/react-query";\nimport type { ${model.name}View } from "@/features/${base}/${base}.types";\nimport { getJson } from "../http.js";\n\nexport function use${model.name}s(page: number) {\n  const { data = [], status } = useQuery({\n    queryKey: ["${base}", page],\n    queryFn: () => getJson<${model.name}View[]>(\`/${base}s?page=\${page}\`),\n  });\n  return { data, status };\n}\n`;
}

function repeat(count: number, text: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => text(at)).join("\n");
}
