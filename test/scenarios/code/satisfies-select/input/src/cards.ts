import { listCards } from "./articles";
import type { ArticleCard } from "./selects";

export interface CardView {
  id: number;
  title: string;
}

export const cardView = (article: ArticleCard): CardView & { url: string } => ({
  id: article.id,
  title: article.title,
  url: `/articles/${article.id}`,
});

export async function cards() {
  const articles = await listCards();
  return articles.map(cardView);
}

export async function titles() {
  const rows = await listCards();
  return rows.map((row) => ({ id: row.id, title: row.title }));
}
