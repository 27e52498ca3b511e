import assert from "node:assert/strict";
import { test } from "node:test";
import { openShop } from "./shop";

const { app } = openShop();

test("health asks the database", async () => {
  const response = await app.inject({ url: "/health" });
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), { status: "ok" });
});

test("an unknown route is not found", async () => {
  const response = await app.inject({ url: "/nowhere" });
  assert.equal(response.statusCode, 404);
  assert.deepEqual(response.json(), { error: "No route for GET /nowhere" });
});

test("a body that is not JSON is not valid", async () => {
  const response = await app.inject({
    method: "POST",
    url: "/users",
    headers: { "content-type": "application/json" },
    payload: "{",
  });
  assert.equal(response.statusCode, 400);
});
