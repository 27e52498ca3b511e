import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, createApp } from "../plugin-typeorm/intercept/app.js";
import { LockstepCommands } from "../support/lockstep-commands.js";
import { run } from "../support/run.js";

// `false` is a value, the second save stores it too, and contract waits for code that makes rows out of sight.

const entity = (column: string) => `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("users")
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar" })
  email!: string;
${column}
  constructor(data: Partial<User> = {}) {
    for (const [key, value] of Object.entries(data)) (this as Record<string, unknown>)[key] = value;
  }
}
`;

const repository = `import type { DeepPartial, ObjectLiteral, Repository } from "typeorm";

export class BaseRepository<T extends ObjectLiteral> {
  constructor(protected readonly rows: Repository<T>) {}

  add(row: T): Promise<T> {
    return this.rows.save(row as DeepPartial<T> & T);
  }
}
`;

const service = `import type { Repository } from "typeorm";
import { BaseRepository } from "./repository.js";
import { User } from "./user.js";

export interface SignUp {
  email: string;
  newsletter?: boolean;
}

export interface Changes {
  email?: string;
  newsletter?: boolean;
}

export class Users extends BaseRepository<User> {
  constructor(private readonly users: Repository<User>) {
    super(users);
  }

  register(body: SignUp): Promise<User> {
    return this.add(new User({ email: body.email }));
  }

  invite(email: string): Promise<User> {
    return this.add(new User({ email }));
  }

  async change(id: number, body: Changes): Promise<User> {
    const user = await this.users.findOneByOrFail({ id });
    if (body.email) {
      user.email = body.email;
    }
    return this.users.save(user);
  }

  async patch(id: number, body: Changes): Promise<void> {
    await this.users.update(id, { ...(body.email && { email: body.email }) });
  }
}
`;

/** Two sign-ups, of which one says no, and an invitation; then one more says no, and the first yes. */
const program = `import source from "./data-source.js";
import { Users } from "./users.js";
import { User } from "./user.js";

async function main() {
  await source.initialize();
  const users = new Users(source.getRepository(User));
  const no = await users.register({ email: "no", newsletter: false });
  const other = await users.register({ email: "other" });
  await users.invite("invited");
  await users.change(other.id, { newsletter: false });
  await users.patch(no.id, { email: "still no" });
  await users.patch(no.id, { newsletter: true });
  await users.patch(no.id, { newsletter: false });
  await source.destroy();
}

main().catch((error) => {
  console.error(error.code, error.message);
  process.exitCode = 1;
});
`;

let app: App;
let commands: LockstepCommands;
beforeAll(async () => {
  app = await createApp({
    entities: { "user.ts": entity("") },
    files: {
      "lockstep.config.json": JSON.stringify({ targets: { production: { urlFrom: "DATABASE_URL" } } }),
      "src/repository.ts": repository.replaceAll(/\.js"/g, '"'),
      "src/users.ts": service.replaceAll(/\.js"/g, '"'),
      "src/run.ts": program.replaceAll(/\.js"/g, '"'),
    },
  });
  commands = new LockstepCommands(app.root);
});
afterAll(async () => {
  commands?.close();
  await app?.dispose();
});
const lockstep = (...args: string[]) => commands.run(args, { DATABASE_URL: app.url, LOCKSTEP_CI: "1" });
const ok = async (result: Promise<{ readonly code: number; readonly output: string }>) => {
  const { code, output } = await result;
  expect(code, output).toBe(0);
  return output;
};

test("expand edits both creators, and code that saves again stores false", async () => {
  const column = `
  /** @lockstep.backfill(true) @lockstep.exposed */
  @Column({ type: "boolean" })
  newsletter!: boolean;
`;
  app.write("src/user.ts", entity(column));
  await ok(app.generate("Newsletter"));
  expect(app.read("src/users.ts")).toContain("new User({ email: body.email, newsletter: body.newsletter ?? true })");
  expect(app.read("src/users.ts")).toContain("new User({ email, newsletter: true })");
  await ok(lockstep("code", "--only", "src/users.ts"));
  expect(app.read("src/users.ts")).toContain("\n    }\n    user.newsletter = body.newsletter ?? user.newsletter;\n");
  expect(app.read("src/users.ts")).toContain("...(body.newsletter !== undefined && { newsletter: body.newsletter })");
  await ok(app.cli(["migration:run"]));
  await started();
  expect(await app.query("SELECT email, newsletter FROM users WHERE id > 2 ORDER BY id")).toEqual([
    { email: "still no", newsletter: false },
    { email: "other", newsletter: false },
    { email: "invited", newsletter: true },
  ]);
});

test("contract waits for a creator that makes its rows out of sight", async () => {
  await ok(lockstep("backfill", "run"));
  await ok(lockstep("next"));
  const parsed = "this.add(JSON.parse(text) as User)";
  app.edit(
    "src/users.ts",
    "  invite(",
    `  load(text: string): Promise<User> {\n    return ${parsed};\n  }\n\n  invite(`,
  );
  const asked = await lockstep("next");
  expect(asked.code).toBe(1);
  expect(asked.output).toMatch(
    /the rows written at 1 listed place have it[\s\S]*src\/users\.ts:25 {2}load: row of this\.add/,
  );
  expect(app.migrations()).toHaveLength(1);

  app.edit("src/users.ts", parsed, "this.add(new User({ ...(JSON.parse(text) as SignUp), newsletter: true }))");
  const confirmed = await ok(lockstep("next", "--confirm", "writers-aware,reads-steady", "--by", "Ada"));
  expect(confirmed).not.toContain("listed place");
  await ok(app.cli(["migration:run"]));
  await started();
  await expect(app.query("INSERT INTO users (email) VALUES ('none')")).rejects.toThrow(/violates not-null/);
});

/** The program, with the code as it is now. */
async function started(): Promise<void> {
  const tsx = join(app.root, "node_modules/.bin/tsx");
  await ok(run(tsx, ["src/run.ts"], { cwd: app.root, env: { DATABASE_URL: app.url } }));
}
