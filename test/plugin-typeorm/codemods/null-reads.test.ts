import { describe, expect, test } from "vitest";
import { ownFlags } from "../../support/toggles.js";
import { columns } from "./columns.js";
import { apply, type Column, editFor, type Files, field, textOf, withEntities } from "./phases.js";

const code = `import { User } from "./entities/user.entity";

export interface UserDto { id: number; email: string; name: string; createdAt: Date; updatedAt: Date }

export const toDto = (user: User): UserDto => ({
  id: user.id,
  email: user.email,
  name: user.name,
  createdAt: user.createdAt,
  updatedAt: user.updatedAt,
});
`;

/** The entity as switch has it: its property kept its type, or lets null in. */
function withProperty(type: string): Files {
  return withEntities(code).map(({ file, text }) => ({
    file,
    text: file.endsWith("user.entity.ts")
      ? text.replace(
          "  @CreateDateColumn()",
          `  @Column({ type: "varchar", nullable: true })\n  handle!: ${type};\n\n  @CreateDateColumn()`,
        )
      : text,
  }));
}

async function switched(type: string, column: Column = {}): Promise<string> {
  const files = withProperty(type);
  return textOf(apply(files, await editFor("switch", files, [], column)));
}

describe("what is read by a property", () => {
  test("whose type has no room for null needs no fallback", async () => {
    const text = await switched("string");
    expect(text).toContain("  handle: user.handle,\n");
    expect(text).toContain("; handle: string }");
  });

  test("whose type may be null has one", async () => {
    expect(await switched("string | null")).toContain("handle: user.handle ?? user.email.toLowerCase(),");
  });

  test("is never null for the types where there is no fallback either", async () => {
    const nullable = columns["mapper-nullable"] ?? {};
    expect(await switched("string", nullable)).toContain("; handle: string }");
    expect(await switched("string | null", nullable)).toContain("; handle: string | null }");
    const toggled = { ...nullable, toggle: ownFlags };
    expect(await switched("string", toggled)).toContain("; handle?: string }");
  });

  test("may still be without a value where only code fills it", async () => {
    const value = { kind: "typescript", text: "email.toLowerCase()" } as const;
    expect(await switched("string", { value })).toContain("handle: user.handle ?? user.email.toLowerCase(),");
  });

  test("stands behind a flag with what was shown before", async () => {
    expect(await switched("string", { toggle: ownFlags })).toContain(
      'handle: flags.isOn("user-handle-read") ? user.handle : user.email.toLowerCase(),',
    );
  });

  test("is null for good in a column that stays optional", async () => {
    const files = withProperty("string | null");
    const column: Column = { added: field("handle", { isOptional: true }), value: { kind: "none" } };
    const result = await editFor("switch", files, [], column);
    expect(textOf(apply(files, result))).toContain("; handle: string | null }");
    expect(textOf(apply(files, result))).toContain("  handle: user.handle,\n");
  });
});
