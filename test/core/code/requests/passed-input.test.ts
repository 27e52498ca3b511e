import { afterEach, expect, test } from "vitest";
import { CodeDesk } from "../../../support/code-desk.js";

// A field that a request accepts and no code stores would be dropped without a word.

const base = {
  "prisma/schema.prisma": `datasource db {
  provider = "postgresql"
}

generator client {
  provider = "prisma-client"
  output   = "../src/generated"
}

model User {
  id Int @id @default(autoincrement())
  email String
  name String
  bio String
  city String
}
`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: { strict: true, experimentalDecorators: true, moduleResolution: "bundler", module: "esnext" },
    include: ["src"],
  }),
  "src/db.ts": `import { PrismaClient } from "./generated/client";
export const prisma = new PrismaClient();
`,
  "src/packages.d.ts": `declare module "class-validator" {
  export function IsString(): PropertyDecorator;
  export function IsOptional(): PropertyDecorator;
}
declare module "@nestjs/common" {
  export function Body(): ParameterDecorator;
}
`,
};
const request = "src/create-user.dto.ts";
const nest = (call: string, parameters: string, row: string) => ({
  ...base,
  [request]: `import { IsString } from "class-validator";

export class CreateUserDto {
  @IsString()
  email!: string;

  @IsString()
  name!: string;

  @IsString()
  bio!: string;

  @IsString()
  city!: string;
}
`,
  "src/users.controller.ts": `import { Body } from "@nestjs/common";
import { CreateUserDto } from "./create-user.dto";
import { UsersService } from "./users.service";

export class UsersController {
  constructor(private readonly users: UsersService) {}

  create(@Body() dto: CreateUserDto) {
    return this.users.create(${call});
  }
}
`,
  "src/users.service.ts": `import type { CreateUserDto } from "./create-user.dto";
import { prisma } from "./db";

export class UsersService {
  create(${parameters}) {
    return prisma.user.create({ data: ${row} });
  }
}
`,
});
const zod = (rest: string) => ({
  ...base,
  [request]: `import { z } from "zod";
import { prisma } from "./db";

const Body = z.object({ email: z.string(), name: z.string(), bio: z.string(), city: z.string() });

${rest}`,
});
const all = (owner: string) => ["email", "name", "bio", "city"].map((name) => `${name}: ${owner}.${name}`).join(", ");
const columns = "email: string, name: string, bio: string, city: string";
const parameters = "email, name, bio, city";

let desk: CodeDesk;
afterEach(() => desk?.close());

async function made(files: Readonly<Record<string, string>>) {
  desk = await CodeDesk.open(files, { phase: "expand" });
  const { text } = await desk.code({ code: "likely" });
  return text;
}

test.each([
  [
    "one argument for each field",
    nest("dto.email, dto.name, dto.bio, dto.city", columns, `{ ${parameters} }`),
    "src/users.controller.ts:8",
  ],
  ["a service without a type", nest("dto", "dto: any", `{ ${all("dto")} }`), "src/users.controller.ts:8"],
  [
    "a service with other names",
    nest(
      "{ mail: dto.email, name: dto.name }",
      "user: { mail: string; name: string }",
      `{ email: user.mail, name: user.name, bio: "", city: "" }`,
    ),
    "src/users.controller.ts:8",
  ],
  [
    "a function that takes single values",
    zod(`const add = (${columns}) => prisma.user.create({ data: { ${parameters} } });
export async function POST(request: Request) {
  const { email, name, bio, city } = Body.parse(await request.json());
  return Response.json(await add(${parameters}));
}
`),
    `${request}:8`,
  ],
  [
    "an update of other columns",
    zod(`export async function PATCH(request: Request) {
  const parsed = Body.safeParse(await request.json());
  if (!parsed.success) return Response.error();
  const { name, bio, city } = parsed.data;
  return Response.json(await prisma.user.update({ where: { id: 1 }, data: { name, bio, city } }));
}
`),
    `${request}:7`,
  ],
])("a request does not get the field if the code drops it: %s", async (_, files, reader) => {
  const text = await made(files);
  expect(desk.read(request)).not.toContain("handle?");
  expect(desk.read(request)).not.toContain("handle: z");
  expect(text).toContain(`the code that reads it (${reader}) passes on other fields only: add \``);
});

test.each([
  ["a row reads it", nest("dto", "dto: CreateUserDto", `{ ${all("dto")} }`), "handle: dto.handle ?? dto.email"],
  [
    "a row reads it through a parameter of another type",
    nest("dto", `user: { ${columns.replaceAll(",", ";")} }`, `{ ${all("user")} }`),
    "handle: user.handle ?? user.email",
  ],
  ["the row is the request", nest("{ ...dto }", "dto: CreateUserDto", "dto"), "handle: dto.handle ?? dto.email"],
  [
    "a call that is less likely passes it on",
    nest(
      `{ email: dto.email.trim(), name: dto.name, source: "api" }`,
      "user: { email: string; name: string; source: string }",
      `{ email: user.email, name: user.name, bio: "", city: "" }`,
    ),
    "handle: user.handle ?? user.email",
  ],
])("a request gets the field together with what stores it: %s", async (_, files, row) => {
  await made(files);
  expect(desk.read(request)).toContain("handle?: string;");
  expect(desk.read("src/users.service.ts")).toContain(row);
});
