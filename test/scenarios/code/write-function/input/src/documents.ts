import { prisma } from "./lib/db";
import { slugify } from "./lib/slugify";

export async function create(title: string, body: string) {
  const document = await prisma.document.create({ data: { title, body } });
  return { id: document.id, path: `/${slugify(document.title)}` };
}

export async function copy(id: number) {
  const { title, body, format } = await prisma.document.findUniqueOrThrow({ where: { id } });
  return prisma.document.create({ data: { title: `Copy of ${title}`, body, format } });
}
