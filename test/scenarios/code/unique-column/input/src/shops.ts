import type { Shop } from "@prisma/client";
import { prisma } from "./db";

export const open = (name: string, city: string) => prisma.shop.create({ data: { name, city, manager: "nobody" } });
export const label = ({ name, city }: Shop) => `${name}, ${city}`;
