import { prisma } from "./db";

export const addPage = (title: string, path: string, content: string) =>
  prisma.page.create({ data: { title, path, content } });
