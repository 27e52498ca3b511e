import { EntitySchema } from "typeorm";

export interface Badge {
  id: number;
  title: string;
  icon: string;
  points: number;
  tier: string;
}

export const BadgeSchema = new EntitySchema<Badge>({
  name: "Badge",
  columns: {
    id: { type: "int", primary: true, generated: true },
    title: { type: "varchar" },
    icon: { type: "varchar" },
    points: { type: "int" },
    tier: { type: "varchar" },
  },
});
