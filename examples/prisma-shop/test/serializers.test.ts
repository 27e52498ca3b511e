import assert from "node:assert/strict";
import { test } from "node:test";
import { serializeOrder } from "../src/orders/serializer";
import { ProductResponse } from "../src/products/schemas";
import { serializeProduct } from "../src/products/serializer";
import { UserResponse } from "../src/users/schemas";
import { serializeUser } from "../src/users/serializer";
import { alice, bob, mug } from "./fixtures";

for (const user of [alice, bob]) {
  test(`${user.name} is serialised as the response schema says`, () => {
    const response = serializeUser(user);
    assert.deepEqual(UserResponse.parse(response), response);
    assert.equal(response.id, user.id);
    assert.equal(response.email, user.email);
    assert.equal(response.createdAt, user.createdAt.toISOString());
  });
}

test("a product is serialised as the response schema says", () => {
  const response = serializeProduct(mug);
  assert.deepEqual(ProductResponse.parse(response), response);
  assert.equal(response.description, null);
});

test("an order shows who ordered by id and name only", () => {
  const response = serializeOrder({
    id: 3,
    userId: alice.id,
    status: "PAID",
    totalCents: 2_580,
    createdAt: new Date("2026-02-01T12:00:00.000Z"),
    user: { id: alice.id, name: alice.name },
    items: [
      {
        id: 4,
        orderId: 3,
        productId: mug.id,
        quantity: 2,
        unitPriceCents: mug.priceCents,
        product: { title: mug.title },
      },
    ],
  });
  assert.deepEqual(response.customer, { id: 1, name: "Alice Andersen" });
  assert.deepEqual(response.items, [{ productId: 7, title: "Blue Mug", quantity: 2, unitPriceCents: 1_290 }]);
});
