import { expect, test } from "vitest";
import { isPlainYaml, loadYaml } from "../../../../core/src/code/formats/yaml-tree.js";

await loadYaml();

test.each(["user", "a b", "v1.2.3", "2026-01-01T00"])("%s is plain", (text) => expect(isPlainYaml(text)).toBe(true));

test.each([
  "",
  "1",
  "true",
  "~",
  "a, b",
  "a: b",
  "a #b",
  "*a",
  "&a b",
  "@a",
  "`a",
  "%a",
  "!tag b",
  "[",
  "'a",
  "- a",
  "a\n---\nb",
])("%j needs quotes", (text) => expect(isPlainYaml(text)).toBe(false));
