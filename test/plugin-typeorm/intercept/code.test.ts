/** The code of the application, edited together with its entities. */
import { afterEach, expect, test } from "vitest";
import { run } from "../../support/run.js";
import { type App, createApp, handle, userEntity } from "./app.js";

let app: App;
afterEach(() => app.dispose());

const service = `import type { Repository } from "typeorm";
import { User } from "./user.js";

export function register(users: Repository<User>, email: string): Promise<User> {
  return users.save(users.create({ email }));
}
`;

async function commit(): Promise<void> {
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: app.root });
  await git("init", "--quiet");
  await git("add", "src", "package.json");
  await git("commit", "--quiet", "-m", "The users");
}

test("write sites get the value", async () => {
  const entity = userEntity(handle).replace(
    /\}\n$/,
    "\n  get label(): string {\n    return this.handle.trim();\n  }\n}\n",
  );
  app = await createApp({ entities: { "user.ts": entity, "register.ts": service } });
  const { code, output } = await app.generate("AddHandle", "-t", "1763648123456");
  expect(code, output).toBe(0);
  expect(output).toContain("1 code edit made");
  expect(app.read("src/register.ts")).toContain("users.create({ email, handle: email.toLowerCase() })");
  // A read in the class keeps the type: the compiler does not tell, so the place is listed.
  const lines = app.read("src/user.ts").split("\n");
  const read = `src/user.ts:${lines.findIndex((line) => line.includes("this.handle")) + 1}`;
  expect(output).toMatch(new RegExp(`! User\\.handle keeps its type, .*: ${read}$`, "m"));
  expect(app.read("lockstep/1763648123456-AddHandle/plan.json")).toContain("read of this.handle");
});

test("an entity that has code of its own keeps both edits", async () => {
  const entity = userEntity(handle).replace(
    /\}\n$/,
    `
  static make(users: Repository<User>, email: string): User {
    return users.create({ email });
  }
}
`,
  );
  app = await createApp({
    entities: { "user.ts": entity.replace("import {", 'import type { Repository } from "typeorm";\nimport {') },
  });
  // Committed: what is not is somebody's work, and only listed.
  await commit();
  const { code, output } = await app.generate("AddHandle");
  expect(code, output).toBe(0);
  expect(app.read("src/user.ts")).toContain("handle!: string | null;");
  expect(app.read("src/user.ts")).toContain("users.create({ email, handle: email.toLowerCase() })");
});
