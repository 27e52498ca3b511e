import { expect, test } from "vitest";
import { fieldChanges } from "../../../../core/src/code/ranking/field-changes.js";

test.each([
  ["nothing", "id name", "id name", [], {}],
  ["added at the end", "id name", "id name age", ["age"], {}],
  ["added in front and between", "id name", "key id nick name", ["key", "nick"], {}],
  ["taken away", "id name age", "id age", [], {}],
  ["renamed in its place", "id nick age", "id handle age", [], { handle: "nick" }],
  ["two renamed in their order", "id a b", "id x y", [], { x: "a", y: "b" }],
  ["renamed here, added there", "id nick age", "id handle age city", ["city"], { handle: "nick" }],
  ["one went and two came in one place: nobody can tell", "id nick", "id handle age", [], {}],
  ["went here, came there", "id nick age", "id age city", ["city"], {}],
  ["in another order", "id name age", "id age name", [], {}],
])("%s", (_, before, after, added, renamed) => {
  const changes = fieldChanges(before.split(" "), after.split(" "));
  expect(changes.added).toEqual(added);
  expect(Object.fromEntries(changes.renamed)).toEqual(renamed);
});
