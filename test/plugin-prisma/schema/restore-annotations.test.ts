import { expect, test } from "vitest";
import { dropAnnotations } from "../../../plugin-prisma/src/schema/drop-annotations.js";
import { makeOptional, makeRequired } from "../../../plugin-prisma/src/schema/edit.js";
import { restoreAnnotations } from "../../../plugin-prisma/src/schema/edit-schema.js";

const model = (...lines: string[]) =>
  `model User {\n  id Int @id\n${lines.map((line) => `${line}\n`).join("")}  name String\n}\n`;
const path = "schema.prisma";

/** What contract makes of it, and back. */
function contract(content: string, original: string) {
  return dropAnnotations(makeRequired([{ path, content }], "User", "handle", original), "User", "handle");
}
function reopen(files: ReturnType<typeof contract>, original: string) {
  return makeOptional(restoreAnnotations(files, "User", "handle", original), "User", "handle")[0]?.content;
}

test.each([
  ["a line of its own", model("  /// @lockstep.backfill(lower(email))", "  handle String @unique")],
  [
    "between other words",
    model("  /// In the URL.", "  /// @lockstep.backfill(lower(email))", "  /// Stays.", "  handle String"),
  ],
  ["behind the field", model("  handle String @unique /// @lockstep.backfill(lower(email))")],
  ["two behind words", model("  /// The URL. @lockstep.backfill(lower(email)) @lockstep.internal", "  handle String")],
  ["behind words", model("  /// The URL. @lockstep.backfill(lower(email))", "  handle String")],
  [
    "over several lines",
    model(
      "  /// @lockstep.backfill(coalesce(",
      "  ///   nick, email))",
      "  /// @lockstep.write(slug(email)) @lockstep.internal",
      "  handle String",
    ),
  ],
  ["above and behind", model("  /// @lockstep.internal", "  handle String /// @lockstep.backfill(name)")],
  ["none", model("  /// words", "  handle String")],
  ["an aligned table", model("  /// @lockstep.internal", "  handle    String   @unique", "  nickname  String?")],
  ["with CRLF", model("  /// @lockstep.internal", "  handle String").replaceAll("\n", "\r\n")],
])("contract and back gives the bytes of expand: %s", (_name, original) => {
  const expanded = makeOptional([{ path, content: original }], "User", "handle")[0]?.content ?? "";
  const contracted = contract(expanded, original);
  expect(reopen(contracted, original)).toBe(expanded);
  expect(reopen([{ path, content: expanded }], original)).toBe(expanded);
});

test("where somebody wrote a comment since, it stays, and the annotations stand above the field", () => {
  const original = model(
    "  /// @lockstep.backfill(coalesce(",
    "  ///   nick, email))",
    "  /// @lockstep.internal",
    "  handle String",
  );
  const changed = model("  /// Chosen by the user.", "  handle String");
  expect(reopen([{ path, content: changed }], original)).toBe(
    model(
      "  /// Chosen by the user.",
      "  /// @lockstep.backfill(coalesce(",
      "  /// nick, email))",
      "  /// @lockstep.internal",
      "  handle String?",
    ),
  );
});

test("it reads the declaration of its own field only, in whatever model the file has besides", () => {
  const original = model("  /// @lockstep.backfill(name)", "  handle String");
  const other = `model Team {\n  id Int @id\n  /// @lockstep.backfill(id)\n  handle Int?\n}\n\n`;
  const [file] = restoreAnnotations([{ path, content: other + model("  handle String") }], "User", "handle", original);
  expect(file?.content).toBe(other + original);
});
