import { beforeAll, expect, test } from "vitest";
import { parseSourceFile } from "../../../../core/src/code/ast/source-file.js";
import { flagNamesIn, toggledBy } from "../../../../core/src/code/cleanup/flag-tests.js";

let decides: (condition: string) => boolean;
beforeAll(() => {
  decides = (condition) => {
    const file = parseSourceFile("src/code.ts", `export const read = ${condition} ? user.handle : user.email;\n`);
    return [...flagNamesIn(file, "user-handle")].some((name) => toggledBy(name) !== undefined);
  };
});

test.each([
  ["flags.isOn('user-handle')", true],
  ["(await flags.isEnabled('user-handle'))", true],
  ["unleash.isEnabled('user-handle')", true],
  ["flags['user-handle']", true],
  ["flags.get('user-handle') === 'on'", true],
  ["flags.get('user-handle') === true", true],
  ["!flags.isOn('user-handle')", false],
  ["flags.isOff('user-handle')", false],
  ["flags.isNotEnabled('user-handle')", false],
  ["not(flags.isOn('user-handle'))", false],
  ["flags.get('user-handle') === 'off'", false],
  ["flags.get('user-handle') === undefined", false],
  ["flags.isOn('user-handle') === false", false],
  ["flags.isOn('user-handle') && isAdmin", false],
])("%s leads to the branch with the column: %s", (condition, expected) => {
  expect(decides(condition)).toBe(expected);
});
