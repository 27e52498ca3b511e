import { describe, expect, test } from "vitest";
import { LockstepError } from "../../../../core/src/base/errors.js";
import { parseSourceFile } from "../../../../core/src/code/ast/source-file.js";
import { readToggle } from "../../../../core/src/code/flags/template.js";
import { toggleOf } from "../../../support/toggles.js";

const single = parseSourceFile("a.ts", "import { a } from 'a';\n");

describe("the flag's name", () => {
  test.each([
    ["User", "handle", "user-handle-read"],
    ["OrderItem", "deliveryNote", "order-item-delivery-note-read"],
    ["HTTPLog", "utm_source", "http-log-utm-source-read"],
  ])("%s.%s", (model, field, flag) => {
    const template = readToggle(toggleOf({ read: "flags.isOn({name})", import: 'import { flags } from "@/flags"' }));
    const about = { model: { name: model }, field: { name: field } };
    expect(template.flagOf(about as Parameters<typeof template.flagOf>[0])).toBe(flag);
  });
});

test.each([
  ["flags.isOn({name})", "flags.isOn('f')", ["flags"]],
  ["await_(flags)[{name}]", "await_(flags)['f']", ["await_", "flags"]],
  ['client.variant({name}, context()) === "on"', "client.variant('f', context()) === \"on\"", ["client", "context"]],
  ["this.flags.isOn({name})", "this.flags.isOn('f')", []],
])("%s", (read, asked, names) => {
  const template = readToggle(toggleOf({ read }));
  expect(template.ask("f", single)).toBe(asked);
  expect(template.names).toEqual(names);
  expect(template.member).toBe(read.startsWith("this.") ? "flags" : undefined);
});

test.each([
  ["no place for the name", { read: "flags.handle" }, /\{name\} has to stand in it once/],
  ["two of them", { read: "flags.isOn({name}) || flags.isOn({name})" }, /once/],
  ["quotes around it", { read: "flags.isOn('{name}')" }, /stands without quotes/],
  ["a statement", { read: "if (flags.isOn({name}))" }, /no expression/],
  ["its own await", { read: "await flags.isOn({name})" }, /await is written where it is possible/],
  ["a condition of its own", { read: "flags.isOn({name}) ? 1 : 0" }, /has to be a call/],
  ["a comparison that is awaited", { read: 'flags.get({name}) === "on"', isAsync: true }, /has to be a call/],
  ["an import of something else", { read: "flags.isOn({name})", import: 'import { a } from "a"' }, /has none of what/],
  [
    "an import of a type",
    { read: "flags.isOn({name})", import: 'import type { flags } from "a"' },
    /no import of a value/,
  ],
  ["no import", { read: "flags.isOn({name})", import: 'const flags = require("flags")' }, /no import of a value/],
  ["one name for all columns", { read: "flags.isOn({name})", name: "{model}-read" }, /flags of two columns/],
])("refuses %s", (_, toggle, message) => {
  const read = () => readToggle(toggleOf(toggle));
  expect(read).toThrow(message);
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(LockstepError);
    expect(error).toMatchObject({ code: "LS4004", hint: expect.stringMatching(/^For example: toggle: \{/) });
  }
});
