import { type Cat, PrismaClient } from "@prisma/client";
import type { CatDto } from "./cat.dto";

const prisma = new PrismaClient();

const toDto = (cat: Cat): CatDto => ({ id: cat.id, name: cat.name, color: cat.color, age: cat.age });

export async function cats(): Promise<CatDto[]> {
  return (await prisma.cat.findMany()).map(toDto);
}
