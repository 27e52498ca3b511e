import { expect, test } from "vitest";
import { editFor } from "./phases.js";

// Reads of a column whose property had to keep its type compile: they are listed while the column has no value to find.

const code = (type: string) => `import { Column, Entity, PrimaryGeneratedColumn, type Repository } from "typeorm";

interface Named {
  handle: string;
}

@Entity("users")
export class User implements Named {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar", nullable: true, select: false })
  handle!: ${type};

  get label(): string {
    return this.handle.toUpperCase();
  }

  rename(handle: string): void {
    this.handle = handle;
  }
}

class Admin extends User {
  sign = () => this.handle;
}

class Badge {
  handle = "x";

  text = (user: { handle: string }) => user.handle + this.handle;
}

export async function greet(users: Repository<User>, id: number): Promise<string> {
  const user = await users.findOneByOrFail({ id });
  user.handle = user.handle.trim();
  return \`Hello \${user?.handle}\`;
}

export const names = (users: User[]) => users.map(({ handle: name, id }) => name ?? id);
`;

async function readsIn(phase: "expand" | "switch", type: string, file = "src/code.ts") {
  const { places } = await editFor(phase, [{ file, text: code(type) }], []);
  return places
    .filter(({ reason }) => reason.includes("keeps its type"))
    .map(({ line, kind, what }) => `${line} ${kind} ${what}`);
}

test("every read, none of another class, and no write", async () => {
  expect(await readsIn("expand", "string")).toEqual([
    "16 likely read of this.handle",
    "25 likely sign: read of this.handle",
    "36 likely greet: read of user.handle",
    "37 likely greet: read of user?.handle",
    "40 likely names: read of handle: name",
  ]);
});

test("none where the compiler tells, in tests, and once reads are open", async () => {
  expect(await readsIn("expand", "string | null")).toEqual([]);
  expect(await readsIn("expand", "string", "test/code.ts")).toEqual([]);
  expect(await readsIn("switch", "string")).toEqual([]);
});
