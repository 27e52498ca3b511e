import { expect, it } from "vitest";
import { sizeText, timeText } from "../../../core/src/backfill/run-option.js";
import { runOptions } from "../../../core/src/backfill/run-options.js";
import { refuseUnknownOptions } from "../../../core/src/cli/run-options.js";

it.each([
  ["maxReplicaLag", "32MB", 32 * 2 ** 20],
  ["maxReplicaLag", "32", undefined],
  ["maxReplicaDelay", "1.5min", 90_000],
  ["maxReplicaDelay", "10", undefined],
  ["ignoreReplica", "one, two", ["one", "two"]],
  ["ignoreReplica", "one,,two", undefined],
  ["maxUnarchived", "0", undefined],
  ["throttleHttp", "https://health.example/ok?key=1", new URL("https://health.example/ok?key=1")],
  ["throttleHttp", "https://user:secret@health.example/", undefined],
  ["throttleHttp", "file:///etc/passwd", undefined],
  ["window", "22:00-24:00", [expect.objectContaining({ from: 1320, to: 1440, zone: "UTC" })]],
])("%s %s", (name, text, expected) => {
  expect(runOptions().get(name)!.read(text)).toEqual(expected);
  const check = () => refuseUnknownOptions({ targets: {}, backfill: { [name]: text } });
  if (expected === undefined) expect(check).toThrow(`backfill.${name}: `);
  else expect(check).not.toThrow();
});

it("reads every default", () => {
  for (const { initial, read } of runOptions().values()) if (initial !== undefined) expect(read(initial)).toBeDefined();
});

it.each([
  [sizeText(500), "500 B"],
  [sizeText(1.5 * 2 ** 20), "1.5 MB"],
  [sizeText(48.2 * 2 ** 20), "48 MB"],
  [timeText(0), "0 ms"],
  [timeText(8000), "8 s"],
  [timeText(5_400_000), "1.5 h"],
])("%s", (text, expected) => {
  expect(text).toBe(expected);
});
