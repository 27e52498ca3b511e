import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AnswerGroup } from "../../../core/src/cli/io.js";
import { CodeDesk } from "../../support/code-desk.js";

// One answer, "it is like timeZone", and what follows from it: what is ticked, the texts, and where the answer is kept.

const schema = `datasource db {
  provider = "postgresql"
}

generator client {
  provider = "prisma-client"
  output   = "../src/generated"
}

model User {
  id Int @id
  email String
  name String
  bio String?
  timeZone String?
  bornAt DateTime?
  settings Json?
  locale String?
  seenAt DateTime?
  layout Json?
}
`;

const files = {
  "prisma/schema.prisma": schema,
  "prisma/migrations/20261110093000_change/migration.sql": `ALTER TABLE "User" ADD COLUMN "locale" TEXT;\n`,
  "src/db.ts": `import { PrismaClient } from "./generated/client";
export const prisma = new PrismaClient({ adapter: {} as never, omit: { user: { timeZone: true } } });
`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: { strict: true, module: "esnext", moduleResolution: "bundler", target: "es2023", noEmit: true },
    include: ["src"],
  }),
  "src/users/schemas.ts": `import { z } from "zod";

export const settingsSchema = z.object({ dark: z.boolean() });

export const updateUser = z.object({
  email: z.string().email(),
  timeZone: z.string().max(60, "Time zone is too long").optional(),
  settings: settingsSchema.optional(),
});
`,
  "src/users/service.ts": `import type { z } from "zod";
import { prisma } from "../db";
import type { updateUser } from "./schemas";

export async function changeUser(id: number, input: z.infer<typeof updateUser>) {
  return prisma.user.update({
    where: { id },
    data: { email: input.email, timeZone: input.timeZone?.trim() },
  });
}

export async function listUsers() {
  return prisma.user.findMany({ omit: { timeZone: true } });
}
`,
  "src/users/view.ts": `import type { User } from "../generated/client";

export interface UserView {
  email: string;
  name: string;
  timeZone: string | null;
  bornAt: string | undefined;
  settings: { dark: boolean };
}

export function toView(user: User): UserView {
  return {
    email: user.email,
    name: user.name,
    timeZone: user.timeZone,
    bornAt: user.bornAt?.toISOString(),
    settings: user.settings as { dark: boolean },
  };
}
`,
  "src/users/safe.ts": `import type { User } from "../generated/client";

export function toSafe({ timeZone: _, ...user }: User): Omit<User, "timeZone" | "bio"> {
  return user;
}

export function strip<T extends Partial<User>>(user: T): Omit<T, "timeZone" | "bio"> {
  const copy: Partial<User> = { ...user };
  delete copy.timeZone;
  delete copy.bio;
  return copy as Omit<T, "timeZone" | "bio">;
}

export function withZone({ timeZone, ...user }: User) {
  return { ...user, zone: timeZone };
}
`,
  "src/users/bio.ts": `import type { User } from "../generated/client";

export const toBio = (user: User) => ({ name: user.name, bio: user.bio });
`,
};

let desk: CodeDesk;
beforeEach(async () => {
  desk = CodeDesk.take(files, "prisma");
  await desk.install();
});
afterEach(() => desk.close());

const read = (name: string) => desk.read(`src/users/${name}.ts`);
const kept = () => JSON.parse(desk.read("lockstep/columns.json")) as Record<string, unknown>;

describe("with --like", () => {
  test("the places of that column get what it has there, and what keeps it out keeps out the new one", async () => {
    const { json } = await desk.code({ name: "User.locale", like: "timeZone", exposure: "exposed", code: "likely" });
    expect(json).not.toHaveProperty("unchecked");
    expect(read("schemas")).toContain(`locale: z.string().max(60, "Locale is too long").optional()`);
    expect(read("service")).toContain("timeZone: input.timeZone?.trim(), locale: input.locale?.trim() }");
    expect(read("service")).toContain("omit: { timeZone: true, locale: true }");
    expect(desk.read("src/db.ts")).toContain("omit: { user: { timeZone: true, locale: true } }");
    expect(read("safe")).toBe(
      files["src/users/safe.ts"]
        .replace("timeZone: _,", "timeZone: _, locale: _locale,")
        .replaceAll(`"timeZone" | "bio">`, `"timeZone" | "bio" | "locale">`)
        .replace("  delete copy.timeZone;\n", "  delete copy.timeZone;\n  delete copy.locale;\n"),
    );
    expect(read("view")).toContain("locale: string | null;");
    expect(read("view")).toContain("locale: user.locale,");
    expect(read("bio")).not.toContain("locale");
  });

  test.each<[string, { kept?: string; like?: string }, string]>([
    ["the kept answer", { kept: "timeZone" }, ""],
    ["the flag", { like: "timeZone" }, " --like timeZone"],
    ["the flag instead of the kept answer", { kept: "bio", like: "timeZone" }, " --like timeZone"],
  ])("--explain shows what counts with %s", async (_, { kept: before, ...flags }, again) => {
    if (before !== undefined) await desk.code({ name: "User.locale", like: before, exposure: "exposed", not: ["src"] });
    const columns = desk.has("lockstep/columns.json") ? kept() : undefined;
    const why = async (place: string) => (await desk.code({ name: "User.locale", explain: place, ...flags })).text;
    const view = await why("src/users/view.ts:12");
    expect(view).toContain("likely from 3, because it names timeZone, possible from 1");
    expect(view).toContain("text to add: locale: user.locale\n");
    expect(view).toMatch(new RegExp(`npx lockstep code User\\.locale${again} --only src/users/view\\.ts:12$`));
    expect(await why("src/users/schemas.ts:5")).toContain(
      `text to add: locale: z.string().max(60, "Locale is too long").optional()\n`,
    );
    expect(await why("src/users/bio.ts:3")).toContain("possible from 5 (mapper), because it does not name timeZone");
    expect(await why("src/users/service.ts:13")).toContain("likely, because it keeps timeZone out");
    expect(desk.has("lockstep/columns.json") ? kept() : undefined).toEqual(columns);
  });

  test("--explain shows the line of the other column where Lockstep cannot write the text", async () => {
    const { text } = await desk.code({ name: "User.layout", like: "settings", explain: "src/users/schemas.ts:5" });
    expect(text).toContain("for you to write, like: settings: settingsSchema.optional()\n");
    const wrong = desk.code({ name: "User.layout", like: "setting", explain: "src/users/schemas.ts:5" });
    await expect(wrong).rejects.toMatchObject({ code: "LS3013" });
  });

  test("a conversion comes along, and a type of another column does not", async () => {
    await desk.code({ name: "User.seenAt", like: "bornAt", exposure: "exposed", only: ["src/users/view.ts"] });
    expect(read("view")).toContain("seenAt: user.seenAt?.toISOString() ?? null,");
    const { json } = await desk.code({ name: "User.layout", like: "settings", exposure: "exposed", code: "likely" });
    expect(read("schemas")).not.toContain("layout: settingsSchema");
    const places = json.places as readonly { readonly file: string; readonly text?: string; readonly hint?: string }[];
    const schemas = places.find(({ file }) => file === "src/users/schemas.ts");
    expect(schemas?.text).toBeUndefined();
    expect(schemas?.hint).toBe("settings: settingsSchema.optional()");
  });

  test.each([
    ["timezone", /User has no other column timezone[\s\S]*Did you mean timeZone\?/],
    ["locale", /User has no other column locale/],
  ])("%s is no column that it could be like", async (like, message) => {
    const error = await desk.code({ name: "User.locale", like, code: "likely" }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "LS3013" });
    const { message: what, hint } = error as { message: string; hint?: string };
    expect(`${what}\n${hint ?? ""}`).toMatch(message);
    expect(desk.has("lockstep/columns.json")).toBe(false);
  });
});

describe("null, where it comes through a constant", () => {
  const model = `model User {
  id Int @id
  email String
  timeZone String?
  bornAt DateTime?
  status Status?
  locale String?
  slug String @default("")
  seenAt DateTime @default(now())
  phase Status @default(ON)
}

enum Status {
  ON
  OFF
}
`;
  const sources = {
    "src/texts.ts": `import { z } from "zod";

export const optionalText = z.string().trim().max(60).nullable();
export const nothing = null;
`,
    "src/schemas.ts": `import { z } from "zod";
import { Status } from "./generated/enums";
import { optionalText } from "./texts";

export const optionalStatus = z.enum(Status).nullable();

export const userResponse = z.object({
  id: z.number(),
  email: z.string().email("Wrong email"),
  timeZone: optionalText,
  bornAt: z.string().nullable(),
  status: optionalStatus,
});
`,
    "src/service.ts": `import { prisma } from "./db";
import type { User } from "./generated/client";
import { nothing } from "./texts";

export interface NewUser {
  email: string;
  timeZone?: string;
  locale?: string;
  slug?: string;
}

export async function addUser(input: NewUser) {
  return prisma.user.create({ data: { id: 1, email: input.email, timeZone: input.timeZone ?? nothing } });
}

export const toUser = (user: User) => ({
  id: user.id,
  email: user.email,
  timeZone: user.timeZone,
  bornAt: user.bornAt?.toISOString() ?? nothing,
  status: user.status,
});
`,
  };
  beforeEach(async () => {
    desk.close();
    const base = {
      "tsconfig.json": files["tsconfig.json"],
      "src/db.ts": files["src/db.ts"].replace(/, omit: .*? } }/, ""),
    };
    const prisma = schema.replace(/model User[\s\S]*/, model);
    desk = CodeDesk.take({ ...base, "prisma/schema.prisma": prisma, ...sources }, "prisma");
    await desk.install();
  });

  test.each([
    ["locale", "timeZone", "locale: optionalText,"],
    ["slug", "timeZone", "slug: z.string().trim().max(60),"],
    // What a schema calls is not renamed, and its message is.
    ["slug", "email", `slug: z.string().email("Wrong slug"),`],
    ["phase", "status", "phase: z.enum(Status),"],
  ])("the schema of %s, like %s, is %s", async (field, like, text) => {
    const { json } = await desk.code({ name: `User.${field}`, like, exposure: "exposed", only: ["src/schemas.ts"] });
    expect(json).not.toHaveProperty("unchecked");
    expect(desk.read("src/schemas.ts")).toContain(`  ${text}\n`);
  });

  test.each([
    ["locale", "timeZone", "locale: input.locale ?? nothing,"],
    ["slug", "timeZone", "slug: input.slug,"],
    ["seenAt", "bornAt", "seenAt: user.seenAt.toISOString(),"],
  ])("the value of %s, like %s, is %s", async (field, like, text) => {
    await desk.code({ name: `User.${field}`, like, exposure: "exposed", only: ["src/service.ts"] });
    expect(desk.read("src/service.ts")).toContain(text);
  });
});

describe("with TypeORM", () => {
  const entity = `import { Exclude, Expose } from "class-transformer";
import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("User")
export class User {
  @PrimaryColumn() id!: number;

  @Column("text")
  email!: string;

  @Column("text")
  name!: string;

  @Column("text")
  city!: string;

  @Column("text")
  street!: string;

  @Exclude()
  @Column({ type: "text", nullable: true, select: false })
  taxNo!: string | null;

  @Expose({ groups: ["staff"] }) @Column("text", { nullable: true }) referredBy!: string | null;

  @Column({ type: "text", nullable: true })
  policyNo!: string | null;

  @Column("text", { nullable: true }) insurer!: string | null;
}
`;
  const dtos = `import { OmitType } from "@nestjs/swagger";
import { IsOptional, IsString } from "class-validator";

export class CreateUserDto {
  @IsString() email!: string;
  @IsString() name!: string;
  @IsString() city!: string;
  @IsString() street!: string;
  @IsOptional() @IsString() referredBy?: string;
}

export class UpdateUserDto extends OmitType(CreateUserDto, ["referredBy"] as const) {}
`;
  const service = `import type { Repository } from "typeorm";
import type { CreateUserDto } from "./dtos";
import type { User } from "./user";

export const addUser = (users: Repository<User>, dto: CreateUserDto) => users.save(users.create(dto));
`;
  const sources = { "src/user.ts": entity, "src/dtos.ts": dtos, "src/service.ts": service };
  beforeEach(async () => {
    desk.close();
    desk = CodeDesk.take({ "tsconfig.json": files["tsconfig.json"], ...sources }, "typeorm");
    await desk.install();
  });

  test("the property is hidden as the other one is, and a request without that one stays without it", async () => {
    await desk.code({ name: "User.policyNo", like: "taxNo", exposure: "exposed", code: "likely" });
    expect(desk.read("src/user.ts")).toContain(`  @Exclude()
  @Column({ type: "text", nullable: true, select: false })
  policyNo!: string | null;`);
    expect(desk.read("src/dtos.ts")).toBe(dtos);
  });

  test("a DTO that leaves the other one out leaves it out", async () => {
    await desk.code({ name: "User.insurer", like: "referredBy", exposure: "exposed", code: "likely" });
    expect(desk.read("src/user.ts")).toContain(
      `  @Expose({ groups: ["staff"] }) @Column("text", { nullable: true }) insurer!: string | null;`,
    );
    expect(desk.read("src/dtos.ts")).toContain("@IsOptional() @IsString() insurer?: string;");
    expect(desk.read("src/dtos.ts")).toContain(`OmitType(CreateUserDto, ["referredBy", "insurer"] as const)`);
  });
});

test("the annotation is an answer, too", async () => {
  desk.write("prisma/schema.prisma", schema.replace("  locale", "  /// @lockstep.like(timeZone, name)\n  locale"));
  const { asked } = await desk.code({ name: "User.locale", exposure: "exposed" }, { tick: () => [] });
  expect(asked).toEqual([expect.stringMatching(/^Which of these places also need User\.locale\?/)]);
});

describe("on a terminal", () => {
  const ticked: string[] = [];
  const tick = (groups: readonly AnswerGroup[]) => {
    ticked.length = 0;
    ticked.push(...groups.flatMap(({ answers }) => answers.flatMap((each) => (each.isTicked ? each.label : []))));
    return [];
  };

  test("five columns at most and none are proposed, and the answer is kept", async () => {
    let proposed: readonly string[] = [];
    const like = (columns: readonly string[]) => {
      proposed = columns;
      return "timeZone";
    };
    await desk.code({ name: "User.locale", exposure: "exposed" }, { like, tick });
    expect(proposed).toEqual(["timeZone", "bio", "name", "email", "settings", "none"]);
    expect(ticked.join("\n")).toMatch(/src\/users\/view\.ts/);
    expect(ticked.join("\n")).not.toMatch(/src\/users\/bio\.ts/);
    expect(kept()).toMatchObject({ like: { "User.locale": ["timeZone"] } });
    expect((await desk.code({ name: "User.locale" }, {})).asked).toEqual([]);
  });

  test("a chain is one line with one tick", async () => {
    await desk.code({ name: "User.locale", exposure: "exposed" }, { like: () => "timeZone", tick });
    const line = ticked.find((label) => label.includes("src/users/schemas.ts:"));
    expect(line).toMatch(/service\.ts:8 .*locale: input\.locale\?\.trim\(\); with it: src\/users\/schemas\.ts:5 /);
  });
});
