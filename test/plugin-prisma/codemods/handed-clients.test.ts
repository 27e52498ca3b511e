import { expect, test } from "vitest";
import { editFor, single } from "./phases.js";

const head = `import { Prisma, PrismaClient } from "@prisma/client";\nconst prisma = new PrismaClient({ omit: { user: { handle: true } } as never });\n`;

// Rows that it inserts itself are in nobody's sight: it holds the contract.
test.each<[string, string, boolean]>([
  [
    "an authentication library",
    `import { PrismaAdapter } from "@auth/prisma-adapter";\nexport const adapter = PrismaAdapter(prisma);`,
    true,
  ],
  [
    "one inside of another",
    `import { betterAuth } from "better-auth";\nimport { prismaAdapter } from "better-auth/adapters/prisma";\nexport const auth = betterAuth({ database: prismaAdapter(prisma, { provider: "postgresql" }) });`,
    true,
  ],
  [
    "an admin panel",
    `import AdminJS from "adminjs";\nexport const admin = new AdminJS({ databases: [{ client: prisma }] });`,
    true,
  ],
  ["a delegate", `import { crud } from "some-crud";\nexport const users = crud(prisma.user);`, true],
  [
    "a member",
    `import { PrismaAdapter } from "@auth/prisma-adapter";\nexport class Auth {\n  constructor(private readonly db: PrismaClient) {}\n  adapter() {\n    return PrismaAdapter(this.db);\n  }\n}`,
    true,
  ],
  ["another delegate", `import { crud } from "some-crud";\nexport const orders = crud(prisma.order);`, false],
  [
    "the app's own function",
    `function createApp(db: PrismaClient) {\n  return db;\n}\nexport const app = createApp(prisma);`,
    false,
  ],
  ["the app's own file", `import { createApp } from "./app";\nexport const app = createApp(prisma);`, false],
  [
    "Prisma's own package",
    `import { PrismaInstrumentation } from "@prisma/instrumentation";\nexport const app = new PrismaInstrumentation(prisma);`,
    false,
  ],
  [
    "rows",
    `import { format } from "some-format";\nexport const text = async () => format(await prisma.user.findMany());`,
    false,
  ],
])("a package that is given a client: %s", async (_, code, isListed) => {
  const { places, changes } = await editFor("expand", single(`${head}${code}\n`), []);
  const listed = places.filter(({ what }) => what.includes(" given to "));
  expect(listed.map(({ kind, mayLeaveOut }) => [kind, mayLeaveOut])).toEqual(isListed ? [["likely", true]] : []);
  expect(changes).toEqual([]);
});
