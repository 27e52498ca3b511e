import { expect, test } from "vitest";
import { questionsIn } from "../../../core/src/code/run/survey.js";
import { editFor, request, withEntities } from "./phases.js";

const head = `import type { Repository } from "typeorm";
import { z } from "zod";
import { Order, User } from "./entities";
declare const users: Repository<User>;
declare const orders: Repository<Order>;
`;
const part = "z.object({ id: z.number(), email: z.string(), name: z.string() })";
const whole =
  "z.strictObject({ id: z.number(), email: z.string(), name: z.string(), createdAt: z.date(), updatedAt: z.date() })";

async function ranked(code: string) {
  const questions = await questionsIn(request(withEntities(head + code), ["switch"], [], {}));
  return questions.flatMap((question) => question.ranked.map(({ candidate }) => candidate));
}

test.each([
  ["names", 'users.find({ select: ["id", "email", "name"] })'],
  ["an object", "users.findOne({ where: { id: 1 }, select: { id: true, email: true, name: true } })"],
  [
    "a query",
    'users.createQueryBuilder("user").select(["user.id", "user.email", "user.name"]).where("1 = 1").getMany()',
  ],
  ["a page", 'users.findAndCount({ select: ["id", "email", "name"] }).then(([rows]) => rows)'],
])("a schema takes the select along whose rows it parses: %s", async (_, read) => {
  const all = await ranked(
    `const UserResponse = ${part};\nexport const rows = async () => z.array(UserResponse).parse(await ${read});\n`,
  );
  const [zod, select] = ["zod", "select"].map((family) => all.find((each) => each.family === family));
  expect(select).toBeDefined();
  expect(zod?.needs).toEqual([select?.key]);
});

test.each([
  ["a row", "UserResponse.parse(await users.findOneBy({ id: 1 }))", true],
  ["a query", 'UserResponse.array().parse(await users.createQueryBuilder("user").getMany())', true],
  [
    "relations",
    "z.object({ user: UserResponse }).parse(await orders.findOne({ where: {}, relations: { user: true } }))",
    true,
  ],
  [
    "names of relations",
    'z.object({ user: UserResponse }).parse(await orders.findOne({ where: {}, relations: ["user"] }))',
    true,
  ],
  [
    "a join",
    'z.object({ user: UserResponse }).parse(await orders.createQueryBuilder("o").leftJoinAndSelect("o.user", "u").getOne())',
    true,
  ],
  [
    "a join that selects nothing",
    'z.object({ user: UserResponse }).parse(await orders.createQueryBuilder("o").leftJoin("o.user", "u").getOne())',
    undefined,
  ],
  [
    "a relation that is not loaded",
    "z.object({ user: UserResponse }).parse(await orders.findOneBy({ id: 1 }))",
    undefined,
  ],
  ["a select", 'UserResponse.parse(await users.findOne({ where: {}, select: ["id"] }))', undefined],
])("a strict schema of whole rows is required: %s", async (_, parse, isRequired) => {
  const code = `const UserResponse = ${whole};\nexport const show = async () => ${parse};\n`;
  expect((await ranked(code)).find(({ family }) => family === "zod")?.isRequired).toBe(isRequired);
});

test.each([
  ["as it is", "", 1],
  ["its toJSON names what is sent", "\n  toJSON() {\n    return { id: this.id };\n  }", 0],
  [
    "its toJSON sends the rest",
    "\n  toJSON() {\n    const { email, ...rest } = this;\n    return { ...rest };\n  }",
    1,
  ],
  ["the column is excluded", "\n  @Exclude() @Column({ nullable: true }) handle?: string;", 0],
])("an entity that sends its rows: %s", async (_, member, count) => {
  const code = `${head}export const list = (app) => app.get("/", async () => users.find());\n`;
  const files = withEntities(code).map(({ file, text }) =>
    file.endsWith("user.entity.ts") ? { file, text: text.replace(/\n}\s*$/, `${member}\n}\n`) } : { file, text },
  );
  const { places } = await editFor("switch", files, [], { exposure: "internal" });
  expect(places.length).toBe(count);
});

test.each([
  ["saved", "await users.save({ email: body.email, name: body.name })", true],
  ["created", "await users.save(users.create({ email: body.email, name: body.name }))", true],
  ["read", "await users.findOneBy({ email: body.email })", false],
  ["read and saved", "await users.save(await users.findOneByOrFail({ email: body.email }))", false],
])("what is %s has the column from expand on, or not", async (_, row, isListed) => {
  const code = `${head}const UserResponse = ${whole};
export const add = async (body) => UserResponse.parse(${row});
export const routes = (app) => app.post("/", async ({ body }) => ${row});
`;
  for (const exposure of ["exposed", "internal"] as const) {
    const { places } = await editFor("expand", withEntities(code), [], { exposure });
    const required = places.filter(({ kind }) => kind === "required").map(({ line }) => line);
    expect(required, exposure).toEqual(isListed ? (exposure === "internal" ? [7, 8] : [7]) : []);
  }
});
