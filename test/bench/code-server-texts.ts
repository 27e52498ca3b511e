/** What a feature of a generated project does with its rows. */
import type { EntityField, EntityModel } from "../../core/src/model/index.js";
import { camel, kebab, plain } from "./code-models.js";

export interface Feature {
  readonly model: EntityModel;
  /** A feature that this one uses. */
  readonly other: EntityModel;
}

export function mapperText(model: EntityModel): string {
  const row = camel(model.name);
  const entries = (fields: readonly EntityField[]) =>
    fields
      .map((field) => `    ${field.name}: ${row}.${field.name}${field.type === "datetime" ? ".toISOString()" : ""},\n`)
      .join("");
  return `import type { ${model.name} } from "@/generated/prisma/client";
import type { ${model.name}Summary } from "./${kebab(model.name)}.types.js";

export function to${model.name}Response(${row}: ${model.name}) {
  return {
${entries(model.fields)}  };
}

export function to${model.name}Summary(${row}: ${model.name}): ${model.name}Summary {
  return {
    id: ${row}.id,
${entries(plain(model).slice(0, 3))}  };
}

export const to${model.name}Responses = (rows: readonly ${model.name}[]) => rows.map(to${model.name}Response);
`;
}

export function repositoryText(model: EntityModel): string {
  const { name } = model;
  const at = `prisma.${camel(name)}`;
  const select = plain(model)
    .slice(0, 4)
    .map((field) => `${field.name}: true`)
    .join(", ");
  return `import type { Prisma } from "@/generated/prisma/client";
import { prisma } from "../../db.js";
import type { ${name}Query } from "./${kebab(name)}.types.js";

export class ${name}Repository {
  find(id: number) {
    return ${at}.findUnique({ where: { id } });
  }

  list({ page, size, sort = "createdAt" }: ${name}Query) {
    return ${at}.findMany({ skip: page * size, take: size, orderBy: { [sort]: "desc" } });
  }

  options() {
    return ${at}.findMany({ select: { id: true, ${select} } });
  }

  create(data: Prisma.${name}UncheckedCreateInput) {
    return ${at}.create({ data });
  }

  update(id: number, data: Prisma.${name}UpdateInput) {
    return ${at}.update({ where: { id }, data });
  }

  remove(id: number) {
    return ${at}.delete({ where: { id } });
  }

  count() {
    return prisma.$queryRaw\`SELECT count(*) FROM "${model.table.name}" WHERE "id" > 0\`;
  }
}
`;
}

export function serviceText({ model, other }: Feature): string {
  const { name } = model;
  const row = camel(name);
  const data = plain(model)
    .map((field) => `          ${field.name}: input.${field.name},\n`)
    .join("");
  const isOwned = model.relations.length > 0;
  return `import { prisma } from "../../db.js";
import { logger } from "../../logger.js";
import { ${other.name}Repository } from "../${kebab(other.name)}/${kebab(other.name)}.repository.js";
import type { Create${name}, Update${name} } from "./${kebab(name)}.schemas.js";
import { to${name}Response } from "./${kebab(name)}.mapper.js";
import { ${name}Repository } from "./${kebab(name)}.repository.js";

export class ${name}Service {
  constructor(
    private readonly ${row}s: ${name}Repository,
    private readonly others: ${other.name}Repository,
  ) {}

  async create(${isOwned ? "userId: number, " : ""}input: Create${name}) {
    const ${row} = await prisma.$transaction(async (tx) => {
      const created = await tx.${row}.create({
        data: {
${isOwned ? "          userId,\n" : ""}${data}        },
      });
      logger.info({ id: created.id }, "${name} created");
      return created;
    });
    return to${name}Response(${row});
  }

  async update(id: number, input: Update${name}) {
    const ${row} = await this.${row}s.find(id);
    if (${row} === null) throw new Error("${name} not found");
    return to${name}Response(await this.${row}s.update(id, input));
  }

  async get(id: number) {
    const ${row} = await this.${row}s.find(id);
    if (${row} === null) throw new Error("${name} not found");
    const options = await this.others.options();
    return { ...to${name}Response(${row}), options };
  }
}
`;
}

export function controllerText(model: EntityModel): string {
  const { name } = model;
  const base = kebab(name);
  const owner = model.relations.length > 0 ? "request.user.id, " : "";
  return `import type { Request, Response } from "express";
import { Create${name}Body, ${name}Params, Update${name}Body } from "@/features/${base}/${base}.schemas";
import type { ${name}Service } from "@/features/${base}/${base}.service";

export class ${name}Controller {
  constructor(private readonly service: ${name}Service) {}

  create = async (request: Request, response: Response) => {
    const body = Create${name}Body.parse(request.body);
    response.status(201).json(await this.service.create(${owner}body));
  };

  update = async (request: Request, response: Response) => {
    const { id } = ${name}Params.parse(request.params);
    response.json(await this.service.update(id, Update${name}Body.parse(request.body)));
  };

  get = async (request: Request, response: Response) => {
    const { id } = ${name}Params.parse(request.params);
    response.json(await this.service.get(id));
  };
}
`;
}

export function routesText({ name }: EntityModel): string {
  const base = kebab(name);
  return `import { Router } from "express";
import { requireUser } from "../../middleware/require-user.js";
import type { ${name}Controller } from "./${base}.controller.js";

export function ${camel(name)}Routes(controller: ${name}Controller): Router {
  const router = Router();
  router.use(requireUser);
  router.post("/${base}s", controller.create);
  router.get("/${base}s/:id", controller.get);
  router.patch("/${base}s/:id", controller.update);
  return router;
}
`;
}

/** What features do with users: a mapper of their own, a partial `select`, rows written for them, SQL. */
export function ownerText(model: EntityModel): string {
  const { name } = model;
  return `import type { User } from "@/generated/prisma/client";
import { prisma } from "../../db.js";

export interface ${name}Owner {
  id: number;
  name: string;
  email: string;
  locale?: string;
}

export function to${name}Owner(user: User): ${name}Owner {
  return { id: user.id, name: user.name, email: user.email };
}

export async function ownerOf${name}(id: number): Promise<${name}Owner | null> {
  const user = await prisma.user.findUnique({ where: { id }, select: { id: true, name: true, email: true, title: true } });
  return user && { id: user.id, name: user.name, email: user.email };
}

export async function inviteTo${name}(id: number, email: string) {
  const user = await prisma.user.create({ data: { email, name: email, type: "guest", title: "", description: "" } });
  await prisma.${camel(name)}.update({ where: { id }, data: { user: { connect: { id: user.id } } } });
  return to${name}Owner(user);
}

export function namesOfOwners(ids: readonly number[]) {
  return prisma.$queryRaw\`SELECT "id", "name", "email" FROM "users" WHERE "id" = ANY(\${ids})\`;
}
`;
}

export function jobsText({ model, other }: Feature): string {
  const [first] = plain(model);
  return `import { prisma } from "../../db.js";
import { logger } from "../../logger.js";
import type { ${other.name}Summary } from "../${kebab(other.name)}/${kebab(other.name)}.types.js";

export async function clean${model.name}s(before: Date): Promise<number> {
  const rows = await prisma.${camel(model.name)}.findMany({ where: { createdAt: { lt: before } } });
  for (const row of rows) {
    logger.debug({ id: row.id, ${first?.name ?? "id"}: row.${first?.name ?? "id"} }, "removing");
    await prisma.${camel(model.name)}.delete({ where: { id: row.id } });
  }
  return rows.length;
}

export function describe${model.name}Job(about: ${other.name}Summary, status: string): string {
  return \`\${about.id}: \${status}\`;
}
`;
}

export function permissionsText({ name }: EntityModel): string {
  return `import type { Session } from "../../session.js";

const rules = [
  { type: "read", roles: ["admin", "member", "guest"] },
  { type: "write", roles: ["admin", "member"] },
  { type: "remove", roles: ["admin"] },
] as const;

export function may${name}(session: Session, type: (typeof rules)[number]["type"]): boolean {
  const rule = rules.find((each) => each.type === type);
  return rule !== undefined && (rule.roles as readonly string[]).includes(session.role);
}
`;
}
