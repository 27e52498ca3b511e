import { expect, test } from "vitest";
import { colorsFor } from "../../../core/src/review/colors.js";
import { missingTypesText } from "../../../core/src/review/missing-types.js";

const code = "npx lockstep code";
const plain = colorsFor(false);

test.each([
  [{ why: "absent", packageName: "typeorm" }, "typeorm is not installed here", `install it, then ${code}`],
  [
    { why: "not-generated", model: "User", command: "npx prisma generate" },
    "no generated client has User",
    `npx prisma generate, then ${code}`,
  ],
  [{ why: "limit" }, "reading them needed too much time or memory", `To list them: ${code}`],
] as const)("%j: why, and what to type", (missing, why, next) => {
  const text = missingTypesText(missing, code, plain);
  expect(text).toContain(`without all types (${why})`);
  expect(text.endsWith(next)).toBe(true);
});

test("the command that had the most time is not told to be typed again", () => {
  expect(missingTypesText({ why: "limit" }, code, plain, true)).not.toContain(code);
});
