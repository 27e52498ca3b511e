import assert from "node:assert/strict";
import { test } from "node:test";
import { OrderListResponse, OrderResponse } from "../src/orders/schemas";
import { openShop } from "./shop";

const { app, addUser, addProduct } = openShop();

async function stockOf(productId: number): Promise<number> {
  return (await app.inject({ url: `/products/${productId}` })).json().stock;
}

function place(userId: number, items: { productId: number; quantity: number }[]) {
  return app.inject({ method: "POST", url: "/orders", payload: { userId, items } });
}

test("an order takes from stock and keeps the prices", async () => {
  const user = await addUser("customer");
  const mug = await addProduct("MUG", { priceCents: 1_290, stock: 5 });
  const pen = await addProduct("PEN", { priceCents: 200, stock: 9 });

  const response = await place(user.id, [
    { productId: pen.id, quantity: 1 },
    { productId: mug.id, quantity: 2 },
    { productId: pen.id, quantity: 3 },
  ]);
  assert.equal(response.statusCode, 201);
  const order = OrderResponse.parse(response.json());
  assert.equal(order.status, "PENDING");
  assert.equal(order.totalCents, 2 * 1_290 + 4 * 200);
  assert.deepEqual(response.json().customer, { id: user.id, name: user.name });
  assert.equal(order.items.length, 2);
  assert.equal(await stockOf(mug.id), 3);
  assert.equal(await stockOf(pen.id), 5);

  const read = await app.inject({ url: `/orders/${order.id}` });
  assert.deepEqual(read.json(), response.json());
  const list = await app.inject({ url: "/orders", query: { userId: String(user.id), status: "PENDING" } });
  assert.deepEqual(OrderListResponse.parse(list.json()).items, [order]);
});

test("an order that cannot be filled leaves everything as it was", async () => {
  const user = await addUser("unlucky");
  const first = await addProduct("FIRST", { priceCents: 100, stock: 5 });
  const scarce = await addProduct("SCARCE", { priceCents: 100, stock: 1 });

  const response = await place(user.id, [
    { productId: first.id, quantity: 1 },
    { productId: scarce.id, quantity: 2 },
  ]);
  assert.equal(response.statusCode, 409);
  assert.deepEqual(response.json(), { error: 'Only 1 of "SCARCE" left' });
  assert.equal(await stockOf(first.id), 5);
  assert.equal(await stockOf(scarce.id), 1);
});

test("the last unit is sold once", async () => {
  const user = await addUser("hurried");
  const last = await addProduct("LAST", { priceCents: 100, stock: 1 });
  const orders = await Promise.all([1, 2, 3].map(() => place(user.id, [{ productId: last.id, quantity: 1 }])));
  assert.deepEqual(orders.map((order) => order.statusCode).sort(), [201, 409, 409]);
  assert.equal(await stockOf(last.id), 0);
});

test("who or what does not exist is not found", async () => {
  const user = await addUser("lost");
  const product = await addProduct("FOUND", { priceCents: 100, stock: 1 });
  assert.equal((await place(2_147_483_647, [{ productId: product.id, quantity: 1 }])).statusCode, 404);
  assert.equal((await place(user.id, [{ productId: 2_147_483_647, quantity: 1 }])).statusCode, 404);
  assert.equal((await app.inject({ url: "/orders/2147483647" })).statusCode, 404);
  assert.equal((await app.inject({ method: "POST", url: "/orders/2147483647/pay" })).statusCode, 404);
});

test("a cancelled order gives its units back, once", async () => {
  const user = await addUser("hesitant");
  const product = await addProduct("BACK", { priceCents: 100, stock: 4 });
  const { id } = (await place(user.id, [{ productId: product.id, quantity: 3 }])).json();

  const cancelled = await app.inject({ method: "POST", url: `/orders/${id}/cancel` });
  assert.equal(cancelled.json().status, "CANCELLED");
  assert.equal(await stockOf(product.id), 4);
  assert.equal((await app.inject({ method: "POST", url: `/orders/${id}/cancel` })).statusCode, 409);
  assert.equal(await stockOf(product.id), 4);
});

test("a paid order stays paid", async () => {
  const user = await addUser("decided");
  const product = await addProduct("KEEP", { priceCents: 100, stock: 4 });
  const { id } = (await place(user.id, [{ productId: product.id, quantity: 1 }])).json();

  const paid = await app.inject({ method: "POST", url: `/orders/${id}/pay` });
  assert.equal(paid.json().status, "PAID");
  const cancelled = await app.inject({ method: "POST", url: `/orders/${id}/cancel` });
  assert.equal(cancelled.statusCode, 409);
  assert.deepEqual(cancelled.json(), { error: `Order ${id} is paid already` });
});
