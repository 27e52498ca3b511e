import type { Product } from "../generated/prisma/client";
import type { ProductResponse } from "./schemas";

export function serializeProduct(product: Product): ProductResponse {
  return {
    id: product.id,
    sku: product.sku,
    title: product.title,
    description: product.description,
    priceCents: product.priceCents,
    stock: product.stock,
    createdAt: product.createdAt.toISOString(),
    updatedAt: product.updatedAt.toISOString(),
  };
}
