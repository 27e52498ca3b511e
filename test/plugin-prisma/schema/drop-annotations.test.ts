import { expect, test } from "vitest";
import { dropAnnotations } from "../../../plugin-prisma/src/schema/drop-annotations.js";

const model = (...lines: string[]) =>
  `model User {\n  id Int @id\n${lines.map((line) => `${line}\n`).join("")}  name String\n}\n`;

const cases: readonly [string, string, string][] = [
  [
    "a line of its own",
    model("  /// @lockstep.backfill(lower(email))", "  handle String @unique"),
    model("  handle String @unique"),
  ],
  [
    "other words above and below stay",
    model(
      "  /// Shown in the URL.",
      "  /// @lockstep.backfill(lower(email))",
      "  /// Never changes.",
      "  handle String",
    ),
    model("  /// Shown in the URL.", "  /// Never changes.", "  handle String"),
  ],
  [
    "behind the field",
    model("  handle String @unique /// @lockstep.backfill(lower(email))"),
    model("  handle String @unique"),
  ],
  [
    "words on the same line stay",
    model("  /// The URL. @lockstep.backfill(lower(email))", "  handle String"),
    model("  /// The URL. ", "  handle String"),
  ],
  [
    "over several lines, with several annotations",
    model(
      "  /// @lockstep.backfill(coalesce(",
      "  ///   nick, email))",
      "  /// @lockstep.write(slug(email)) @lockstep.internal",
      "  handle String",
    ),
    model("  handle String"),
  ],
  ["none: not a byte changes", model("  /// words", "  handle String"), model("  /// words", "  handle String")],
  [
    "with CRLF",
    model("  /// @lockstep.internal", "  handle String").replaceAll("\n", "\r\n"),
    model("  handle String").replaceAll("\n", "\r\n"),
  ],
];

test.each(cases)("%s", (_name, before, after) => {
  const [file] = dropAnnotations([{ path: "schema.prisma", content: before }], "User", "handle");
  expect(file?.content).toBe(after);
  expect(dropAnnotations([{ path: "schema.prisma", content: after }], "User", "handle")[0]?.content).toBe(after);
});
