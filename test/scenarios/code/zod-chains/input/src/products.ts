import type { z } from "zod";
import { prisma } from "./db";
import { createProduct, productCard, productResponse } from "./product.schemas";

export async function addProduct(body: unknown) {
  const { title, summary, price, material } = createProduct.parse(body);
  const product = await prisma.product.create({ data: { title, summary, price, material } });
  return productResponse.parse(product);
}

export async function listProducts(): Promise<z.infer<typeof productCard>[]> {
  const products = await prisma.product.findMany();
  return products.map((product) => productCard.parse(product));
}

export async function showProduct(id: number): Promise<z.infer<typeof productResponse>> {
  const product = await prisma.product.findUniqueOrThrow({ where: { id } });
  return {
    id: product.id,
    title: product.title,
    summary: product.summary,
    price: product.price,
    material: product.material,
  };
}
