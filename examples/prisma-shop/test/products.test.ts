import assert from "node:assert/strict";
import { test } from "node:test";
import { ProductListResponse, ProductResponse } from "../src/products/schemas";
import { openShop } from "./shop";

const { app, sku, addProduct } = openShop();

test("a product is created, read and updated", async () => {
  const created = await app.inject({
    method: "POST",
    url: "/products",
    payload: { sku: sku("LAMP"), title: "Lamp", priceCents: 4_900 },
  });
  assert.equal(created.statusCode, 201);
  const product = ProductResponse.parse(created.json());
  assert.equal(product.stock, 0);
  assert.equal(product.description, null);

  const url = `/products/${product.id}`;
  const updated = await app.inject({ method: "PATCH", url, payload: { stock: 5, description: "Gives light." } });
  assert.equal(updated.statusCode, 200);
  const read = await app.inject({ url });
  assert.deepEqual(read.json(), updated.json());
  assert.equal(read.json().stock, 5);
  assert.equal(read.json().title, "Lamp");
});

test("an article number is taken once", async () => {
  await addProduct("TWICE", { priceCents: 100, stock: 1 });
  const response = await app.inject({
    method: "POST",
    url: "/products",
    payload: { sku: sku("TWICE"), title: "Twice", priceCents: 100 },
  });
  assert.equal(response.statusCode, 409);
});

test("products are listed after a given one", async () => {
  const { id } = await addProduct("LISTED", { priceCents: 100, stock: 1 });
  const response = await app.inject({ url: "/products", query: { after: String(id - 1), limit: "1" } });
  const { items, nextAfter } = ProductListResponse.parse(response.json());
  assert.equal(items[0]?.sku, sku("LISTED"));
  assert.equal(nextAfter, id);
});

test("a negative price is not valid", async () => {
  const response = await app.inject({
    method: "POST",
    url: "/products",
    payload: { sku: sku("FREE"), title: "Free", priceCents: -1 },
  });
  assert.equal(response.statusCode, 400);
});
