import type { Shop } from "@prisma/client";

const name = (number: number) => `Shop ${number}`;

export const shops: Shop[] = [
  { id: 1, name: "North", city: "Oslo", manager: "Kari" },
  { id: 2, name: "South", city: "Rome", manager: "Luca" },
  { id: 3, name: name(3), city: "Lima", manager: "Rosa" },
  { id: 4, name: name(4), city: "Lima", manager: "Juan" },
];
