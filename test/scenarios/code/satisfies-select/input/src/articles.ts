import { PrismaClient } from "@prisma/client";
import { type ArticleRow, articleCard, articleSelect, writerSelect } from "./selects";

const prisma = new PrismaClient();

export const listArticles = (): Promise<ArticleRow[]> => prisma.article.findMany({ select: articleSelect });
export const listCards = () => prisma.article.findMany({ select: articleCard });
export const listWriters = () => prisma.writer.findMany({ select: writerSelect });

export function render(article: ArticleRow): string {
  return `<h1>${article.title}</h1><p lang="${article.language}">${article.body}</p>`;
}

export async function publish(title: string, body: string, authorId: number) {
  await prisma.article.create({ data: { title, body, language: "en", author: { connect: { id: authorId } } } });
}
