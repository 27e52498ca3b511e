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
  expect(output).toMatch(new RegExp(`! User\\.handle keeps its type, .*: ${read}$[\\s\\S]*^Next$`, "m"));
  expect(app.read("lockstep/1763648123456-AddHandle/plan.json")).toContain("read of this.handle");
});

test("active record: the write site of an entity that was just edited is edited with it, and undo gives the bytes back", async () => {
  const methods = `
  static signUp(email: string): Promise<User> {
    return User.create({ email }).save();
  }
}
`;
  const active = (...members: string[]) =>
    userEntity(...members)
      .replace("import {", "import { BaseEntity,")
      .replace("class User {", "class User extends BaseEntity {")
      .replace(/\}\n$/, methods);
  app = await createApp({ entities: { "user.ts": active(), "other.ts": service } });
  await commit();
  app.write("src/user.ts", active(handle));
  app.write("src/other.ts", `// work in progress\n${service}`);
  const { code, output } = await app.generate("AddHandle");
  expect(code, output).toBe(0);
  expect(app.read("src/user.ts")).toContain("handle!: string | null;");
  expect(app.read("src/user.ts")).toContain("User.create({ email, handle: email.toLowerCase() }).save()");
  // Somebody's work that nothing else is written into is listed.
  expect(app.read("src/other.ts")).not.toContain("handle");
  expect(output).toContain("uncommitted changes");
  const undone = await run(process.execPath, ["node_modules/@lockstep/typeorm/bin/lockstep.js", "undo", "--yes"], {
    cwd: app.root,
    env: { DATABASE_URL: app.url },
  });
  expect(undone.code, undone.output).toBe(0);
  // Without the column, as in the last commit.
  expect(app.read("src/user.ts")).toBe(active());
});
