import { Prisma } from "@prisma/client";

export const articleSelect = {
  id: true,
  title: true,
  body: true,
  language: true,
} satisfies Prisma.ArticleSelect;

export type ArticleRow = Prisma.ArticleGetPayload<{ select: typeof articleSelect }>;

export const articleCard = Prisma.validator<Prisma.ArticleSelect>()({ id: true, title: true });

export const writerSelect = {
  id: true,
  name: true,
  articles: { select: articleSelect },
} satisfies Prisma.WriterSelect;

export type ArticleCard = Prisma.ArticleGetPayload<{ select: typeof articleCard }>;
