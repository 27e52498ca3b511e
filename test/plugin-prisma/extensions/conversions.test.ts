import { expect, test } from "vitest";
import { conversionsIn } from "../../../plugin-prisma/src/extensions/conversions.js";
import { toEntityModels } from "../../../plugin-prisma/src/schema/entities.js";

const models = toEntityModels([
  {
    path: "prisma/schema.prisma",
    content: `datasource db {
  provider = "postgresql"
}

model User {
  id    Int    @id
  email String
  fee   Int
}

model Post {
  id  Int @id
  fee Int
}
`,
  },
]);
const allOfUser = ["User.email", "User.fee", "User.id"];
const everything = ["Post.fee", "Post.id", ...allOfUser];

test.each<readonly [string, readonly string[]]>([
  ["$extends({ result: { user: { fee: { needs: { fee: true }, compute: ({ fee }) => fee / 100 } } } })", ["User.fee"]],
  ["$extends({ result: { $allModels: { fee: { compute: () => 1 } } } })", ["Post.fee", "User.fee"]],
  ["$extends({ result: { user: { name: { compute: () => 1 } } } })", []],
  ["$extends({ model: { user: { signUp() { return { fee: 1 }; } } } })", []],
  [
    "$extends({ query: { user: { create({ args, query }) { args.data.fee = args.data.fee * 100; return query(args); } } } })",
    ["User.fee"],
  ],
  [
    "$extends({ query: { user: { create({ args, query }) { args.data['fee'] = 1; return query(args); } } } })",
    ["User.fee"],
  ],
  [
    "$extends({ query: { user: { update: ({ args, query }) => query({ ...args, data: { ...args.data, email: low(args) } }) } } })",
    ["User.email"],
  ],
  [
    "$extends({ query: { user: { upsert({ args, query }) { args.update.email = 'x'; return query(args); } } } })",
    ["User.email"],
  ],
  [
    "$extends({ query: { user: { create({ args, query }) { args.data = encrypt(args.data); return query(args); } } } })",
    allOfUser,
  ],
  [
    "$extends({ query: { user: { create({ args, query }) { for (const key of keys) args.data[key] = encrypt(args.data[key]); return query(args); } } } })",
    allOfUser,
  ],
  ["$extends({ query: { user: { create({ args, query }) { return query({ ...args, data: args.data }); } } } })", []],
  [
    "$extends({ query: { user: { findMany({ args, query }) { args.where = { ...args.where, fee: 1 }; return query(args); } } } })",
    [],
  ],
  [
    "$extends({ query: { $allModels: { async $allOperations({ model, args, query }) { log(model); return query(args); } } } })",
    [],
  ],
  [
    "$extends({ query: { $allModels: { async $allOperations({ args, query }) { args.data = await encrypt(args.data); return query(args); } } } })",
    everything,
  ],
  [
    "$extends({ query: { $allModels: { async $allOperations({ model, args, query }) { if (model === 'User') args.data.fee = 1; return query(args); } } } })",
    ["User.fee"],
  ],
  [
    "$extends({ query: { async $allOperations({ model, args, query }) { args.data.fee = 1; return query(args); } } })",
    ["Post.fee", "User.fee"],
  ],
  [
    "$use(async (params, next) => { if (params.model === 'User') params.args.data.email = low(params.args.data.email); return next(params); })",
    ["User.email"],
  ],
  ["$use(async (params, next) => next(params))", []],
  ["$extends(elsewhere)", ["User.fee"]],
  ["$extends(making())", ["User.fee"]],
  ["$extends((client) => client.$extends(elsewhere))", ["User.fee"]],
  ["$extends(fromPackage)", []],
])("client.%s", (call, expected) => {
  const sources = [
    {
      file: "src/db.ts",
      text: `import { fromPackage } from "package";\nimport { elsewhere, making } from "./extension";\nexport const db = client.${call};\n`,
    },
    {
      file: "src/extension.ts",
      text: `export const elsewhere = Prisma.defineExtension({ name: "euros", result: { user: { fee: { compute: () => 1 } } } });
const plain = { result: { user: { fee: { compute: () => 1 } } } };
export const making = () => plain;\n`,
    },
  ];
  // The extension in the other file is found by itself, too: only where the call does not name it, it is left out.
  const own = /elsewhere|making/.test(call) ? sources : sources.slice(0, 1);
  expect([...conversionsIn(own, models).keys()].sort()).toEqual(expected);
});
