import type { Product, User } from "../src/generated/prisma/client";

export const alice: User = {
  id: 1,
  email: "Alice@example.com",
  name: "Alice Andersen",
  createdAt: new Date("2026-01-05T09:30:00.000Z"),
  updatedAt: new Date("2026-02-01T12:00:00.000Z"),
};

export const bob: User = {
  id: 2,
  email: "bob@example.com",
  name: "Bob Baptiste",
  createdAt: new Date("2026-01-06T10:00:00.000Z"),
  updatedAt: new Date("2026-01-06T10:00:00.000Z"),
};

export const mug: Product = {
  id: 7,
  sku: "MUG-BLUE",
  title: "Blue Mug",
  description: null,
  priceCents: 1_290,
  stock: 12,
  createdAt: new Date("2026-01-02T08:00:00.000Z"),
  updatedAt: new Date("2026-01-02T08:00:00.000Z"),
};
