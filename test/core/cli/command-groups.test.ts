import { expect, test } from "vitest";
import { globalOptions } from "../../../core/src/cli/command.js";
import { commandGroups, groupOf, groupSummaries } from "../../../core/src/cli/command-groups.js";
import { commands } from "../../../core/src/cli/commands/index.js";

test("the help lists every command but completion, each in one group", () => {
  const listed = Object.values(commandGroups).flat();
  expect(new Set(listed).size).toBe(listed.length);
  const unlisted = commands.filter(({ name }) => groupOf(name) === undefined).map(({ name }) => name);
  expect(unlisted).toEqual(["completion"]);
});

test.each(commands.map((command) => [command.name, command] as const))("%s: each text fits on its line", (_, each) => {
  const texts = [each.summary, ...[...(each.options ?? []), ...(each.arguments ?? [])].map((one) => one.description)];
  const short = texts.map((text) => text.replace(/ \(default [^)]*\)$/, ""));
  expect(short.filter((text) => text.length > 60)).toEqual([]);
});

test("so do the texts of groups and of global options", () => {
  const texts = [...Object.values(groupSummaries), ...globalOptions.map(({ description }) => description)];
  expect(texts.filter((text) => text.length > 60)).toEqual([]);
});
