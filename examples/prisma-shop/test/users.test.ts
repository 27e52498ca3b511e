import assert from "node:assert/strict";
import { test } from "node:test";
import { UserListResponse, UserResponse } from "../src/users/schemas";
import { openShop } from "./shop";

const { app, mark, email, addUser } = openShop();

test("a user is created and read", async () => {
  const created = await app.inject({
    method: "POST",
    url: "/users",
    payload: { email: email("Ada"), name: "Ada Lovelace" },
  });
  assert.equal(created.statusCode, 201);
  const user = UserResponse.parse(created.json());
  assert.equal(user.email, email("Ada"));
  assert.equal(user.name, "Ada Lovelace");

  const read = await app.inject({ url: `/users/${user.id}` });
  assert.equal(read.statusCode, 200);
  assert.deepEqual(read.json(), created.json());
});

test("an email is taken once", async () => {
  await addUser("taken");
  const response = await app.inject({
    method: "POST",
    url: "/users",
    payload: { email: email("taken"), name: "Somebody Else" },
  });
  assert.equal(response.statusCode, 409);
  assert.deepEqual(response.json(), { error: "User already exists" });
});

test("a request that is not valid says where", async () => {
  const response = await app.inject({ method: "POST", url: "/users", payload: { email: "nobody", name: "" } });
  assert.equal(response.statusCode, 400);
  const paths = response.json().issues.map((issue: { path: string }) => issue.path);
  assert.deepEqual(paths, ["email", "name"]);
});

test("an unknown user is not found", async () => {
  for (const url of ["/users/2147483647", "/admin/users/2147483647"]) {
    assert.equal((await app.inject({ url })).statusCode, 404);
  }
  const patched = await app.inject({ method: "PATCH", url: "/users/2147483647", payload: { name: "Nobody" } });
  assert.equal(patched.statusCode, 404);
});

test("an id that is no id is not valid", async () => {
  for (const id of ["0", "-1", "1.5", "x", "2147483648"]) {
    assert.equal((await app.inject({ url: `/users/${id}` })).statusCode, 400, id);
  }
});

test("a user is updated, and only what was sent", async () => {
  const { id, email: before } = await addUser("rename");
  const response = await app.inject({ method: "PATCH", url: `/users/${id}`, payload: { name: "Renamed" } });
  assert.equal(response.statusCode, 200);
  const user = UserResponse.parse(response.json());
  assert.equal(user.name, "Renamed");
  assert.equal(user.email, before);
});

test("a sign-in creates the user once and refreshes the name after that", async () => {
  const url = `/users/by-email/${encodeURIComponent(email("sync"))}`;
  const first = await app.inject({ method: "PUT", url, payload: { name: "First" } });
  const second = await app.inject({ method: "PUT", url, payload: { name: "Second" } });
  assert.equal(first.statusCode, 200);
  assert.equal(second.statusCode, 200);
  assert.equal(second.json().id, first.json().id);
  assert.equal(second.json().name, "Second");
});

test("users are listed page by page", async () => {
  const { id: firstId } = await addUser("page-1");
  const { id: secondId } = await addUser("page-2");
  const page = async (after: number) => {
    const response = await app.inject({ url: "/users", query: { after: String(after), limit: "1" } });
    return UserListResponse.parse(response.json());
  };
  const first = await page(firstId - 1);
  assert.equal(first.items[0]?.id, firstId);
  assert.equal(first.nextAfter, firstId);
  // Other tests may add users between the two.
  const second = await page(secondId - 1);
  assert.equal(second.items[0]?.id, secondId);
});

test("search looks at names and emails and shows names", async () => {
  const { id, name } = await addUser("Searchable");
  const response = await app.inject({ url: "/users/search", query: { q: `searchable@${mark}` } });
  assert.deepEqual(response.json(), { items: [{ id, name }] });
});

test("support sees the row as it is stored", async () => {
  const row = await addUser("stored");
  const response = await app.inject({ url: `/admin/users/${row.id}` });
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), JSON.parse(JSON.stringify(row)));
});

test("users are exported page by page", async () => {
  const { id, email } = await addUser("export");
  const response = await app.inject({ url: "/admin/users/export", query: { after: String(id - 1), limit: "1" } });
  const { users, nextAfter } = response.json();
  assert.equal(users[0].email, email);
  assert.equal(nextAfter, id);
});

test("the newsletter list quotes what needs quotes", async () => {
  const { id } = await addUser('Quote, "Q"');
  const response = await app.inject({ url: "/admin/users/newsletter.csv", query: { after: String(id - 1) } });
  assert.match(String(response.headers["content-type"]), /^text\/csv/);
  const lines = response.body.split("\r\n");
  assert.equal(lines[0], "id,email,name,createdAt");
  const line = lines.find((candidate) => candidate.startsWith(`${id},`));
  assert.ok(line?.includes('"Quote, ""Q"""'), line);
});
