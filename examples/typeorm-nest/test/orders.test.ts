import assert from "node:assert/strict";
import { test } from "node:test";
import { openShop } from "./shop";

const { call, addUser } = openShop();

async function place(who: string) {
  const user = await addUser(who);
  const { status, body: order } = await call("POST", "/orders", { userId: user.id, totalCents: 2_580 });
  assert.equal(status, 201);
  return { user, order };
}

test("an order shows who ordered by id and name only", async () => {
  const { user, order } = await place("customer");
  assert.equal(order.status, "PENDING");
  assert.equal(order.note, null);
  assert.deepEqual(order.customer, { id: user.id, name: user.name });

  assert.deepEqual((await call("GET", `/orders/${order.id}`)).body, order);
  assert.deepEqual((await call("GET", `/orders?userId=${user.id}&status=PENDING`)).body.items, [order]);
  assert.deepEqual((await call("GET", `/orders?userId=${user.id}&status=PAID`)).body.items, []);
});

test("who or what does not exist is not found", async () => {
  assert.equal((await call("POST", "/orders", { userId: 2_147_483_647, totalCents: 1 })).status, 404);
  assert.equal((await call("GET", "/orders/2147483647")).status, 404);
  assert.equal((await call("POST", "/orders/2147483647/pay")).status, 404);
});

test("a paid order stays paid", async () => {
  const { order } = await place("decided");
  const paid = await call("POST", `/orders/${order.id}/pay`);
  assert.equal(paid.status, 200);
  assert.equal(paid.body.status, "PAID");
  const cancelled = await call("POST", `/orders/${order.id}/cancel`);
  assert.equal(cancelled.status, 409);
  assert.deepEqual(cancelled.body, { error: `Order ${order.id} is paid already` });
});
