import assert from "node:assert/strict";
import { test } from "node:test";
import { openShop } from "./shop";

const { call, mark, email, addUser } = openShop();

test("a user is created and read", async () => {
  const created = await call("POST", "/users", { email: email("Ada"), name: " Ada Lovelace " });
  assert.equal(created.status, 201);
  assert.equal(created.body.email, email("Ada"));
  assert.equal(created.body.name, "Ada Lovelace");

  const read = await call("GET", `/users/${created.body.id}`);
  assert.equal(read.status, 200);
  assert.deepEqual(read.body, created.body);
});

test("an email is taken once", async () => {
  await addUser("taken");
  const { status, body } = await call("POST", "/users", { email: email("taken"), name: "Somebody Else" });
  assert.equal(status, 409);
  assert.deepEqual(body, { error: "User already exists" });
});

test("a request that is not valid says where", async () => {
  const { status, body } = await call("POST", "/users", { email: "nobody", name: "" });
  assert.equal(status, 400);
  assert.deepEqual(
    body.issues.map((issue: { path: string }) => issue.path),
    ["email", "name"],
  );
});

test("an unknown user is not found", async () => {
  for (const path of ["/users/2147483647", "/admin/users/2147483647"])
    assert.equal((await call("GET", path)).status, 404);
  assert.equal((await call("PATCH", "/users/2147483647", { name: "Nobody" })).status, 404);
});

test("an id that is no id is not valid", async () => {
  for (const id of ["0", "-1", "1.5", "x", "2147483648"]) assert.equal((await call("GET", `/users/${id}`)).status, 400);
});

test("a user is updated, and only what was sent", async () => {
  const { id, email: before } = await addUser("rename");
  const { status, body } = await call("PATCH", `/users/${id}`, { name: "Renamed" });
  assert.equal(status, 200);
  assert.equal(body.name, "Renamed");
  assert.equal(body.email, before);
  assert.equal((await call("PATCH", `/users/${id}`, {})).body.name, "Renamed");
});

test("a sign-in creates the user once and refreshes the name after that", async () => {
  const path = `/users/by-email/${encodeURIComponent(email("sync"))}`;
  const first = await call("PUT", path, { name: "First" });
  const second = await call("PUT", path, { name: "Second" });
  assert.equal(first.status, 200);
  assert.equal(second.status, 200);
  assert.equal(second.body.id, first.body.id);
  assert.equal(second.body.name, "Second");
});

test("users are imported all together or not at all", async () => {
  const users = ["import-1", "import-2"].map((who) => ({ email: email(who), name: who }));
  assert.deepEqual((await call("POST", "/admin/users/import", { users })).body, { added: 2 });
  const again = [{ email: email("import-3"), name: "import-3" }, ...users];
  assert.equal((await call("POST", "/admin/users/import", { users: again })).status, 409);
  assert.deepEqual((await call("GET", `/users/search?q=import-3@${mark}`)).body, { items: [] });
});

test("users are listed page by page", async () => {
  const { id } = await addUser("page");
  const { body } = await call("GET", `/users?after=${id - 1}&limit=1`);
  assert.equal(body.items[0].id, id);
  assert.equal(body.nextAfter, id);
});

test("search looks at names and emails and shows names", async () => {
  const { id, name } = await addUser("Searchable");
  assert.deepEqual((await call("GET", `/users/search?q=searchable@${mark}`)).body, { items: [{ id, name }] });
  assert.deepEqual((await call("GET", `/users/search?q=search_ble@${mark}`)).body, { items: [] });
});

test("support sees the row as it is stored", async () => {
  const row = await addUser("stored");
  const { status, body } = await call("GET", `/admin/users/${row.id}`);
  assert.equal(status, 200);
  assert.deepEqual(body, JSON.parse(JSON.stringify(row)));
});

test("users are exported page by page", async () => {
  const { id, email } = await addUser("export");
  const { body } = await call("GET", `/admin/users/export?after=${id - 1}&limit=1`);
  assert.equal(body.users[0].email, email);
  assert.equal(body.nextAfter, id);
});

test("the newsletter list quotes what needs quotes, and leaves out who does not want it", async () => {
  const { body: user } = await call("POST", "/users", { email: email("quote"), name: 'Quote, "Q"' });
  const away = await addUser("away");
  await call("PUT", `/users/${away.id}/preferences`, { newsletter: false, language: "en" });
  const { text } = await call("GET", `/admin/users/newsletter.csv?after=${user.id - 1}`);
  const lines = text.split("\r\n");
  assert.equal(lines[0], "id,email,name,createdAt");
  const line = lines.find((candidate) => candidate.startsWith(`${user.id},`));
  assert.ok(line?.includes('"Quote, ""Q"""'), line);
  assert.ok(!text.includes(away.email), "who does not want it does not get it");
});

test("preferences apply to everybody until somebody chooses", async () => {
  const { id } = await addUser("choosy");
  const path = `/users/${id}/preferences`;
  assert.deepEqual((await call("GET", path)).body, { newsletter: true, language: "en" });
  assert.equal((await call("PUT", path, { newsletter: false, language: "da" })).status, 200);
  const chosen = { newsletter: false, language: "pt-BR" };
  assert.deepEqual((await call("PUT", path, chosen)).body, chosen);
  assert.deepEqual((await call("GET", path)).body, chosen);
  assert.equal((await call("PUT", path, { ...chosen, language: "Danish" })).status, 400);
  assert.equal((await call("GET", "/users/2147483647/preferences")).status, 404);
});
