import type { Badge } from "./badge.schema";
import { BadgeSchema } from "./badge.schema";
import { dataSource } from "./data-source";

export const badgeView = (badge: Badge) => ({
  id: badge.id,
  title: badge.title,
  icon: badge.icon,
  points: badge.points,
});

export async function award(title: string, icon: string) {
  const badges = dataSource.getRepository(BadgeSchema);
  return badgeView(await badges.save({ title, icon, points: 10 }));
}
